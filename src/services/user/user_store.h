// The user service's SQL, and nothing else. Every function runs inside a unit of work of ports/sql_database.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/sql_database.h"
#include "services/user/access_tokens.h"
#include "services/user/domain/refresh_family.h"
#include "services/user/user_api.h"

namespace jangteo {

struct StoredAccount {
  User user;
  std::string password_hash;
};

struct StoredRefresh {
  SessionId session;
  UserId user;
  RefreshFamily family;
  PresentedRefresh token;
};

struct EndedSession {
  SessionId session;
  Timestamp revoked_at;
};

class UserStore {
 public:
  // Accounts; deleted ones are not found.
  static bool insert_account(SqlTx& tx, const StoredAccount& account);  // false: the e-mail is taken
  static std::optional<StoredAccount> find_account(SqlReader& reader, UserId id);
  static std::optional<StoredAccount> find_account_by_email(SqlReader& reader, std::string_view email);
  static void rename(SqlTx& tx, UserId id, std::string_view name, Timestamp now);  // counts the version up
  static void replace_password_hash(SqlTx& tx, UserId id, std::string_view old_hash, std::string_view new_hash);
  static void anonymize(SqlTx& tx, UserId id, Timestamp now);

  // Sessions and their refresh tokens, which are known by a hash.
  static void insert_session(SqlTx& tx, SessionId session, UserId user, Timestamp now, Timestamp expires_at);
  static std::vector<SessionId> open_sessions(SqlReader& reader, UserId user, Timestamp now);  // oldest first
  static void insert_refresh(SqlTx& tx, std::string_view hash, SessionId session, const PresentedRefresh& token);
  static std::optional<StoredRefresh> find_refresh(SqlReader& reader, std::string_view hash);
  static void advance_session(SqlTx& tx, SessionId session, std::int64_t position, Timestamp now, Timestamp expires_at);
  static bool revoke_session(SqlTx& tx, SessionId session, Timestamp now);  // false: it had ended before
  static std::vector<EndedSession> sessions_revoked_since(SqlReader& reader, Timestamp since);  // oldest first
  // Drops refresh tokens that expired before `now`, and sessions that expired before `sessions_before`.
  static void purge(SqlTx& tx, Timestamp now, Timestamp sessions_before);
};

}  // namespace jangteo
