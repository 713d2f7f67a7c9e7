// How an order looks in answers.
#pragma once

#include <string>

#include "services/order/order_record.h"

namespace jangteo {

// The answer to POST /api/orders, also of a later replay: the order as it was then.
std::string placed_view(const OrderFacts& facts, OrderStatus status, std::string_view self_link);
// GET: with reason, timeline (elapsedMs since placing) and saga state.
std::string order_view(const OrderRecord& record, std::string_view self_link);

}  // namespace jangteo
