#include "services/analytics/domain/service_level.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

constexpr Millis kHour{3600 * 1000};

TEST(ServiceLevel, IsFullWithoutRequests) {
  ServiceLevel level;
  EXPECT_EQ(level.availability(), 1);
  level.record(Timestamp{0}, 0, 0);
  EXPECT_EQ(level.availability(), 1);
}

TEST(ServiceLevel, IsTheShareOfGoodRequestsSinceTheStart) {
  ServiceLevel level;
  level.record(Timestamp{0}, 100, 1);
  EXPECT_DOUBLE_EQ(level.availability(), 0.99);
  level.record(Timestamp{1000}, 1000, 1);
  EXPECT_DOUBLE_EQ(level.availability(), 0.999);
}

TEST(ServiceLevel, NeverFallsBelowZeroWhenASlowAnswerIsAlsoAnError) {
  ServiceLevel level;
  level.record(Timestamp{0}, 10, 20);
  EXPECT_EQ(level.availability(), 0);
}

TEST(ServiceLevel, ForgetsAnOutageAfterThirtyDays) {
  ServiceLevel level;
  Timestamp now{0};
  std::uint64_t requests = 0;
  const std::uint64_t bad = 50;
  for (int hour = 0; hour <= 24 * 29; ++hour, now = now + kHour) {
    requests += 100;
    level.record(now, requests, bad);
  }
  EXPECT_LT(level.availability(), 1) << "29 days later it still counts";
  for (int hour = 0; hour <= 24 * 2; ++hour, now = now + kHour) {
    requests += 100;
    level.record(now, requests, bad);
  }
  EXPECT_EQ(level.availability(), 1);
}

}  // namespace
}  // namespace jangteo
