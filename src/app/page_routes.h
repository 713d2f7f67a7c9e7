// The page inside the binary, probes, metrics and the API description.
#pragma once

#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "net/router.h"
#include "runtime/metrics.h"

namespace jangteo {

class PageRoutes {
 public:
  PageRoutes(const MetricsRegistry& metrics, const std::atomic<bool>& ready) : metrics_(metrics), ready_(ready) {}
  std::vector<Route> routes();  // they live as long as this

 private:
  struct Page {
    std::string path;
    std::shared_ptr<const std::string> bytes;
    std::string etag;
    std::string_view content_type;
    bool immutable = false;
  };
  Route page_route(const Page& page);

  const MetricsRegistry& metrics_;
  const std::atomic<bool>& ready_;
  std::deque<Page> pages_;  // addresses stay
};

}  // namespace jangteo
