#include "runtime/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace jangteo {
namespace {

TEST(Metrics, RendersThePrometheusTextFormat) {
  MetricsRegistry registry;
  registry.counter("http_requests_total", "Requests answered.", {{"route", "getProduct"}, {"status", "200"}}).add(3);
  registry.counter("http_requests_total", "Requests answered.", {{"route", "getProduct"}, {"status", "500"}}).add();
  registry.gauge("http_connections", "Open connections.").set(12.5);
  auto& seconds = registry.histogram("a_seconds", "A \\ length\nof time.", {}, {0.1, 1});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(7);
  registry.gauge_function("queue", "Waiting.", {{"name", "a\"b\\c\nd"}}, [] { return 4.0; });
  registry.counter_function("lines_total", "Lines.", {}, [] { return std::numeric_limits<double>::infinity(); });
  EXPECT_EQ(registry.render(),
            "# HELP a_seconds A \\\\ length\\nof time.\n"
            "# TYPE a_seconds histogram\n"
            "a_seconds_bucket{le=\"0.1\"} 1\n"
            "a_seconds_bucket{le=\"1\"} 2\n"
            "a_seconds_bucket{le=\"+Inf\"} 3\n"
            "a_seconds_sum 7.6\n"
            "a_seconds_count 3\n"
            "# HELP http_connections Open connections.\n"
            "# TYPE http_connections gauge\n"
            "http_connections 12.5\n"
            "# HELP http_requests_total Requests answered.\n"
            "# TYPE http_requests_total counter\n"
            "http_requests_total{route=\"getProduct\",status=\"200\"} 3\n"
            "http_requests_total{route=\"getProduct\",status=\"500\"} 1\n"
            "# HELP lines_total Lines.\n"
            "# TYPE lines_total counter\n"
            "lines_total +Inf\n"
            "# HELP queue Waiting.\n"
            "# TYPE queue gauge\n"
            "queue{name=\"a\\\"b\\\\c\\nd\"} 4\n");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameInstrument) {
  MetricsRegistry registry;
  auto& first = registry.counter("a_total", "A.", {{"x", "1"}});
  for (int i = 0; i < 100; ++i) registry.counter("a_total", "A.", {{"x", std::to_string(i)}});
  EXPECT_EQ(&registry.counter("a_total", "A.", {{"x", "1"}}), &first);
}

TEST(MetricsDeathTest, AFamilyHasOneType) {
  MetricsRegistry registry;
  registry.counter("a_total", "A.");
  EXPECT_DEATH(registry.gauge("a_total", "A."), "one type");
}

TEST(MetricsDeathTest, NamesThatPrometheusRefusesAreRefusedHere) {
  MetricsRegistry registry;
  EXPECT_DEATH(registry.counter("9lives", "A."), "Prometheus names");
  EXPECT_DEATH(registry.counter("a-b", "A."), "Prometheus names");
}

TEST(Metrics, NoUpdateOfAnyThreadIsLost) {
  MetricsRegistry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& gauge = registry.gauge("b", "B.");
  auto& histogram = registry.histogram("c_seconds", "C.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k) {
        counter.add();
        gauge.add(1);
        histogram.observe(0.25);
      }
    });
  }
  for (int i = 0; i < 20; ++i) registry.render();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000U);
  EXPECT_EQ(gauge.value(), 40'000);
  EXPECT_EQ(histogram.snapshot().count, 40'000U);
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 10'000);
}

TEST(Metrics, QuantilesLieInTheBucketOfTheirRank) {
  Histogram histogram(latency_bounds_s());
  for (int i = 1; i <= 1000; ++i) histogram.observe(i / 1000.0);
  const auto snapshot = histogram.snapshot();
  EXPECT_NEAR(quantile(snapshot, histogram.bounds(), 0.5), 0.5, 0.01);
  EXPECT_NEAR(quantile(snapshot, histogram.bounds(), 0.2), 0.2, 0.01);
  EXPECT_NEAR(quantile(snapshot, histogram.bounds(), 0.95), 0.95, 0.05);
}

TEST(Metrics, TheDifferenceOfTwoSnapshotsIsWhatCameBetween) {
  Histogram histogram({1, 2});
  histogram.observe(0.5);
  const auto earlier = histogram.snapshot();
  histogram.observe(1.5);
  histogram.observe(9);
  const auto between = difference(histogram.snapshot(), earlier);
  EXPECT_EQ(between.counts, (std::vector<std::uint64_t>{0, 1, 1}));
  EXPECT_EQ(between.count, 2U);
  EXPECT_DOUBLE_EQ(between.sum, 10.5);
  EXPECT_EQ(difference(earlier, {}).count, 1U);
}

TEST(Metrics, AnEmptyHistogramHasQuantileZeroAndAnOverfullOneItsLastBound) {
  Histogram histogram({0.1, 1});
  EXPECT_EQ(quantile(histogram.snapshot(), histogram.bounds(), 0.95), 0);
  histogram.observe(60);
  EXPECT_EQ(quantile(histogram.snapshot(), histogram.bounds(), 0.95), 1);
}

TEST(Metrics, LatencyBoundsSeparateTheServiceLevels) {
  const auto& bounds = latency_bounds_s();
  EXPECT_NE(std::find(bounds.begin(), bounds.end(), 0.2), bounds.end());
  EXPECT_NE(std::find(bounds.begin(), bounds.end(), 0.5), bounds.end());
}

}  // namespace
}  // namespace jangteo
