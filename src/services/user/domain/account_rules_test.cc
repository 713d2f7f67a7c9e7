#include "services/user/domain/account_rules.h"

#include <gtest/gtest.h>

#include "services/user/domain/role.h"

namespace jangteo {
namespace {

TEST(AccountRules, StoresAnEmailTrimmedAndInLowerCase) {
  EXPECT_EQ(normalize_email("  Mina.Kim+Shop@Example.CO.KR\t"), "mina.kim+shop@example.co.kr");
  EXPECT_EQ(normalize_email("a@localhost"), "a@localhost");
}

TEST(AccountRules, RefusesWhatIsNoEmail) {
  for (const std::string& bad :
       {std::string(), std::string("mina"), std::string("@example.com"), std::string("mina@"), std::string("a@b@c.com"),
        std::string("a b@c.com"), std::string("a@c..com"), std::string("a@.com"), std::string("a@com."),
        std::string("a@-c.com"), std::string("a@c-.com"), std::string("\"a\"@c.com"), std::string("a@c_d.com"),
        std::string("민아@example.com"), std::string("a\0b@c.com", 9), std::string("a@c.com\r\nBcc: x@y.z"),
        std::string(65, 'a') + "@c.com", "a@" + std::string(64, 'c') + ".com"}) {
    const auto email = normalize_email(bad);
    ASSERT_FALSE(email) << bad;
    EXPECT_EQ(email.error().code, ErrorCode::invalid);
    ASSERT_EQ(email.error().fields.size(), 1U);
    EXPECT_EQ(email.error().fields[0].param, "email");
  }
}

TEST(AccountRules, BoundsAnEmailAt254Bytes) {
  std::string domain;
  while (domain.size() < 240) domain += "abcdefghi.";
  domain += "com";
  const std::string longest = std::string(254 - 1 - domain.size(), 'x') + "@" + domain;
  ASSERT_EQ(longest.size(), 254U);
  EXPECT_TRUE(normalize_email(longest));
  EXPECT_FALSE(normalize_email("x" + longest));
}

TEST(AccountRules, CountsAPasswordsCharactersNotItsBytes) {
  EXPECT_TRUE(check_password("12345678"));
  EXPECT_FALSE(check_password("1234567"));
  EXPECT_TRUE(check_password("비밀번호여덟글자"));
  EXPECT_FALSE(check_password("비밀번호일곱자"));
  std::string korean;
  for (int i = 0; i < 128; ++i) korean += "가";
  EXPECT_TRUE(check_password(korean));
  EXPECT_FALSE(check_password(korean + "가"));
  EXPECT_FALSE(check_password("12345678\xff"));
  EXPECT_TRUE(check_password(std::string("nul\0 inside", 11)));
}

TEST(AccountRules, KeepsANameOfOneToAHundredCharacters) {
  EXPECT_EQ(normalize_name("  김민아 "), "김민아");
  EXPECT_FALSE(normalize_name("   "));
  EXPECT_FALSE(normalize_name("two\nlines"));
  EXPECT_FALSE(normalize_name("next\xc2\x85line"));
  EXPECT_FALSE(normalize_name("bad\xc3"));
  EXPECT_TRUE(normalize_name(std::string(100, 'n')));
  EXPECT_FALSE(normalize_name(std::string(101, 'n')));
}

TEST(Role, IsReadBackFromItsText) {
  for (const Role role : {Role::customer, Role::support, Role::catalog, Role::ops, Role::owner}) {
    EXPECT_EQ(parse_role(to_string(role)), role);
  }
  EXPECT_FALSE(parse_role("admin"));
  EXPECT_FALSE(parse_role(""));
  EXPECT_FALSE(parse_role("Owner"));
}

}  // namespace
}  // namespace jangteo
