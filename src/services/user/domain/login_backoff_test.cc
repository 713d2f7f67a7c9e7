#include "services/user/domain/login_backoff.h"

#include <gtest/gtest.h>

#include <string>

namespace jangteo {
namespace {

constexpr Timestamp kStart{1'800'000'000'000};

TEST(LoginBackoff, LetsTheFirstFailuresPassAndThenDoublesTheWait) {
  LoginBackoff backoff(1);
  Timestamp now = kStart;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(backoff.wait("::1", "mina", now), Millis{0}) << i;
    backoff.failed("::1", "mina", now);
  }
  EXPECT_EQ(backoff.wait("::1", "mina", now), Millis{0});
  for (const int seconds : {1, 2, 4, 8}) {
    backoff.failed("::1", "mina", now);
    EXPECT_EQ(backoff.wait("::1", "mina", now), Millis{seconds * 1000});
    EXPECT_EQ(backoff.wait("::1", "mina", now + Millis{1}), Millis{seconds * 1000 - 1});
    now = now + Millis{seconds * 1000};
    EXPECT_EQ(backoff.wait("::1", "mina", now), Millis{0});
  }
}

TEST(LoginBackoff, WaitsNeverLongerThanItsLimit) {
  LoginBackoff backoff(1);
  for (int i = 0; i < 1000; ++i) backoff.failed("::1", "mina", kStart);
  EXPECT_EQ(backoff.wait("::1", "mina", kStart), Millis{15 * 60 * 1000});
}

TEST(LoginBackoff, CountsEachAddressAndEachAccountByItself) {
  LoginBackoff backoff(1);
  for (int i = 0; i < 20; ++i) backoff.failed("::1", "mina", kStart);
  EXPECT_GT(backoff.wait("::1", "mina", kStart), Millis{0});
  EXPECT_EQ(backoff.wait("::2", "mina", kStart), Millis{0});
  EXPECT_EQ(backoff.wait("::1", "joon", kStart), Millis{0});
}

TEST(LoginBackoff, ForgetsFailuresAfterSuccessAndAfterAnHour) {
  LoginBackoff backoff(1);
  for (int i = 0; i < 20; ++i) backoff.failed("::1", "mina", kStart);
  backoff.succeeded("::1", "mina");
  EXPECT_EQ(backoff.wait("::1", "mina", kStart), Millis{0});
  EXPECT_EQ(backoff.size(), 0U);

  for (int i = 0; i < 20; ++i) backoff.failed("::1", "mina", kStart);
  const Timestamp later = kStart + Millis{60 * 60 * 1000 + 1};
  backoff.failed("::1", "joon", later);
  EXPECT_EQ(backoff.size(), 1U) << "the old entry is gone";
}

TEST(LoginBackoff, KeepsTheLatestFailuresWhenItsTableIsFull) {
  LoginBackoffLimits limits;
  limits.entry_count_max = 3;
  limits.free_failures = 0;
  LoginBackoff backoff(1, limits);
  for (const char* account : {"a", "b", "c"}) backoff.failed("::1", account, kStart);
  backoff.failed("::1", "a", kStart);
  backoff.failed("::1", "d", kStart);
  EXPECT_EQ(backoff.size(), 3U);
  EXPECT_EQ(backoff.wait("::1", "b", kStart), Millis{0}) << "failed longest ago";
  for (const char* account : {"a", "c", "d"}) EXPECT_GT(backoff.wait("::1", account, kStart), Millis{0}) << account;
}

}  // namespace
}  // namespace jangteo
