#include "runtime/clock.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

TEST(Clock, SystemTimeIsInThisCentury) {
  const auto now = SystemClock::instance().now();
  EXPECT_GT(now, parse_rfc3339("2024-01-01T00:00:00Z").value());
  EXPECT_LT(now, parse_rfc3339("2100-01-01T00:00:00Z").value());
}

TEST(Clock, MonotonicTimeNeverGoesBack) {
  auto& clock = SystemClock::instance();
  auto earlier = clock.monotonic_us();
  for (int i = 0; i < 10'000; ++i) {
    const auto later = clock.monotonic_us();
    ASSERT_GE(later, earlier);
    earlier = later;
  }
}

TEST(Clock, AManualClockMovesOnlyWhenTold) {
  ManualClock clock(Timestamp{5000});
  EXPECT_EQ(clock.now().ms, 5000);
  clock.advance(Millis{250});
  EXPECT_EQ(clock.now().ms, 5250);
  EXPECT_EQ(clock.monotonic_us(), 5'250'000);
}

}  // namespace
}  // namespace jangteo
