// Refuses callers over their limit: 429 with Retry-After; every counted answer carries RateLimit-Limit, -Remaining and
// -Reset. Two of them stand in a chain: by address before authentication (it also writes the headers), by principal
// behind it. IPv6 callers count by their /64. A route's RateClass picks the limit; unknown paths count as reads.
#pragma once

#include "net/filter.h"
#include "net/rate_limiter.h"

namespace jangteo {

struct RateLimitSettings {
  bool enabled = true;           // false under --profile=loadtest
  bool loopback_exempt = false;  // true with --demo
  RateLimit read{12'000, 1000};
  RateLimit write{3'000, 300};
  RateLimit login{30, 10};
  std::size_t entries_max = 65'536;
};

enum class RateKey : std::uint8_t { address, principal };

class RateLimitFilter final : public Filter {
 public:
  RateLimitFilter(const RateLimitSettings& settings, RateKey key)
      : settings_(settings), key_(key), limiter_(settings.entries_max) {}
  std::string_view name() const override { return key_ == RateKey::address ? "rate limit" : "rate limit by principal"; }
  std::optional<HttpResponse> before(HttpRequest& request, const Route* route) override;
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;

 private:
  RateLimit limit(RateClass rate) const;
  RateLimitSettings settings_;
  RateKey key_;
  RateLimiter limiter_;
};

}  // namespace jangteo
