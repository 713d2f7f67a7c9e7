// The order's state machine (pure). The same state again is a success without effect; any pair not listed is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jangteo {

enum class OrderStatus : std::uint8_t {
  pending,
  confirmed,
  rejected,
  cancelled,
  fulfilling,
  fulfilled,
  completed,
  returned
};

std::string_view to_string(OrderStatus status);
std::optional<OrderStatus> parse_order_status(std::string_view text);
bool may_become(OrderStatus from, OrderStatus to);

}  // namespace jangteo
