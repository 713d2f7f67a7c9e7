#include "services/user/password_hasher.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

constexpr PasswordCost kCheap{.memory_kib = 64, .passes = 1};

TEST(PasswordHasher, AcceptsThePasswordThatItHashedAndNoOther) {
  const PasswordHasher hasher(kCheap);
  const std::string hash = hasher.hash("비밀번호 is fine");
  EXPECT_TRUE(hasher.verify(hash, "비밀번호 is fine"));
  EXPECT_FALSE(hasher.verify(hash, "비밀번호 is fin"));
  EXPECT_FALSE(hasher.verify(hash, ""));
  EXPECT_FALSE(hasher.verify("", "비밀번호 is fine")) << "an anonymised account";
  EXPECT_NE(hash, hasher.hash("비밀번호 is fine")) << "each hash has a salt of its own";
}

// Rows: 6
TEST(PasswordHasher, UsesArgon2idWithTheCostsOfOwaspByDefault) {
  EXPECT_TRUE(PasswordHasher(PasswordCost{}).hash("password").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(PasswordHasher, SeesAByteAfterAZeroByte) {
  const PasswordHasher hasher(kCheap);
  const std::string hash = hasher.hash(std::string("before\0after", 12));
  EXPECT_FALSE(hasher.verify(hash, std::string("before\0other", 12)));
}

TEST(PasswordHasher, NoticesAHashOfAnotherCost) {
  const PasswordHasher cheap(kCheap);
  const PasswordHasher dearer(PasswordCost{.memory_kib = 128, .passes = 1});
  const std::string hash = cheap.hash("password");
  EXPECT_FALSE(cheap.outdated(hash));
  EXPECT_TRUE(dearer.outdated(hash));
  EXPECT_TRUE(dearer.verify(hash, "password")) << "old hashes stay good";
}

TEST(PasswordHasher, VerifiesNobody) { EXPECT_FALSE(PasswordHasher(kCheap).verify_nobody("password")); }

}  // namespace
}  // namespace jangteo
