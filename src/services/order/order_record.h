// An order and its saga as they are stored.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/time.h"
#include "services/order/domain/checkout_saga.h"
#include "services/order/domain/order_state.h"
#include "services/product/product_api.h"

namespace jangteo {

// What never changes once an order is placed.
struct OrderFacts {
  OrderId id;
  UserId user;  // empty: a guest
  Money total;
  std::string items;  // JSON array, as answers and events show it
  std::string payment_token;
  Timestamp created_at;
};

struct SagaRecord {
  SagaState state;
  std::string trace;
  std::string timeline;  // 8 bytes per event: microseconds since started_us << 8 | event
  std::int64_t started_us = 0;
  Timestamp updated_at;
  std::shared_ptr<const OrderFacts> facts;
};

struct OrderRecord {
  OrderFacts facts;
  OrderStatus status = OrderStatus::pending;
  std::string reason;
  SagaRecord saga;  // without facts
};

struct TimelineEntry {
  TimelineEvent event;
  std::int64_t offset_us;  // since the order was placed
};
void append_timeline(std::string& timeline, TimelineEvent event, std::int64_t offset_us);
std::vector<TimelineEntry> read_timeline(std::string_view timeline);

// The items array of answers and events, and the lines of one stock shard back from it.
std::string items_json(const std::vector<QuotedItem>& items);
std::vector<StockLine> stock_lines(std::string_view items, std::uint32_t shard, std::uint32_t shards);

}  // namespace jangteo
