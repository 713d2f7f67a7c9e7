#include "services/analytics/domain/order_tally.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace jangteo {
namespace {

const Currency kWon = Currency::parse("KRW").value();
const Currency kDollar = Currency::parse("USD").value();

OrderEventRecord record(OrderChange change, std::int64_t amount = 0, Currency currency = kWon,
                        bool was_confirmed = false) {
  return {change, Timestamp{1000}, "ord_x", Money{amount, currency}, was_confirmed};
}

TEST(OrderTally, FollowsOrdersFromStateToState) {
  OrderTally tally({}, Timestamp{0});
  for (int i = 0; i < 5; ++i) tally.apply(record(OrderChange::pending, 100));
  tally.apply(record(OrderChange::confirmed, 100));
  tally.apply(record(OrderChange::confirmed, 250));
  tally.apply(record(OrderChange::rejected, 100));
  tally.apply(record(OrderChange::cancelled, 100));
  tally.apply(record(OrderChange::cancelled, 100, kWon, true));
  EXPECT_EQ(tally.counts().placed, 5U);
  EXPECT_EQ(tally.counts().confirmed, 1U);
  EXPECT_EQ(tally.counts().rejected, 1U);
  EXPECT_EQ(tally.counts().cancelled, 2U);
  EXPECT_EQ(tally.revenue(kWon), 250);
}

TEST(OrderTally, GoesOnFromWhatTheStoreHolds) {
  OrderTally tally({{10, 7, 2, 1}, {Money{5000, kWon}, Money{99, kDollar}}}, Timestamp{1000});
  auto early = record(OrderChange::confirmed, 100);
  early.at = Timestamp{999};
  EXPECT_FALSE(tally.apply(early)) << "its effect was in the store when it was counted";
  EXPECT_TRUE(tally.apply(record(OrderChange::confirmed, 100)));
  EXPECT_EQ(tally.counts().placed, 10U);
  EXPECT_EQ(tally.counts().confirmed, 8U);
  EXPECT_EQ(tally.revenue(kWon), 5100);
  EXPECT_EQ(tally.revenue(kDollar), 99);
}

TEST(OrderTally, LeadsWithTheCurrencyOfMostRevenue) {
  OrderTally tally({}, Timestamp{0});
  EXPECT_EQ(tally.leading_currency(kWon), kWon);
  tally.apply(record(OrderChange::confirmed, 10, kDollar));
  EXPECT_EQ(tally.leading_currency(kWon), kDollar);
  tally.apply(record(OrderChange::confirmed, 11, kWon));
  EXPECT_EQ(tally.leading_currency(kDollar), kWon);
}

TEST(OrderTally, StopsAtTheLargestAmountInsteadOfWrapping) {
  OrderTally tally({}, Timestamp{0});
  for (int i = 0; i < 3; ++i) tally.apply(record(OrderChange::confirmed, std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(tally.revenue(kWon), std::numeric_limits<std::int64_t>::max());
}

TEST(OrderTally, RevenueIsTheSumOfConfirmedOrdersInAnyOrderOfEvents) {
  std::mt19937 random(1);
  OrderTally tally({}, Timestamp{0});
  std::int64_t expected = 0;
  std::uint64_t confirmed = 0;
  std::vector<std::int64_t> standing;
  for (int i = 0; i < 5000; ++i) {
    if (standing.empty() || random() % 3 != 0) {
      standing.push_back(static_cast<std::int64_t>(random() % 100'000));
      expected += standing.back();
      ++confirmed;
      tally.apply(record(OrderChange::confirmed, standing.back()));
    } else {
      const std::size_t which = random() % standing.size();
      expected -= standing[which];
      --confirmed;
      tally.apply(record(OrderChange::cancelled, standing[which], kWon, true));
      standing.erase(standing.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }
  EXPECT_EQ(tally.revenue(kWon), expected);
  EXPECT_EQ(tally.counts().confirmed, confirmed);
}

}  // namespace
}  // namespace jangteo
