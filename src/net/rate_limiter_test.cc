#include "net/rate_limiter.h"

#include <gtest/gtest.h>

namespace jangteo {

namespace {
constexpr std::int64_t kSecond = 1'000'000;
}

TEST(RateLimiter, AllowsABurstThenTheSteadyRate) {
  RateLimiter limiter(1000);
  const RateLimit limit{60, 5};  // one a second, five at once
  std::int64_t now = 1000 * kSecond;
  for (int i = 4; i >= 0; --i) {
    const auto verdict = limiter.take("a", 0, limit, now);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.budget.limit, 5);
    EXPECT_EQ(verdict.budget.remaining, i);
  }
  const auto refused = limiter.take("a", 0, limit, now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_s, 1);
  EXPECT_EQ(refused.budget.remaining, 0);
  EXPECT_EQ(refused.budget.reset_s, 5);
  now += kSecond;
  EXPECT_TRUE(limiter.take("a", 0, limit, now).allowed);
  EXPECT_FALSE(limiter.take("a", 0, limit, now).allowed);
}

TEST(RateLimiter, DoesNotCountWhatItRefuses) {
  RateLimiter limiter(1000);
  const RateLimit limit{60, 1};
  EXPECT_TRUE(limiter.take("a", 0, limit, 0).allowed);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(limiter.take("a", 0, limit, kSecond / 2).allowed);
  EXPECT_TRUE(limiter.take("a", 0, limit, kSecond).allowed);
}

TEST(RateLimiter, TellsKeysAndKindsApart) {
  RateLimiter limiter(1000);
  const RateLimit limit{60, 1};
  EXPECT_TRUE(limiter.take("a", 0, limit, 0).allowed);
  EXPECT_TRUE(limiter.take("b", 0, limit, 0).allowed);
  EXPECT_TRUE(limiter.take("a", 1, limit, 0).allowed);
  EXPECT_FALSE(limiter.take("a", 0, limit, 0).allowed);
}

TEST(RateLimiter, HoldsTheRateOverALongTime) {
  RateLimiter limiter(1000);
  const RateLimit limit{6000, 50};  // 100 a second
  int allowed = 0;
  for (std::int64_t now = 0; now < 10 * kSecond; now += 1000) allowed += limiter.take("a", 0, limit, now).allowed;
  EXPECT_GE(allowed, 1000);
  EXPECT_LE(allowed, 1050);
}

TEST(RateLimiter, ForgetsTheFreestWhenItsTableIsFull) {
  RateLimiter limiter(256);
  const RateLimit limit{1, 1};
  EXPECT_TRUE(limiter.take("attacker", 0, RateLimit{1, 100}, 0).allowed);
  for (int i = 0; i < 99; ++i) limiter.take("attacker", 0, RateLimit{1, 100}, 0);
  for (int i = 0; i < 10000; ++i) limiter.take("key" + std::to_string(i), 0, limit, i);
  EXPECT_FALSE(limiter.take("attacker", 0, RateLimit{1, 100}, 10000).allowed);
}

TEST(RateLimiter, LimitsNothingWithoutARate) {
  RateLimiter limiter(16);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.take("a", 0, RateLimit{0, 1}, 0).allowed);
  EXPECT_EQ(limiter.take("a", 0, RateLimit{0, 1}, 0).budget.limit, 0);
}

}  // namespace jangteo
