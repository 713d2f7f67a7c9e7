// OrderTally: how many orders stand where, and their revenue, kept current by events. Pure; belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/money.h"
#include "services/analytics/domain/order_event_record.h"

namespace jangteo {

// Orders by the state they are in; placed = all of them, so pending = placed - confirmed - rejected - cancelled.
struct OrderTallies {
  std::uint64_t placed = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
};

// What the order store holds at one moment. `revenue`: totals of confirmed orders, one entry per currency.
struct OrderTotals {
  OrderTallies counts;
  std::vector<Money> revenue;
};

class OrderTally {
 public:
  // `counted_until`: changes made before it are in `totals` already and are not counted when their events come late.
  OrderTally(OrderTotals totals, Timestamp counted_until);

  // False when the record changes nothing (known already, or no change of an order).
  bool apply(const OrderEventRecord& record);

  const OrderTallies& counts() const { return counts_; }
  // Confirmed less cancelled after confirmation, in one currency. Stops at the ends of int64.
  std::int64_t revenue(Currency currency) const;
  // The currency with the most minor units of revenue; `otherwise` when there is none.
  Currency leading_currency(Currency otherwise) const;

 private:
  void add_revenue(Money money, int sign);
  OrderTallies counts_;
  std::map<Currency, std::int64_t> revenue_;
  Timestamp counted_until_;
};

}  // namespace jangteo
