// The demo's client over real HTTP: shoppers speak with a shop as anybody would. Belongs to one loop.
#pragma once

#include <cstdint>
#include <string>

#include "app/demo_client.h"
#include "net/http_client.h"

namespace jangteo {

class DemoHttpClient final : public DemoClient {
 public:
  DemoHttpClient(Loop& loop, std::string host, std::uint16_t port, std::size_t connections_max);
  ~DemoHttpClient() override;  // on the loop's thread, or when the loop has stopped

  Task<Result<DemoAnswer>> ask(DemoRequest request) override;

 private:
  HttpClient client_;
  const std::string host_;
  const std::uint16_t port_;
};

}  // namespace jangteo
