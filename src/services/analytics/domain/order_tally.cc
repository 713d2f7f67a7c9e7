#include "services/analytics/domain/order_tally.h"

#include <limits>

namespace jangteo {

namespace {

void take_one(std::uint64_t& count) {
  if (count > 0) --count;
}

}  // namespace

OrderTally::OrderTally(OrderTotals totals, Timestamp counted_until)
    : counts_(totals.counts), counted_until_(counted_until) {
  for (const auto& money : totals.revenue) add_revenue(money, 1);
}

bool OrderTally::apply(const OrderEventRecord& record) {
  if (record.at < counted_until_) return false;
  switch (record.change) {
    case OrderChange::pending:
      ++counts_.placed;
      return true;
    case OrderChange::confirmed:
      ++counts_.confirmed;
      add_revenue(record.total, 1);
      return true;
    case OrderChange::rejected:
      ++counts_.rejected;
      return true;
    case OrderChange::cancelled:
      ++counts_.cancelled;
      if (record.was_confirmed) {
        take_one(counts_.confirmed);
        add_revenue(record.total, -1);
      }
      return true;
    case OrderChange::other:
      return false;
  }
  return false;
}

void OrderTally::add_revenue(Money money, int sign) {
  std::int64_t& sum = revenue_[money.currency];
  const __int128 exact = static_cast<__int128>(sum) + static_cast<__int128>(money.amount) * sign;
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  sum = exact > kMax ? kMax : exact < kMin ? kMin : static_cast<std::int64_t>(exact);
}

std::int64_t OrderTally::revenue(Currency currency) const {
  const auto found = revenue_.find(currency);
  return found == revenue_.end() ? 0 : found->second;
}

Currency OrderTally::leading_currency(Currency otherwise) const {
  Currency leading = otherwise;
  std::int64_t most = 0;
  for (const auto& [currency, amount] : revenue_) {
    if (amount > most) {
      most = amount;
      leading = currency;
    }
  }
  return leading;
}

}  // namespace jangteo
