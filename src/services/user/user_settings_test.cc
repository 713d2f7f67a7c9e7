#include "services/user/user_settings.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

TEST(UserSettings, AreTheDocumentedDefaultsWhenNothingIsConfigured) {
  const UserSettings settings = read_user_settings(Config(user_config_keys()));
  EXPECT_EQ(settings.password_cost.memory_kib, 19456);
  EXPECT_EQ(settings.password_cost.passes, 2);
  EXPECT_EQ(settings.access_lifetime, Millis{600'000});
  EXPECT_EQ(settings.refresh_lifetime, Millis{2'592'000'000});
  EXPECT_TRUE(settings.login_backoff);
  EXPECT_FALSE(settings.cookie_secure);
  EXPECT_EQ(settings.issuer, "jangteo");
  EXPECT_EQ(settings.public_keys_file, "");
}

TEST(UserSettings, TakeWhatIsConfigured) {
  Config config(user_config_keys());
  ASSERT_TRUE(
      config.load_toml("[auth]\naccess_lifetime_s = 120\nlogin_backoff = false\n[jwt]\nissuer = \"shop\"\n", "t"));
  const UserSettings settings = read_user_settings(config);
  EXPECT_EQ(settings.access_lifetime, Millis{120'000});
  EXPECT_FALSE(settings.login_backoff);
  EXPECT_EQ(settings.issuer, "shop");
}

TEST(UserSettings, RefuseAPasswordHashThatCostsNothing) {
  Config config(user_config_keys());
  const auto loaded = config.load_toml("[auth]\nargon2_memory_kib = 8\n", "t");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().detail.find("auth.argon2_memory_kib"), std::string::npos) << loaded.error().detail;
}

}  // namespace
}  // namespace jangteo
