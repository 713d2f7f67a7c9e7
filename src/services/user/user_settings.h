// The user service's configuration: keys of sections [auth] and [jwt], and the values read from them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/config.h"
#include "services/user/password_hasher.h"

namespace jangteo {

struct UserSettings {
  PasswordCost password_cost;
  Millis access_lifetime{10 * 60 * 1000};
  Millis refresh_lifetime{30LL * 24 * 60 * 60 * 1000};
  std::size_t sessions_per_user_max = 1000;  // one more login ends the oldest
  bool login_backoff = true;                 // off in the load-test profile
  bool backoff_spares_loopback = false;      // on in demo mode, like the rate limits
  bool cookie_secure = false;                // on where pages are reached by https
  std::string issuer = "jangteo";
  std::string public_keys_file;  // JWK Set of outside keys (json_web_key.h); empty: none
  std::size_t verified_tokens_max = 65536;
  std::size_t revoked_sessions_max = 262144;
};

constexpr Millis kAccessLifetimeMax{60 * 60 * 1000};

std::vector<ConfigKey> user_config_keys();
UserSettings read_user_settings(const Config& config);

}  // namespace jangteo
