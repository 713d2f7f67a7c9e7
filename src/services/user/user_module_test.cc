#include "services/user/user_module.h"

#include <filesystem>
#include <fstream>

#include "services/user/access_tokens.h"
#include "support/user_fixture.h"

namespace jangteo {
namespace {

class UserModuleTest : public UserFixture {};

TEST_F(UserModuleTest, RefusesToOpenWithABadFileOfOutsideKeys) {
  settings_.public_keys_file = directory_ + "/keys.json";
  UserModule absent({*database_, *pool_, clock_, *metrics_, directory_, settings_});
  const auto missing = absent.open();
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("jwt.public_keys"), std::string::npos);
  EXPECT_NE(missing.error().detail.find("/keys.json"), std::string::npos);

  std::ofstream(settings_.public_keys_file) << R"({"keys":[{"kty":"oct","k":"c2hvcnQ"}]})";
  UserModule weak({*database_, *pool_, clock_, *metrics_, directory_, settings_});
  const auto refused = weak.open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("jwt.public_keys"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("32 bytes"), std::string::npos);
}

TEST_F(UserModuleTest, AcceptsTokensOfAConfiguredOutsideKey) {
  const std::string id = member(register_user("mina@example.com"), "id");
  const SigningKey outside(std::string(32, 'x'));
  settings_.public_keys_file = directory_ + "/keys.json";
  const AccessTokens issuer(SigningKey(std::string(32, 'x')), {}, "elsewhere", Millis{600'000});
  std::ofstream(settings_.public_keys_file) << issuer.key_set();
  const std::string token = issuer.issue(*UserId::parse(id), Role::customer, SessionId{}, clock_.now());
  EXPECT_EQ(me(token).status, 401) << "not configured yet";
  reopen();
  EXPECT_EQ(me(token).status, 200);
}

TEST_F(UserModuleTest, KeepsItsSigningKeyForItsOwnerOnly) {
  EXPECT_EQ(std::filesystem::status(directory_ + "/keys/access.key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace jangteo
