// The payment's state machine (pure). The same state again is a success without effect; any pair not listed is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jangteo {

enum class PaymentState : std::uint8_t {
  created,
  requires_action,
  authorized,
  captured,
  partially_refunded,
  refunded,
  voided,
  failed,
  expired,
  disputed,
};

std::string_view to_string(PaymentState state);  // "requiresAction" ...
std::optional<PaymentState> parse_payment_state(std::string_view text);
bool may_become(PaymentState from, PaymentState to);  // by a command of ours
// A provider's success that arrives late may revive what we took for failed or expired.
bool may_become_by_late_success(PaymentState from, PaymentState to);

}  // namespace jangteo
