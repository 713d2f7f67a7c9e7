// LedgerProvider: a provider for tests that keeps what it holds of every key, is as strict as a real one (no void of
// what is captured, no refund of what is not) and fails, hesitates or keeps silent as a test wants. On the background
// loop; counters from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "runtime/loop.h"
#include "services/payment/payment_provider.h"

namespace jangteo {

class LedgerProvider final : public PaymentProvider {
 public:
  enum class Holds : std::uint8_t { nothing, authorized, captured, refunded };
  // What happens to a call before it is carried out: done goes on, failed fails without effect, unknown has its effect
  // without an answer.
  using Fate = std::function<ProviderOutcome::Kind(const std::string& call, const std::string& key)>;

  Fate fate = [](const std::string&, const std::string&) { return ProviderOutcome::Kind::done; };
  std::atomic<int> delay_ms{0};
  std::atomic<bool> hangs{false};  // calls do not answer until the provider is stopped
  std::atomic<int> calls{0};

  Holds holds(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return held_[key];
  }
  Task<ProviderOutcome> authorize(std::string key, std::string token, Money) override {
    if (token == "tok_declined") return called("authorize", key, Holds::nothing, Holds::nothing, true);
    return called("authorize", key, Holds::nothing, Holds::authorized, false);
  }
  Task<ProviderOutcome> capture(std::string key) override {
    return called("capture", key, Holds::authorized, Holds::captured, false);
  }
  Task<ProviderOutcome> cancel(std::string key) override {
    return called("cancel", key, Holds::authorized, Holds::nothing, false);
  }
  Task<ProviderOutcome> refund(std::string key) override {
    return called("refund", key, Holds::captured, Holds::refunded, false);
  }
  Task<Found> find(std::string key) override {
    const auto held = holds(key);
    co_return held == Holds::authorized ? Found::authorized
    : held == Holds::captured           ? Found::captured
                                        : Found::nothing;
  }
  Status validate(const PaymentMethod&) const override { return {}; }
  void stop() override { stopping_ = true; }

 private:
  Task<ProviderOutcome> called(std::string call, std::string key, Holds from, Holds to, bool declines) {
    ++calls;
    if (delay_ms > 0) co_await sleep_for(Millis{delay_ms.load()});
    while (hangs) {
      if (stopping_) co_return ProviderOutcome{ProviderOutcome::Kind::unknown, "stopping"};
      co_await sleep_for(Millis{2});
    }
    const auto kind = fate(call, key);
    if (kind == ProviderOutcome::Kind::failed) co_return ProviderOutcome{kind, "out of order"};
    if (declines) co_return ProviderOutcome{ProviderOutcome::Kind::declined, "card_declined"};
    const std::lock_guard lock(mutex_);
    auto& held = held_[key];
    if (held == from) {
      held = to;
    } else if (held != to && !(call == "authorize") && !(call == "cancel" && held == Holds::nothing)) {
      co_return ProviderOutcome{ProviderOutcome::Kind::failed, call + " does not fit"};
    }
    co_return ProviderOutcome{kind, kind == ProviderOutcome::Kind::unknown ? "silence" : ""};
  }
  std::mutex mutex_;
  std::map<std::string, Holds> held_;
  bool stopping_ = false;
};

}  // namespace jangteo
