// What the payment service needs of a provider. Every call carries a key (the order's id): the same key again has the
// same effect once. Calls run on the background loop; a task may take as long as the provider does.
#pragma once

#include <cstdint>
#include <string>

#include "base/money.h"
#include "base/result.h"
#include "runtime/task.h"
#include "services/payment/payment_api.h"

namespace jangteo {

struct ProviderOutcome {
  enum class Kind : std::uint8_t {
    done,      // the provider did what was asked
    declined,  // it will not; `reason`
    unknown,   // no answer in time: it may have done it. Ask find() before deciding
    failed,    // it did nothing and may do it later
  } kind = Kind::done;
  std::string reason;
};

class PaymentProvider {
 public:
  enum class Found : std::uint8_t { nothing, authorized, captured, unreachable };

  virtual ~PaymentProvider() = default;
  virtual Task<ProviderOutcome> authorize(std::string key, std::string token, Money amount) = 0;
  virtual Task<ProviderOutcome> capture(std::string key) = 0;
  virtual Task<ProviderOutcome> cancel(std::string key) = 0;  // voids an authorization
  virtual Task<ProviderOutcome> refund(std::string key) = 0;  // all that was captured
  virtual Task<Found> find(std::string key) = 0;
  virtual Status validate(const PaymentMethod& method) const = 0;
  // On the background loop, once: calls under way and new ones end soon, as `unknown` when nothing is known.
  virtual void stop() = 0;
};

}  // namespace jangteo
