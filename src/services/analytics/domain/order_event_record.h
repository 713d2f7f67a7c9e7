// Reads records of the topic order.events as far as live numbers need them. Tens of thousands a second pass here, so
// one forward scan over the top-level members finds type, time, order and total without building a document, and stops
// when it has them.
//
//   {"id":"evt_..","type":"order.confirmed","at":1767225600000,"orderId":"ord_..","userId":null,
//    "total":{"amount":1299,"currency":"KRW"},"items":[{"name":"..",...},...],"wasConfirmed":true,...}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/time.h"

namespace jangteo {

enum class OrderChange : std::uint8_t { pending, confirmed, rejected, cancelled, other };
std::string_view to_string(OrderChange change);  // "pending" ...; the status an order has after it

struct OrderEventRecord {
  OrderChange change = OrderChange::other;
  Timestamp at;
  std::string_view order_id;  // into the record's bytes
  Money total;
  bool was_confirmed = false;  // only with cancelled
};

// Empty when the bytes are no such record. Pure; any thread.
std::optional<OrderEventRecord> read_order_record(std::string_view json);

// Name of the first item, or empty; parses the whole record (for the few that are shown).
std::string first_item_name(std::string_view json);

}  // namespace jangteo
