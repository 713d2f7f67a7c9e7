// The sandbox: a provider inside the process whose answers follow from the card token alone.
//   tok_ok               authorizes                     tok_declined       declined, card_declined
//   tok_insufficient     declined, insufficient_funds   tok_timeout        authorizes, but the answer never comes
//   (after `timeout` it is unknown) tok_error_then_ok    fails once per key, then authorizes tok_slow_N authorizes
//   after N ms, 0-10000
// Demo mode may decline a share of the tok_ok cards. Everything on the background loop but set_decline_percent().
#pragma once

#include <atomic>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "services/payment/payment_provider.h"

namespace jangteo {

class SandboxProvider final : public PaymentProvider {
 public:
  explicit SandboxProvider(Millis timeout = Millis{1000}) : timeout_(timeout) {}

  Task<ProviderOutcome> authorize(std::string key, std::string token, Money amount) override;
  Task<ProviderOutcome> capture(std::string key) override;
  Task<ProviderOutcome> cancel(std::string key) override;
  Task<ProviderOutcome> refund(std::string key) override;
  Task<Found> find(std::string key) override;
  Status validate(const PaymentMethod& method) const override;
  void stop() override { stopping_ = true; }

  void set_decline_percent(int percent) { decline_percent_ = percent; }  // any thread
  int decline_percent() const { return decline_percent_; }

 private:
  void remember(const std::string& key, Found found);
  Task<void> pause(Millis length);  // ends early when the provider stops
  static constexpr std::size_t kRememberedMax = 100'000;

  Millis timeout_;
  bool stopping_ = false;
  std::atomic<int> decline_percent_{0};
  std::unordered_map<std::string, Found> remembered_;  // only keys whose answer was withheld or refused once
  std::deque<std::string> remembered_order_;
};

}  // namespace jangteo
