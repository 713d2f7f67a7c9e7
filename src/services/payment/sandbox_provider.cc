#include "services/payment/sandbox_provider.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/hash.h"
#include "runtime/loop.h"

namespace jangteo {

namespace {

constexpr std::string_view kSlow = "tok_slow_";
constexpr Millis kSlice{50};

std::optional<int> slow_ms(std::string_view token) {
  if (!token.starts_with(kSlow)) return {};
  token.remove_prefix(kSlow.size());
  int ms = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), ms);
  if (read.ec != std::errc() || read.ptr != token.data() + token.size() || ms < 0 || ms > 10'000) return {};
  return ms;
}

ProviderOutcome declined(std::string reason) {
  return ProviderOutcome{ProviderOutcome::Kind::declined, std::move(reason)};
}

}  // namespace

void SandboxProvider::remember(const std::string& key, Found found) {
  if (remembered_.insert_or_assign(key, found).second) remembered_order_.push_back(key);
  if (remembered_order_.size() > kRememberedMax) {
    remembered_.erase(remembered_order_.front());
    remembered_order_.pop_front();
  }
}

Task<void> SandboxProvider::pause(Millis length) {
  while (length.count() > 0 && !stopping_) {
    const Millis slice = std::min(length, kSlice);
    co_await sleep_for(slice);
    length -= slice;
  }
}

Status SandboxProvider::validate(const PaymentMethod& method) const {
  if (method.method != "card") return fail_field("payment.method", "the sandbox takes \"card\"");
  const std::string_view token = method.token;
  if (token == "tok_ok" || token == "tok_declined" || token == "tok_insufficient" || token == "tok_timeout" ||
      token == "tok_error_then_ok" || slow_ms(token)) {
    return {};
  }
  return fail_field(
      "payment.token",
      "no card of the sandbox: tok_ok, tok_declined, tok_insufficient, tok_timeout, tok_error_then_ok, tok_slow_0 to "
      "tok_slow_10000");
}

Task<ProviderOutcome> SandboxProvider::authorize(std::string key, std::string token, Money) {
  if (token == "tok_declined") co_return declined("card_declined");
  if (token == "tok_insufficient") co_return declined("insufficient_funds");
  if (token == "tok_timeout") {
    remember(key, Found::authorized);
    co_await pause(timeout_);
    co_return ProviderOutcome{ProviderOutcome::Kind::unknown, "timeout"};
  }
  if (token == "tok_error_then_ok" && !remembered_.contains(key)) {
    remember(key, Found::nothing);
    co_return ProviderOutcome{ProviderOutcome::Kind::failed, "error"};
  }
  if (const auto ms = slow_ms(token)) {
    co_await pause(Millis{*ms});
    if (stopping_) co_return ProviderOutcome{ProviderOutcome::Kind::unknown, "stopping"};
  } else if (token != "tok_ok" && token != "tok_error_then_ok") {
    co_return declined("unknown_token");
  }
  const int percent = decline_percent_;
  if (percent > 0 && static_cast<int>(stable_hash(key, 77) % 100) < percent) co_return declined("card_declined");
  co_return ProviderOutcome{};
}

Task<ProviderOutcome> SandboxProvider::capture(std::string) { co_return ProviderOutcome{}; }
Task<ProviderOutcome> SandboxProvider::cancel(std::string) { co_return ProviderOutcome{}; }
Task<ProviderOutcome> SandboxProvider::refund(std::string) { co_return ProviderOutcome{}; }

Task<PaymentProvider::Found> SandboxProvider::find(std::string key) {
  const auto found = remembered_.find(key);
  co_return found == remembered_.end() ? Found::nothing : found->second;
}

}  // namespace jangteo
