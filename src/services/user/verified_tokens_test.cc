#include "services/user/verified_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace jangteo {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

VerifiedToken token_of(const std::string& session) {
  VerifiedToken token;
  token.principal.session = session;
  token.good_until = kNow + Millis{1000};
  return token;
}

TEST(VerifiedTokens, FindsATokenUntilItExpires) {
  VerifiedTokens tokens(100);
  EXPECT_FALSE(tokens.find("a", kNow));
  tokens.add("a", token_of("s"));
  const auto found = tokens.find("a", kNow + Millis{999});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->session, "s");
  EXPECT_FALSE(tokens.find("b", kNow));
  EXPECT_FALSE(tokens.find("a", kNow + Millis{1000}));
  EXPECT_EQ(tokens.size(), 0U) << "an expired token is not kept";
}

TEST(VerifiedTokens, HoldsNoMoreThanItsLimit) {
  VerifiedTokens tokens(160);
  for (int i = 0; i < 10'000; ++i) tokens.add(std::to_string(i), token_of("s"));
  EXPECT_EQ(tokens.size(), 160U);
}

TEST(VerifiedTokens, LetsTheLeastRecentlyUsedGo) {
  VerifiedTokens tokens(16 * 4);
  tokens.add("kept", token_of("s"));
  for (int i = 0; i < 10'000; ++i) {
    tokens.add(std::to_string(i), token_of("s"));
    ASSERT_TRUE(tokens.find("kept", kNow)) << i;
  }
  EXPECT_FALSE(tokens.find("0", kNow));
}

TEST(VerifiedTokens, IsUsedFromManyThreads) {
  VerifiedTokens tokens(64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&tokens, t] {
      for (int i = 0; i < 5000; ++i) {
        const std::string name = std::to_string((i * 7 + t) % 200);
        tokens.add(name, token_of(name));
        const auto found = tokens.find(name, kNow);
        if (found) {
          EXPECT_EQ(found->session, name);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(tokens.size(), 64U);
}

}  // namespace
}  // namespace jangteo
