#include "services/analytics/reporter.h"

#include <gtest/gtest.h>

#include <vector>

namespace jangteo {
namespace {

class ReporterLines : public testing::Test {
 protected:
  void answer(int count, double seconds) {
    for (int i = 0; i < count; ++i) latency_.observe(seconds);
    requests_ += static_cast<std::uint64_t>(count);
  }
  HttpTotals totals() const { return {requests_, 0, 0, latency_.snapshot()}; }
  void pass_seconds(int count) {
    for (int i = 0; i < count; ++i) {
      clock_.advance(Millis{1000});
      reporter_.step();
    }
  }

  std::uint64_t requests_ = 0;
  Histogram latency_{latency_bounds_s()};
  ManualClock clock_{Timestamp{1'767'225'600'000}};
  std::vector<std::string> lines_;
  Reporter reporter_{Millis{60'000}, clock_, [this] { return totals(); },
                     [this](const std::string& line) { lines_.push_back(line); }};
};

// Rows: 28
TEST_F(ReporterLines, AreWrittenEverySixtySecondsOverTheLastMinute) {
  answer(7404, 0.0049);
  pass_seconds(59);
  EXPECT_TRUE(lines_.empty());
  pass_seconds(1);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_EQ(lines_[0], "TPS: 123.4, P95 Latency: 4.9ms");
  answer(60, 0.2);
  pass_seconds(60);
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(lines_[1], "TPS: 1.0, P95 Latency: 198.8ms") << "the minute before is forgotten";
}

// Rows: 28
TEST_F(ReporterLines, SayZeroInAQuietMinute) {
  pass_seconds(60);
  EXPECT_EQ(lines_, std::vector<std::string>{"TPS: 0.0, P95 Latency: 0.0ms"});
}

TEST_F(ReporterLines, AreOverTheTimeThatReallyPassed) {
  answer(1200, 0.001);
  clock_.advance(Millis{120'000});
  reporter_.step();
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_TRUE(lines_[0].starts_with("TPS: 10.0, ")) << lines_[0];
}

TEST(Reporter, PrintsALineAtOnceOnStandardOutput) {
  testing::internal::CaptureStdout();
  Reporter::print_to_standard_output("TPS: 0.0, P95 Latency: 0.0ms");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "TPS: 0.0, P95 Latency: 0.0ms\n");
}

}  // namespace
}  // namespace jangteo
