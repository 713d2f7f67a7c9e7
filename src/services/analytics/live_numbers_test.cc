#include "services/analytics/live_numbers.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

const Currency kWon = Currency::parse("KRW").value();
const Currency kDollar = Currency::parse("USD").value();

OrderEventRecord record(OrderChange change, std::int64_t amount, Currency currency = kWon, bool was_confirmed = false) {
  return {change, Timestamp{1000}, "ord_x", Money{amount, currency}, was_confirmed};
}

// A server whose counters the test turns.
struct Counted {
  Histogram latency{latency_bounds_s()};
  LiveSample sample{Timestamp{1'767'225'600'000}, 5'000'000, {}, {}, 0, OrderTally({}, Timestamp{0})};

  void answer(int count, double seconds) {
    for (int i = 0; i < count; ++i) latency.observe(seconds);
    sample.http.requests += static_cast<std::uint64_t>(count);
    sample.http.latency = latency.snapshot();
  }
  void pass_ms(std::int64_t length) {
    sample.at = sample.at + Millis{length};
    sample.monotonic_us += length * 1000;
  }
};

TEST(LiveNumbers, TheFirstSampleOnlySetsTheBeginning) {
  LiveNumbers numbers(kWon);
  Counted counted;
  counted.answer(1000, 0.01);
  EXPECT_FALSE(numbers.tick(counted.sample));
  counted.pass_ms(1000);
  EXPECT_EQ(numbers.tick(counted.sample)->requests_per_second, 0);
}

TEST(LiveNumbers, RatesAndPercentilesAreThoseOfTheTimeSinceTheLastTick) {
  LiveNumbers numbers(kWon);
  Counted counted;
  counted.answer(1000, 5);
  numbers.tick(counted.sample);
  counted.answer(960, 0.0015);
  counted.answer(40, 0.18);
  counted.sample.http.errors_5xx = 4;
  counted.pass_ms(2000);
  const auto tick = numbers.tick(counted.sample);
  ASSERT_TRUE(tick);
  EXPECT_DOUBLE_EQ(tick->requests_per_second, 500);
  EXPECT_DOUBLE_EQ(tick->errors_per_second, 2);
  EXPECT_GT(tick->p50_ms, 1);
  EXPECT_LE(tick->p50_ms, 2);
  EXPECT_LE(tick->p95_ms, 2);
  EXPECT_GT(tick->p99_ms, 175);
  EXPECT_LE(tick->p99_ms, 200);
}

TEST(LiveNumbers, OrdersAndRevenueComeFromTheSameMoment) {
  LiveNumbers numbers(kWon);
  Counted counted;
  numbers.tick(counted.sample);
  for (int i = 0; i < 6; ++i) counted.sample.orders.apply(record(OrderChange::pending, 1000));
  for (int i = 0; i < 4; ++i) counted.sample.orders.apply(record(OrderChange::confirmed, 1000));
  counted.pass_ms(1000);
  auto tick = numbers.tick(counted.sample);
  EXPECT_DOUBLE_EQ(tick->orders_per_second, 6);
  EXPECT_EQ(tick->orders.placed, 6U);
  EXPECT_EQ(tick->orders.confirmed, 4U);
  EXPECT_EQ(tick->revenue, (Money{4000, kWon}));
  EXPECT_EQ(tick->revenue_per_second, (Money{4000, kWon}));
  counted.sample.orders.apply(record(OrderChange::cancelled, 1000, kWon, true));
  counted.pass_ms(1001);
  tick = numbers.tick(counted.sample);
  EXPECT_EQ(tick->revenue, (Money{3000, kWon}));
  EXPECT_EQ(tick->revenue_per_second, (Money{-1000, kWon})) << "to the won, though the tick came a bit late";
  counted.sample.orders.apply(record(OrderChange::confirmed, 9000));
  counted.pass_ms(3000);
  EXPECT_EQ(numbers.tick(counted.sample)->revenue_per_second, (Money{3000, kWon}));
}

TEST(LiveNumbers, SpeaksTheCurrencyWithTheMostRevenue) {
  LiveNumbers numbers(kWon);
  Counted counted;
  numbers.tick(counted.sample);
  counted.pass_ms(1000);
  EXPECT_EQ(numbers.tick(counted.sample)->revenue, (Money{0, kWon}));
  counted.sample.orders.apply(record(OrderChange::confirmed, 700, kDollar));
  counted.sample.orders.apply(record(OrderChange::confirmed, 500, kWon));
  counted.pass_ms(1000);
  const auto tick = numbers.tick(counted.sample);
  EXPECT_EQ(tick->revenue, (Money{700, kDollar}));
  EXPECT_EQ(tick->revenue_per_second, (Money{700, kDollar}));
}

TEST(LiveNumbers, TheHitRateStaysWhatItWasWhileNobodyLooks) {
  LiveNumbers numbers(kWon);
  Counted counted;
  numbers.tick(counted.sample);
  counted.sample.cache = {98, 100};
  counted.pass_ms(1000);
  EXPECT_DOUBLE_EQ(numbers.tick(counted.sample)->cache_hit_rate, 0.98);
  counted.pass_ms(1000);
  EXPECT_DOUBLE_EQ(numbers.tick(counted.sample)->cache_hit_rate, 0.98);
  counted.sample.cache = {99, 110};
  counted.pass_ms(1000);
  EXPECT_DOUBLE_EQ(numbers.tick(counted.sample)->cache_hit_rate, 0.1);
}

TEST(LiveNumbers, AvailabilityCountsErrorsAndSlowAnswers) {
  LiveNumbers numbers(kWon);
  Counted counted;
  numbers.tick(counted.sample);
  counted.answer(1000, 0.01);
  counted.sample.http.errors_5xx = 1;
  counted.sample.http.slow_500ms = 1;
  counted.pass_ms(1000);
  EXPECT_DOUBLE_EQ(numbers.tick(counted.sample)->availability, 0.998);
}

TEST(LiveNumbers, AreWrittenAsThePageReadsThem) {
  LiveTick tick;
  tick.at = Timestamp{0};
  tick.requests_per_second = 1234.567;
  tick.p95_ms = 1.23456;
  tick.orders = {10, 7, 2, 1};
  tick.revenue = {5000, kWon};
  tick.revenue_per_second = {-20, kWon};
  tick.cache_hit_rate = 0.98765;
  tick.connections = 12;
  tick.availability = 0.9999999;
  EXPECT_EQ(
      to_json(tick),
      R"({"at":"1970-01-01T00:00:00.000Z","requestsPerSecond":1234.6,"errorsPerSecond":0,"p50Ms":0,"p95Ms":1.235,)"
      R"("p99Ms":0,"ordersPerSecond":0,"orders":{"placed":10,"confirmed":7,"rejected":2,"cancelled":1},)"
      R"("revenue":{"amount":5000,"currency":"KRW"},"revenuePerSecond":{"amount":-20,"currency":"KRW"},)"
      R"("cacheHitRate":0.9877,"connections":12,"availability":0.999999})");
}

}  // namespace
}  // namespace jangteo
