#include "bench/driver/latency_histogram.h"

#include <gtest/gtest.h>

namespace jangteo::bench {
namespace {

TEST(LatencyHistogram, ReportsPercentilesWithinOnePercent) {
  LatencyHistogram histogram;
  for (int64_t us = 1; us <= 10'000; ++us) histogram.record(us * 1000);
  EXPECT_EQ(histogram.count(), 10'000u);
  for (const double percent : {50.0, 90.0, 99.0, 99.9}) {
    const double exact_ns = percent / 100 * 10'000'000;
    EXPECT_GE(histogram.percentile_ns(percent), exact_ns);
    EXPECT_LE(histogram.percentile_ns(percent), exact_ns * 1.01);
  }
  EXPECT_EQ(histogram.percentile_ns(100), 10'000'000);
  EXPECT_EQ(histogram.max_ns(), 10'000'000);
  EXPECT_DOUBLE_EQ(histogram.mean_ns(), 5'000'500.0);
}

TEST(LatencyHistogram, KeepsEveryBoundaryValueInABucketThatHoldsIt) {
  for (int bit = 0; bit < 42; ++bit) {
    for (const int64_t offset : {-1, 0, 1}) {
      const int64_t value_ns = (int64_t{1} << bit) + offset;
      LatencyHistogram histogram;
      histogram.record(value_ns);
      histogram.record(LatencyHistogram::value_ns_max);
      EXPECT_GE(histogram.percentile_ns(50), value_ns);
      EXPECT_LE(histogram.percentile_ns(50), value_ns + value_ns / 128 + 1);
    }
  }
}

TEST(LatencyHistogram, MergesAsIfOneHadRecordedEverything) {
  LatencyHistogram fast, slow, both;
  for (int i = 0; i < 99; ++i) {
    fast.record(1000);
    both.record(1000);
  }
  slow.record(5'000'000'000);
  both.record(5'000'000'000);
  fast.merge(slow);
  EXPECT_EQ(fast.count(), both.count());
  EXPECT_EQ(fast.percentile_ns(99), both.percentile_ns(99));
  EXPECT_EQ(fast.percentile_ns(99.9), 5'000'000'000);
  EXPECT_EQ(fast.coarse_buckets(), both.coarse_buckets());
}

TEST(LatencyHistogram, LosesNothingInItsCoarseBuckets) {
  LatencyHistogram histogram;
  for (int64_t value_ns = 1; value_ns < 1'000'000'000; value_ns = value_ns * 5 / 4 + 1) histogram.record(value_ns);
  uint64_t sum = 0;
  int64_t last_bound_ns = -1;
  for (const auto& [bound_ns, count] : histogram.coarse_buckets()) {
    EXPECT_GT(bound_ns, last_bound_ns);
    last_bound_ns = bound_ns;
    sum += count;
  }
  EXPECT_EQ(sum, histogram.count());
}

TEST(LatencyHistogram, CountsOutliersAtItsLimits) {
  LatencyHistogram histogram;
  histogram.record(-5);
  histogram.record(LatencyHistogram::value_ns_max + 1);
  EXPECT_EQ(histogram.percentile_ns(50), 0);
  EXPECT_EQ(histogram.max_ns(), LatencyHistogram::value_ns_max);
}

}  // namespace
}  // namespace jangteo::bench
