// One log line `http.request` for every answer 5xx, every slow one, some of the answers 4xx and a sample of the rest.
// Queries are not logged: they may carry link tokens.
#pragma once

#include <atomic>
#include <cstdint>

#include "net/filter.h"

namespace jangteo {

struct AccessLogSettings {
  std::int64_t slow_ms = 500;
  std::uint32_t sample_every = 100;              // of ordinary answers; 0: none, 1: all
  std::uint32_t client_error_sample_every = 10;  // of answers 4xx
};

class AccessLogFilter final : public Filter {
 public:
  explicit AccessLogFilter(const AccessLogSettings& settings = {}) : settings_(settings) {}
  std::string_view name() const override { return "access log"; }
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;
  bool sees_refusals() const override { return true; }
  // Whether an answer is logged; counts it for the samples.
  bool wants(int status, std::int64_t took_us);

 private:
  AccessLogSettings settings_;
  alignas(64) std::atomic<std::uint32_t> ordinary_{0};
  alignas(64) std::atomic<std::uint32_t> client_errors_{0};
};

}  // namespace jangteo
