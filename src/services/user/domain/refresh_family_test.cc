#include "services/user/domain/refresh_family.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace jangteo {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

TEST(RefreshFamily, MovesOnWithItsNewestTokenOnly) {
  const RefreshFamily family{.position = 3};
  EXPECT_EQ(judge_refresh(family, {3, kNow + Millis{1}}, kNow), RefreshVerdict::rotate);
  EXPECT_EQ(judge_refresh(family, {2, kNow + Millis{1}}, kNow), RefreshVerdict::reused);
  EXPECT_EQ(judge_refresh(family, {0, kNow + Millis{1}}, kNow), RefreshVerdict::reused);
}

TEST(RefreshFamily, RefusesExpiredTokensAndEndedFamiliesWithoutEffect) {
  EXPECT_EQ(judge_refresh({.position = 3}, {3, kNow}, kNow), RefreshVerdict::refused);
  EXPECT_EQ(judge_refresh({.position = 3}, {2, kNow}, kNow), RefreshVerdict::refused);
  EXPECT_EQ(judge_refresh({.position = 3, .revoked = true}, {3, kNow + Millis{1}}, kNow), RefreshVerdict::refused);
  EXPECT_EQ(judge_refresh({.position = 3, .revoked = true}, {2, kNow + Millis{1}}, kNow), RefreshVerdict::refused);
}

// A thief and the owner use tokens of one family in random order. Model: a set of tokens seen, one of them unused.
TEST(RefreshFamily, GivesAtMostOneOfTwoHoldersATokenAfterTheyPart) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    RefreshFamily family;
    struct Token {
      PresentedRefresh token;
      bool used = false;
    };
    Timestamp now = kNow;
    std::vector<Token> tokens{{{0, now + Millis{1000}}}};
    bool ended = false;
    for (int step = 0; step < 12; ++step) {
      now = now + Millis{static_cast<int>(random() % 400)};
      Token& token = tokens[random() % tokens.size()];
      const bool expired = token.token.expires_at <= now;
      const auto verdict = judge_refresh(family, token.token, now);
      if (ended || expired) {
        ASSERT_EQ(verdict, RefreshVerdict::refused);
      } else if (token.used) {
        ASSERT_EQ(verdict, RefreshVerdict::reused);
        family.revoked = ended = true;
      } else {
        ASSERT_EQ(verdict, RefreshVerdict::rotate);
        token.used = true;
        ++family.position;
        tokens.push_back({{family.position, now + Millis{1000}}});
      }
    }
  }
}

}  // namespace
}  // namespace jangteo
