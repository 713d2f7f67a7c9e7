#include "services/user/user_settings.h"

namespace jangteo {

std::vector<ConfigKey> user_config_keys() {
  const UserSettings defaults;
  const auto number = [](std::string name, std::int64_t value, std::string meaning, std::int64_t minimum,
                         std::int64_t maximum) {
    return ConfigKey{std::move(name), value, std::move(meaning), minimum, maximum, {}};
  };
  return {
      number("auth.argon2_memory_kib", defaults.password_cost.memory_kib, "Memory of one password hash (Argon2id), KiB",
             1024, 1 << 20),
      number("auth.argon2_passes", defaults.password_cost.passes, "Passes of one password hash", 1, 64),
      number("auth.access_lifetime_s", defaults.access_lifetime.count() / 1000, "Life of an access token, seconds", 60,
             kAccessLifetimeMax.count() / 1000),
      number("auth.refresh_lifetime_s", defaults.refresh_lifetime.count() / 1000,
             "Life of a refresh token since its last use, seconds", 3600, 366L * 24 * 60 * 60),
      number("auth.sessions_per_user_max", static_cast<std::int64_t>(defaults.sessions_per_user_max),
             "Open sessions of one account; one more login ends the oldest", 1, 100'000),
      {"auth.login_backoff", defaults.login_backoff,
       "Whether logins wait after wrong passwords, by address and account"},
      {"auth.cookie_secure", defaults.cookie_secure,
       "Whether session cookies carry Secure; true when pages are reached by https"},
      number("auth.verified_tokens_max", static_cast<std::int64_t>(defaults.verified_tokens_max),
             "Access tokens whose check is remembered", 16, 10'000'000),
      number("auth.revoked_sessions_max", static_cast<std::int64_t>(defaults.revoked_sessions_max),
             "Ended sessions remembered until their access tokens expire; beyond it logging out answers 503", 1024,
             10'000'000),
      {"jwt.issuer", defaults.issuer, "Issuer (iss) of this server's access tokens"},
      {"jwt.public_keys", defaults.public_keys_file,
       "File with a JWK Set of outside keys whose tokens are accepted too; empty: none"},
  };
}

UserSettings read_user_settings(const Config& config) {
  UserSettings settings;
  settings.password_cost = {config.integer("auth.argon2_memory_kib"), config.integer("auth.argon2_passes")};
  settings.access_lifetime = Millis{config.integer("auth.access_lifetime_s") * 1000};
  settings.refresh_lifetime = Millis{config.integer("auth.refresh_lifetime_s") * 1000};
  settings.sessions_per_user_max = static_cast<std::size_t>(config.integer("auth.sessions_per_user_max"));
  settings.login_backoff = config.flag("auth.login_backoff");
  settings.cookie_secure = config.flag("auth.cookie_secure");
  settings.verified_tokens_max = static_cast<std::size_t>(config.integer("auth.verified_tokens_max"));
  settings.revoked_sessions_max = static_cast<std::size_t>(config.integer("auth.revoked_sessions_max"));
  settings.issuer = config.text("jwt.issuer");
  settings.public_keys_file = config.text("jwt.public_keys");
  return settings;
}

}  // namespace jangteo
