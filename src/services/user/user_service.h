// The use cases of accounts and sessions. Passwords are hashed on the blocking pool; every effect is one unit of work
// and durable when the task resumes. Any loop; one object serves all.
//
// Logging in takes the same steps for an account that does not exist as for a wrong password, and both answer the same.
// Each refresh token is good once (domain/refresh_family.h); an ended session's access tokens are refused at once.
#pragma once

#include <functional>
#include <string>

#include "ports/sql_database.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/guarded.h"
#include "runtime/metrics.h"
#include "services/user/access_tokens.h"
#include "services/user/domain/login_backoff.h"
#include "services/user/password_hasher.h"
#include "services/user/revoked_sessions.h"
#include "services/user/user_api.h"
#include "services/user/user_settings.h"

namespace jangteo {

struct LoginAttempt {
  std::string email;
  std::string password;
  std::string address;  // where it comes from
};

struct SessionTokens {
  std::string access_token;
  std::string refresh_token;  // 43 characters, 256 random bits
};

class UserService final : public UserApi {
 public:
  struct Parts {  // not owned
    SqlDatabase& database;
    BlockingPool& pool;
    Clock& clock;
    MetricsRegistry& metrics;
    const PasswordHasher& hasher;
    const AccessTokens& tokens;
    RevokedSessions& revoked;
  };
  UserService(Parts parts, UserSettings settings);

  // Blocking, at start: forgets what has expired, learns which sessions have ended.
  Status load();

  Task<Result<User>> create_user(Call call, NewUser wanted) override;
  Task<Result<User>> find_user(Call call, UserId id) override;
  // The same as create_user for tools without loops.
  Result<User> create_user_blocking(NewUser wanted);

  // `unauthorized` for a wrong password and an unknown account alike; `rate_limited` after too many of them.
  Task<Result<SessionTokens>> login(Call call, LoginAttempt attempt);
  // `unauthorized` when the token is unknown, expired, used before (then its session ends) or its session has ended.
  Task<Result<SessionTokens>> refresh(Call call, std::string refresh_token);
  // Ends the session of the access token (`session`, its "sid") and that of the refresh token; either may be empty or
  // unknown. `unavailable` when too many ended sessions are remembered.
  Task<Status> logout(Call call, std::string session, std::string refresh_token);
  Task<Status> logout_everywhere(Call call, UserId id);

  // `version_mismatch` when `wanted_version` refuses the version that the change would replace.
  using VersionCheck = std::function<bool(std::int64_t version)>;
  Task<Result<User>> rename(Call call, UserId id, std::string name, VersionCheck wanted_version);
  // The account loses e-mail (which is free again), name, password and sessions; its id stays.
  Task<Status> delete_user(Call call, UserId id);

 private:
  struct PasswordVerdict {
    bool good = false;
    std::string new_hash;  // when the stored one has another cost than is configured
  };
  Result<User> insert(SqlTx& tx, const User& user, const std::string& password_hash);
  User new_user(const NewUser& wanted) const;
  Task<Result<PasswordVerdict>> check_password_hash(std::string password_hash, std::string password);
  Task<Result<SessionTokens>> open_session(Call call, User user, std::string password_hash, std::string new_hash);
  Task<Result<std::vector<SessionId>>> end_all(Call call, UserId id, bool with_account);
  Status room_to_end_sessions();
  void remember_ended(SessionId session);
  Millis backoff_wait(const LoginAttempt& attempt, const std::string& account);

  SqlDatabase& database_;
  BlockingPool& pool_;
  Clock& clock_;
  const PasswordHasher& hasher_;
  const AccessTokens& tokens_;
  RevokedSessions& revoked_;
  const UserSettings settings_;
  Guarded<LoginBackoff> backoff_;

  Counter& registrations_;
  Counter& logins_good_;
  Counter& logins_refused_;
  Counter& logins_delayed_;
  Counter& refreshes_good_;
  Counter& refreshes_refused_;
  Counter& refreshes_reused_;
};

}  // namespace jangteo
