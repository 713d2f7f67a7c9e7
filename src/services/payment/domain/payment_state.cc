#include "services/payment/domain/payment_state.h"

#include <array>

namespace jangteo {

namespace {
constexpr std::array<std::string_view, 10> kNames{"created",           "requiresAction", "authorized", "captured",
                                                  "partiallyRefunded", "refunded",       "voided",     "failed",
                                                  "expired",           "disputed"};
}

std::string_view to_string(PaymentState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<PaymentState> parse_payment_state(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<PaymentState>(i);
  }
  return {};
}

bool may_become(PaymentState from, PaymentState to) {
  using enum PaymentState;
  if (from == to) return true;
  switch (from) {
    case created:
      return to == requires_action || to == authorized || to == failed;
    case requires_action:
      return to == authorized || to == failed || to == expired;
    case authorized:
      return to == captured || to == voided || to == expired;
    case captured:
      return to == partially_refunded || to == refunded || to == disputed;
    case partially_refunded:
      return to == refunded || to == disputed;
    case disputed:
      return to == captured || to == refunded;
    case refunded:
    case voided:
    case failed:
    case expired:
      return false;
  }
  return false;
}

bool may_become_by_late_success(PaymentState from, PaymentState to) {
  return may_become(from, to) ||
         ((from == PaymentState::failed || from == PaymentState::expired) && to == PaymentState::captured);
}

}  // namespace jangteo
