#include "services/user/revoked_sessions.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace jangteo {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

TEST(RevokedSessions, KnowsASessionUntilItsTokensHaveExpired) {
  RevokedSessions revoked(10);
  EXPECT_FALSE(revoked.contains("ses_1"));
  revoked.add("ses_1", kNow + Millis{100});
  EXPECT_TRUE(revoked.contains("ses_1"));
  EXPECT_FALSE(revoked.contains("ses_2"));
  EXPECT_FALSE(revoked.full(kNow + Millis{99}));
  EXPECT_TRUE(revoked.contains("ses_1"));
  EXPECT_FALSE(revoked.full(kNow + Millis{100}));
  EXPECT_FALSE(revoked.contains("ses_1"));
  EXPECT_EQ(revoked.size(), 0U);
}

TEST(RevokedSessions, KeepsASessionThatEndsTwiceUntilTheLaterTime) {
  RevokedSessions revoked(10);
  revoked.add("ses_1", kNow + Millis{100});
  revoked.add("ses_1", kNow + Millis{200});
  EXPECT_FALSE(revoked.full(kNow + Millis{150}));
  EXPECT_TRUE(revoked.contains("ses_1"));
  EXPECT_FALSE(revoked.full(kNow + Millis{200}));
  EXPECT_FALSE(revoked.contains("ses_1"));
}

TEST(RevokedSessions, SaysWhenItIsFullAndHasRoomAgainAfterAWhile) {
  RevokedSessions revoked(2);
  revoked.add("ses_1", kNow + Millis{100});
  EXPECT_FALSE(revoked.full(kNow));
  revoked.add("ses_2", kNow + Millis{150});
  EXPECT_TRUE(revoked.full(kNow));
  EXPECT_FALSE(revoked.full(kNow + Millis{100}));
}

TEST(RevokedSessions, IsAskedAndFilledFromManyThreads) {
  RevokedSessions revoked(100'000);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&revoked, writer] {
      for (int i = 0; i < 2000; ++i) {
        const std::string session = std::to_string(writer) + "-" + std::to_string(i);
        revoked.add(session, kNow + Millis{i});
        EXPECT_TRUE(revoked.contains(session));
      }
    });
  }
  threads.emplace_back([&revoked] {
    for (int i = 0; i < 2000; ++i) EXPECT_FALSE(revoked.contains("other"));
  });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(revoked.size(), 4000U);
}

}  // namespace
}  // namespace jangteo
