#include "runtime/config.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

Config example() {
  return Config({
      {"http.port", std::int64_t{8080}, "Port to listen on.", 0, 65535, {}},
      {"http.address", std::string("127.0.0.1"), "Address to listen on.", INT64_MIN, INT64_MAX, {}},
      {"log.level",
       std::string("info"),
       "Least important level that is written.",
       INT64_MIN,
       INT64_MAX,
       {"debug", "info"}},
      {"idempotency.required", false, "Whether POST demands a key.", INT64_MIN, INT64_MAX, {}},
      {"http.body_bytes_max", std::int64_t{1 << 20}, "Largest body in bytes.", 1, INT64_MAX, {}},
  });
}

std::string refusal(const Status& status) { return status ? "accepted" : status.error().detail; }

TEST(Config, StartsWithDefaults) {
  const Config config = example();
  EXPECT_EQ(config.integer("http.port"), 8080);
  EXPECT_EQ(config.text("log.level"), "info");
  EXPECT_FALSE(config.flag("idempotency.required"));
  EXPECT_EQ(config.source("http.port"), "default");
}

TEST(Config, LaterSourcesWinAndAreNamed) {
  Config config = example();
  ASSERT_TRUE(config.load_toml("[http]\nport = 1\naddress = \"::1\"\n[idempotency]\nrequired = true\n", "a.toml"));
  EXPECT_EQ(config.source("http.port"), "a.toml:2");
  const char* const environment[] = {"HOME=/root", "JANGTEO_HTTP__PORT=2", "JANGTEO_URL=http://x", nullptr};
  ASSERT_TRUE(config.load_environment(environment));
  EXPECT_EQ(config.integer("http.port"), 2);
  EXPECT_EQ(config.source("http.port"), "environment");
  ASSERT_TRUE(config.set("http.port", "3", "--port"));
  EXPECT_EQ(config.integer("http.port"), 3);
  EXPECT_EQ(config.source("http.port"), "--port");
  EXPECT_EQ(config.text("http.address"), "::1");
  EXPECT_TRUE(config.flag("idempotency.required"));
}

TEST(Config, AMistakeInTheFileIsNamedByFileLineAndKey) {
  const auto load = [](const char* text) {
    Config config = example();
    return refusal(config.load_toml(text, "shop.toml"));
  };
  EXPECT_EQ(load("[http]\nport = 1\nprot = 2\n"), "shop.toml:3: unknown key http.prot");
  EXPECT_EQ(load("\n[htpp]\nport = 1\n"), "shop.toml:3: unknown key htpp.port");
  EXPECT_EQ(load("port = 1\n"), "shop.toml:1: unknown key port");
  EXPECT_EQ(load("[unheard]\n"), "shop.toml:1: unknown key unheard");
  EXPECT_EQ(load("[http]\nport = \"1\"\n"), "shop.toml:2: http.port must be a whole number");
  EXPECT_EQ(load("[http]\nport = 1.5\n"), "shop.toml:2: http.port must be a whole number");
  EXPECT_EQ(load("[http]\nport = [1]\n"), "shop.toml:2: http.port must be a whole number");
  EXPECT_EQ(load("[http]\nport = 65536\n"), "shop.toml:2: http.port = 65536 is out of range: 0 to 65535");
  EXPECT_EQ(load("[log]\nlevel = \"loud\"\n"), "shop.toml:2: log.level = \"loud\" is not one of: debug, info");
  EXPECT_TRUE(load("[http]\nport 1\n").starts_with("shop.toml:2: not TOML: ")) << load("[http]\nport 1\n");
  EXPECT_TRUE(load("[http]\nport = 1\nport = 2\n").starts_with("shop.toml:3: not TOML: "));
}

TEST(Config, AMistakeInTheEnvironmentIsNamedByVariable) {
  const auto load = [](const char* pair) {
    Config config = example();
    const char* const environment[] = {pair, nullptr};
    return refusal(config.load_environment(environment));
  };
  EXPECT_EQ(load("JANGTEO_HTTP__PROT=1"), "environment: unknown key JANGTEO_HTTP__PROT");
  EXPECT_EQ(load("JANGTEO_HTTP__PORT=70000"),
            "environment: http.port = 70000 is out of range: 0 to 65535 (JANGTEO_HTTP__PORT)");
  EXPECT_EQ(load("JANGTEO_IDEMPOTENCY__REQUIRED=yes"),
            "environment: idempotency.required = \"yes\" must be true or false (JANGTEO_IDEMPOTENCY__REQUIRED)");
}

TEST(Config, AMistakeInAFlagIsNamedByFlag) {
  Config config = example();
  EXPECT_EQ(refusal(config.set("http.port", "80 ", "--port")), "--port: http.port = \"80 \" must be a whole number");
  EXPECT_EQ(refusal(config.set("http.port", "", "--port")), "--port: http.port = \"\" must be a whole number");
  EXPECT_EQ(refusal(config.set("http.body_bytes_max", "0", "--set")),
            "--set: http.body_bytes_max = 0 is out of range: at least 1");
  EXPECT_EQ(refusal(config.set("http.port", "99999999999999999999", "--port")),
            "--port: http.port = \"99999999999999999999\" must be a whole number");
}

TEST(Config, TheWrittenFileIsReadBackWithTheSameValues) {
  Config config = example();
  ASSERT_TRUE(config.set("http.address", "a\"b\\c\n장터", "test"));
  ASSERT_TRUE(config.set("http.port", "12", "test"));
  Config copy = example();
  const std::string text = config.to_toml();
  ASSERT_EQ(refusal(copy.load_toml(text, "copy.toml")), "accepted") << text;
  EXPECT_EQ(copy.text("http.address"), config.text("http.address"));
  EXPECT_EQ(copy.integer("http.port"), 12);
  EXPECT_NE(text.find("# Port to listen on.\n# Default: 8080. Range: 0 to 65535.\nport = 12\n"), std::string::npos)
      << text;
}

TEST(ConfigDeathTest, ADefaultOutOfItsOwnRangeIsABug) {
  EXPECT_DEATH(Config({{"a.b", std::int64_t{5}, "B.", 6, 7, {}}}), "a default is a value of its key");
}

}  // namespace
}  // namespace jangteo
