#include "services/user/user_service.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "runtime/entropy.h"
#include "runtime/log.h"
#include "services/user/domain/account_rules.h"
#include "services/user/user_store.h"

namespace jangteo {

namespace {

constexpr std::size_t kRefreshBytes = 32;
constexpr std::size_t kRefreshCharacters = 43;
// An ended session is remembered a little longer than its tokens live, for those that were issued while it ended.
constexpr Millis kEndingSlack{60'000};
constexpr Millis kPurgeAfter{2 * kAccessLifetimeMax};

constexpr char kLogins[] = "jangteo_logins_total";
constexpr char kLoginsHelp[] = "Logins by outcome";
constexpr char kRefreshes[] = "jangteo_session_refreshes_total";
constexpr char kRefreshesHelp[] = "Uses of refresh tokens by outcome";

std::string new_refresh_token() {
  char random[kRefreshBytes];
  ::randombytes_buf(random, sizeof random);
  return to_base64url({random, sizeof random});
}

std::string refresh_hash(std::string_view token) {
  std::string hash(crypto_generichash_BYTES, '\0');
  ::crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr, 0);
  return hash;
}

// All fields' faults at once; the fields in their stored form.
Status normalize(NewUser& wanted) {
  Error faults{ErrorCode::invalid, "", {}, 0, {}};
  const auto note = [&faults](const Error& error) {
    faults.detail += (faults.detail.empty() ? "" : "; ") + error.detail;
    faults.fields.insert(faults.fields.end(), error.fields.begin(), error.fields.end());
  };
  auto email = normalize_email(wanted.email);
  auto name = normalize_name(wanted.name);
  const auto password = check_password(wanted.password);
  if (!email) note(email.error());
  if (!password) note(password.error());
  if (!name) note(name.error());
  if (!faults.fields.empty()) return fail(std::move(faults));
  wanted.email = std::move(*email);
  wanted.name = std::move(*name);
  return {};
}

std::unexpected<Error> email_taken() {
  Error error{ErrorCode::email_taken, "an account with this e-mail exists", {}, 0, {}};
  error.fields.push_back({"email", "email_taken", "belongs to an account"});
  return fail(std::move(error));
}

std::unexpected<Error> wrong_credentials() { return fail(ErrorCode::unauthorized, "e-mail or password is wrong"); }

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

}  // namespace

UserService::UserService(Parts parts, UserSettings settings)
    : database_(parts.database),
      pool_(parts.pool),
      clock_(parts.clock),
      hasher_(parts.hasher),
      tokens_(parts.tokens),
      revoked_(parts.revoked),
      settings_(std::move(settings)),
      backoff_(random_u64()),
      registrations_(parts.metrics.counter("jangteo_registrations_total", "Accounts created")),
      logins_good_(parts.metrics.counter(kLogins, kLoginsHelp, {{"outcome", "good"}})),
      logins_refused_(parts.metrics.counter(kLogins, kLoginsHelp, {{"outcome", "refused"}})),
      logins_delayed_(parts.metrics.counter(kLogins, kLoginsHelp, {{"outcome", "delayed"}})),
      refreshes_good_(parts.metrics.counter(kRefreshes, kRefreshesHelp, {{"outcome", "good"}})),
      refreshes_refused_(parts.metrics.counter(kRefreshes, kRefreshesHelp, {{"outcome", "refused"}})),
      refreshes_reused_(parts.metrics.counter(kRefreshes, kRefreshesHelp, {{"outcome", "reused"}})) {}

Status UserService::load() {
  const Timestamp now = clock_.now();
  JT_TRY(database_.write_blocking([now](SqlTx& tx) -> Status {
    UserStore::purge(tx, now, now - kPurgeAfter);
    return {};
  }));
  return database_.read_blocking([this, now](SqlReader& reader) -> Status {
    // The lifetime may have been longer when these sessions' tokens were issued.
    const Millis longest = kAccessLifetimeMax + AccessTokens::kLeeway + kEndingSlack;
    for (const auto& ended : UserStore::sessions_revoked_since(reader, now - longest)) {
      revoked_.add(ended.session.text(), ended.revoked_at + longest);
    }
    return {};
  });
}

User UserService::new_user(const NewUser& wanted) const {
  const Timestamp now = clock_.now();
  return User{new_id<UserId>(now), wanted.email, wanted.name, wanted.role, now, 1};
}

Result<User> UserService::insert(SqlTx& tx, const User& user, const std::string& password_hash) {
  if (!UserStore::insert_account(tx, {user, password_hash})) return email_taken();
  return user;
}

Task<Result<User>> UserService::create_user(Call call, NewUser wanted) {
  JT_CO_TRY(normalize(wanted));
  // Asked before the expensive hashing; the unique index decides.
  auto look = [email = wanted.email](SqlReader& reader) -> Result<bool> {
    return UserStore::find_account_by_email(reader, email).has_value();
  };
  const auto taken = co_await read(database_, call, std::move(look));
  JT_CO_TRY(taken);
  if (*taken) co_return email_taken();

  auto hash_password = [this, password = std::move(wanted.password)] { return hasher_.hash(password); };
  auto hash = co_await pool_.run(std::move(hash_password));
  JT_CO_TRY(hash);
  auto work = [this, user = new_user(wanted), hash = std::move(*hash)](SqlTx& tx) { return insert(tx, user, hash); };
  auto created = co_await write(database_, call, std::move(work));
  if (created) registrations_.add();
  co_return created;
}

Result<User> UserService::create_user_blocking(NewUser wanted) {
  JT_TRY(normalize(wanted));
  const std::string hash = hasher_.hash(wanted.password);
  User user = new_user(wanted);
  const auto work = [&](SqlTx& tx) -> Status {
    JT_TRY(insert(tx, user, hash));
    return {};
  };
  JT_TRY(database_.write_blocking(work));
  return user;
}

Task<Result<User>> UserService::find_user(Call call, UserId id) {
  auto look = [id](SqlReader& reader) -> Result<User> {
    auto account = UserStore::find_account(reader, id);
    if (!account) return fail(ErrorCode::not_found, "there is no such account");
    return std::move(account->user);
  };
  co_return co_await read(database_, call, std::move(look));
}

Millis UserService::backoff_wait(const LoginAttempt& attempt, const std::string& account) {
  if (!settings_.login_backoff || (settings_.backoff_spares_loopback && is_loopback(attempt.address))) {
    return Millis{0};
  }
  return backoff_.lock()->wait(attempt.address, account, clock_.now());
}

Task<Result<UserService::PasswordVerdict>> UserService::check_password_hash(std::string password_hash,
                                                                            std::string password) {
  auto work = [this, hash = std::move(password_hash), password = std::move(password)] {
    PasswordVerdict verdict;
    verdict.good = hash.empty() ? hasher_.verify_nobody(password) : hasher_.verify(hash, password);
    if (verdict.good && hasher_.outdated(hash)) verdict.new_hash = hasher_.hash(password);
    return verdict;
  };
  co_return co_await pool_.run(std::move(work));
}

Task<Result<SessionTokens>> UserService::login(Call call, LoginAttempt attempt) {
  const std::string email = normalize_email(attempt.email).value_or("");
  if (const Millis wait = backoff_wait(attempt, email); wait > Millis{0}) {
    logins_delayed_.add();
    Error error{ErrorCode::rate_limited, "too many wrong passwords", {}, 0, {}};
    error.retry_after_s = static_cast<int>((wait.count() + 999) / 1000);
    co_return fail(std::move(error));
  }
  auto look = [email](SqlReader& reader) -> Result<std::optional<StoredAccount>> {
    return UserStore::find_account_by_email(reader, email);
  };
  auto account = co_await read(database_, call, std::move(look));
  JT_CO_TRY(account);
  const std::string hash = *account ? (*account)->password_hash : "";
  auto checked = co_await check_password_hash(hash, std::move(attempt.password));
  JT_CO_TRY(checked);
  if (!checked->good) {
    backoff_.lock()->failed(attempt.address, email, clock_.now());
    logins_refused_.add();
    co_return wrong_credentials();
  }
  backoff_.lock()->succeeded(attempt.address, email);
  auto opened = co_await open_session(call, (*account)->user, hash, std::move(checked->new_hash));
  if (opened) logins_good_.add();
  co_return opened;
}

Task<Result<SessionTokens>> UserService::open_session(Call call, User user, std::string password_hash,
                                                      std::string new_hash) {
  const Timestamp now = clock_.now();
  const auto session = new_id<SessionId>(now);
  const std::string refresh_token = new_refresh_token();
  const Timestamp expires_at = now + settings_.refresh_lifetime;
  JT_CO_TRY(room_to_end_sessions());
  auto work = [=, this, hash = refresh_hash(refresh_token)](SqlTx& tx) -> Result<std::vector<SessionId>> {
    const auto account = UserStore::find_account(tx, user.id);
    if (!account || account->password_hash != password_hash) return wrong_credentials();  // changed meanwhile
    UserStore::purge(tx, now, now - kPurgeAfter);
    auto ended = UserStore::open_sessions(tx, user.id, now);
    const auto keep = settings_.sessions_per_user_max - 1;
    ended.resize(ended.size() > keep ? ended.size() - keep : 0);
    for (const auto& oldest : ended) UserStore::revoke_session(tx, oldest, now);
    UserStore::insert_session(tx, session, user.id, now, expires_at);
    UserStore::insert_refresh(tx, hash, session, {0, expires_at});
    if (!new_hash.empty()) UserStore::replace_password_hash(tx, user.id, password_hash, new_hash);
    return ended;
  };
  const auto ended = co_await write(database_, call, std::move(work));
  JT_CO_TRY(ended);
  for (const auto& oldest : *ended) remember_ended(oldest);
  co_return SessionTokens{tokens_.issue(user.id, user.role, session, now), refresh_token};
}

Task<Result<SessionTokens>> UserService::refresh(Call call, std::string refresh_token) {
  struct Outcome {
    RefreshVerdict verdict;
    User user;
    SessionId session;
  };
  const auto refused = [] { return fail(ErrorCode::unauthorized, "the refresh token is not good (any more)"); };
  const Timestamp now = clock_.now();
  JT_CO_TRY(room_to_end_sessions());
  const std::string next_token = new_refresh_token();
  const Timestamp expires_at = now + settings_.refresh_lifetime;
  auto work = [=, hash = refresh_hash(refresh_token),
               next_hash = refresh_hash(next_token)](SqlTx& tx) -> Result<Outcome> {
    const auto stored = UserStore::find_refresh(tx, hash);
    if (!stored) return refused();
    Outcome outcome{judge_refresh(stored->family, stored->token, now), {}, stored->session};
    if (outcome.verdict == RefreshVerdict::refused) return refused();
    if (outcome.verdict == RefreshVerdict::reused) {
      UserStore::revoke_session(tx, stored->session, now);
      return outcome;  // no failure: the session's end is to be kept
    }
    auto account = UserStore::find_account(tx, stored->user);
    if (!account) return refused();
    outcome.user = std::move(account->user);
    const std::int64_t next = stored->family.position + 1;
    UserStore::advance_session(tx, stored->session, next, now, expires_at);
    UserStore::insert_refresh(tx, next_hash, stored->session, {next, expires_at});
    return outcome;
  };
  const auto outcome = co_await write(database_, call, std::move(work));
  if (!outcome) {
    if (outcome.error().code == ErrorCode::unauthorized) refreshes_refused_.add();
    co_return fail(outcome.error());
  }
  if (outcome->verdict == RefreshVerdict::reused) {
    remember_ended(outcome->session);
    refreshes_reused_.add();
    log_warn("user.refresh_token_reused", {{"session", outcome->session.text()}});
    co_return refused();
  }
  refreshes_good_.add();
  const User& user = outcome->user;
  co_return SessionTokens{tokens_.issue(user.id, user.role, outcome->session, now), next_token};
}

Task<Status> UserService::logout(Call call, std::string session, std::string refresh_token) {
  JT_CO_TRY(room_to_end_sessions());
  const Timestamp now = clock_.now();
  auto work = [session, now, hash = refresh_hash(refresh_token)](SqlTx& tx) -> Result<std::vector<SessionId>> {
    std::vector<SessionId> ended;
    if (const auto named = SessionId::parse(session); named) ended.push_back(*named);
    if (const auto stored = UserStore::find_refresh(tx, hash); stored) ended.push_back(stored->session);
    for (const auto& one : ended) UserStore::revoke_session(tx, one, now);
    return ended;
  };
  const auto ended = co_await write(database_, call, std::move(work));
  JT_CO_TRY(ended);
  for (const auto& one : *ended) remember_ended(one);
  co_return Status{};
}

Task<Result<std::vector<SessionId>>> UserService::end_all(Call call, UserId id, bool with_account) {
  JT_CO_TRY(room_to_end_sessions());
  const Timestamp now = clock_.now();
  auto work = [id, with_account, now](SqlTx& tx) -> Result<std::vector<SessionId>> {
    if (with_account && !UserStore::find_account(tx, id)) return fail(ErrorCode::not_found, "there is no such account");
    auto ended = UserStore::open_sessions(tx, id, now);
    for (const auto& session : ended) UserStore::revoke_session(tx, session, now);
    if (with_account) UserStore::anonymize(tx, id, now);
    return ended;
  };
  auto ended = co_await write(database_, call, std::move(work));
  JT_CO_TRY(ended);
  for (const auto& session : *ended) remember_ended(session);
  co_return ended;
}

Task<Status> UserService::logout_everywhere(Call call, UserId id) {
  const auto ended = co_await end_all(call, id, false);
  JT_CO_TRY(ended);
  co_return Status{};
}

Task<Status> UserService::delete_user(Call call, UserId id) {
  const auto ended = co_await end_all(call, id, true);
  JT_CO_TRY(ended);
  log_info("user.deleted", {{"user", id.text()}, {"sessions", static_cast<std::int64_t>(ended->size())}});
  co_return Status{};
}

Task<Result<User>> UserService::rename(Call call, UserId id, std::string name, VersionCheck wanted_version) {
  auto normal = normalize_name(name);
  JT_CO_TRY(normal);
  const Timestamp now = clock_.now();
  auto work = [id, now, name = std::move(*normal), wanted = std::move(wanted_version)](SqlTx& tx) -> Result<User> {
    auto account = UserStore::find_account(tx, id);
    if (!account) return fail(ErrorCode::not_found, "there is no such account");
    if (!wanted(account->user.version)) return fail(ErrorCode::version_mismatch, "the account was changed meanwhile");
    UserStore::rename(tx, id, name, now);
    account->user.name = name;
    ++account->user.version;
    return std::move(account->user);
  };
  co_return co_await write(database_, call, std::move(work));
}

Status UserService::room_to_end_sessions() {
  if (!revoked_.full(clock_.now())) return {};
  return fail(Error{ErrorCode::unavailable, "too many sessions ended lately", {}, 10, {}});
}

void UserService::remember_ended(SessionId session) {
  revoked_.add(session.text(), clock_.now() + tokens_.lifetime() + AccessTokens::kLeeway + kEndingSlack);
}

}  // namespace jangteo
