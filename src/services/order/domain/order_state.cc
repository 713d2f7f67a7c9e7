#include "services/order/domain/order_state.h"

#include <array>

namespace jangteo {

namespace {
constexpr std::array<std::string_view, 8> kNames{"pending",    "confirmed", "rejected",  "cancelled",
                                                 "fulfilling", "fulfilled", "completed", "returned"};
}

std::string_view to_string(OrderStatus status) { return kNames[static_cast<std::size_t>(status)]; }

std::optional<OrderStatus> parse_order_status(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<OrderStatus>(i);
  }
  return {};
}

bool may_become(OrderStatus from, OrderStatus to) {
  using enum OrderStatus;
  if (from == to) return true;
  switch (from) {
    case pending:
      return to == confirmed || to == rejected || to == cancelled;
    case confirmed:
      return to == fulfilling || to == cancelled;
    case fulfilling:
      return to == fulfilled;
    case fulfilled:
      return to == completed || to == returned;
    case rejected:
    case cancelled:
    case completed:
    case returned:
      return false;
  }
  return false;
}

}  // namespace jangteo
