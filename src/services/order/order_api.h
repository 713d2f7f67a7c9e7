// The door of the order service: its public events (schemas in api/events.yaml) and what others may ask of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"

namespace jangteo {

// order.pending, order.confirmed, order.rejected, order.cancelled; keyed by order id, one partition per order shard.
inline constexpr std::string_view kOrderEventsTopic = "order.events";

// Orders by what became of them, over all time.
struct OrderCounts {
  std::uint64_t placed = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
};

struct OrderSums {
  OrderCounts counts;
  std::vector<Money> revenue;  // of orders that are confirmed or further, one per currency
};

}  // namespace jangteo
