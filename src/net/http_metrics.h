// Counts every answer: http_requests_total{route,method,status}, http_requests_seconds{route} and, per second for the
// live page, totals over the ordinary routes. Instruments are resolved once per route; updates take no lock. `route` is
// the route's name, or "unmatched" for unknown paths and refusals.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/filter.h"
#include "runtime/metrics.h"

namespace jangteo {

struct HttpTotals {
  std::uint64_t requests = 0;
  std::uint64_t errors_5xx = 0;
  std::uint64_t slow_500ms = 0;  // took 500 ms or longer
  Histogram::Snapshot latency;   // seconds; bounds are latency_bounds_s()
};

class HttpMetrics final : public Filter {
 public:
  // `router` has all its routes already; both outlive this.
  HttpMetrics(MetricsRegistry& registry, const Router& router);
  ~HttpMetrics() override;
  std::string_view name() const override { return "metrics"; }
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;
  bool sees_refusals() const override { return true; }

  // Over all routes but probes, scrapes and long streams (/healthz, /readyz, /metrics, /api/live). Any thread.
  HttpTotals totals() const;

 private:
  struct RouteInstruments;
  Counter& counter(RouteInstruments& instruments, int status);
  MetricsRegistry& registry_;
  std::vector<std::unique_ptr<RouteInstruments>> by_route_;   // by Route::number
  std::vector<std::unique_ptr<RouteInstruments>> unmatched_;  // by HttpMethod
};

}  // namespace jangteo
