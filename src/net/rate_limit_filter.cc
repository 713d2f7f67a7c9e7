#include "net/rate_limit_filter.h"

#include <arpa/inet.h>

#include "base/json.h"
#include "net/problem.h"

namespace jangteo {

namespace {

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

// What one caller can hardly change: an IPv4 address, or the network half of an IPv6 address (in `storage`).
std::string_view address_key(const std::string& address, in6_addr& storage) {
  if (address.find(':') == std::string::npos || inet_pton(AF_INET6, address.c_str(), &storage) != 1) return address;
  return {reinterpret_cast<const char*>(&storage), 8};
}

}  // namespace

RateLimit RateLimitFilter::limit(RateClass rate) const {
  switch (rate) {
    case RateClass::none:
      return {};
    case RateClass::read:
      return settings_.read;
    case RateClass::write:
      return settings_.write;
    case RateClass::login:
      return settings_.login;
  }
  return {};
}

std::optional<HttpResponse> RateLimitFilter::before(HttpRequest& request, const Route* route) {
  const RateClass rate = route == nullptr ? RateClass::read : route->rate;
  if (!settings_.enabled || rate == RateClass::none) return {};
  if (settings_.loopback_exempt && is_loopback(request.peer_address)) return {};
  if (key_ == RateKey::principal && !request.principal.authenticated()) return {};
  in6_addr storage{};
  const auto& user = request.principal.user.bytes();
  const std::string_view key = key_ == RateKey::address
                                   ? address_key(request.peer_address, storage)
                                   : std::string_view(reinterpret_cast<const char*>(user.data()), user.size());
  const auto verdict = limiter_.take(key, static_cast<std::uint64_t>(rate), limit(rate), request.started_us);
  RateBudget& budget = request.rate_budget;
  if (verdict.budget.limit != 0 && (budget.limit == 0 || verdict.budget.remaining < budget.remaining)) {
    budget = verdict.budget;
  }
  if (verdict.allowed) return {};
  Error error{ErrorCode::rate_limited, "too many requests", {}, static_cast<int>(verdict.retry_after_s), {}};
  return problem(error, request);
}

void RateLimitFilter::after(const HttpRequest& request, const Route*, HttpResponse& response) {
  const RateBudget& budget = request.rate_budget;
  if (key_ == RateKey::principal || budget.limit == 0) return;
  std::string& out = response.head_lines;
  out += "RateLimit-Limit: ";
  append_decimal(out, budget.limit);
  out += "\r\nRateLimit-Remaining: ";
  append_decimal(out, budget.remaining);
  out += "\r\nRateLimit-Reset: ";
  append_decimal(out, budget.reset_s);
  out += "\r\n";
}

}  // namespace jangteo
