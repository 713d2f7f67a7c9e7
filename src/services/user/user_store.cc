#include "services/user/user_store.h"

namespace jangteo {

namespace {

const SqlStatement kInsertAccount{
    "INSERT INTO user_account(id, email, name, password_hash, role, version, created_at, updated_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kFindAccount{
    "SELECT id, email, name, password_hash, role, version, created_at FROM user_account"
    " WHERE id = ? AND deleted_at IS NULL"};
const SqlStatement kFindAccountByEmail{
    "SELECT id, email, name, password_hash, role, version, created_at FROM user_account"
    " WHERE email = ? AND deleted_at IS NULL"};
const SqlStatement kRename{"UPDATE user_account SET name = ?, version = version + 1, updated_at = ? WHERE id = ?"};
const SqlStatement kReplacePasswordHash{"UPDATE user_account SET password_hash = ? WHERE id = ? AND password_hash = ?"};
const SqlStatement kAnonymize{
    "UPDATE user_account SET email = NULL, name = '', password_hash = '', version = version + 1, updated_at = ?,"
    " deleted_at = ? WHERE id = ? AND deleted_at IS NULL"};

const SqlStatement kInsertSession{
    "INSERT INTO user_session(id, user_id, position, created_at, refreshed_at, expires_at) VALUES (?, ?, 0, ?, ?, ?)"};
const SqlStatement kOpenSessions{
    "SELECT id FROM user_session WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at, id"};
const SqlStatement kInsertRefresh{
    "INSERT INTO refresh_token(hash, session_id, position, expires_at) VALUES (?, ?, ?, ?)"};
const SqlStatement kFindRefresh{
    "SELECT s.id, s.user_id, s.position, s.revoked_at, t.position, t.expires_at FROM refresh_token t"
    " JOIN user_session s ON s.id = t.session_id WHERE t.hash = ?"};
const SqlStatement kAdvanceSession{
    "UPDATE user_session SET position = ?, refreshed_at = ?, expires_at = ? WHERE id = ?"};
const SqlStatement kRevokeSession{"UPDATE user_session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"};
const SqlStatement kDeleteRefreshOfSession{"DELETE FROM refresh_token WHERE session_id = ?"};
const SqlStatement kRevokedSince{
    "SELECT id, revoked_at FROM user_session WHERE revoked_at >= ? ORDER BY revoked_at, id"};
const SqlStatement kPurgeRefresh{"DELETE FROM refresh_token WHERE expires_at < ?"};
const SqlStatement kPurgeSessions{"DELETE FROM user_session WHERE expires_at < ?"};

std::optional<StoredAccount> find_one(SqlReader& reader, const SqlStatement& statement, SqlValue value) {
  std::optional<StoredAccount> found;
  reader.query(statement, {value}, [&found](const SqlRow& row) {
    const auto role = parse_role(row.text(4));
    JT_ASSERT(role.has_value(), "a stored role is one of ours");
    found.emplace();
    found->user = {row.id<UserId>(0), std::string(row.text(1)), std::string(row.text(2)), *role, row.time(6),
                   row.integer(5)};
    found->password_hash = row.text(3);
  });
  return found;
}

}  // namespace

bool UserStore::insert_account(SqlTx& tx, const StoredAccount& account) {
  const User& user = account.user;
  return tx.exec(kInsertAccount, {user.id, user.email, user.name, account.password_hash, to_string(user.role),
                                  user.version, user.created_at, user.created_at}) == 1;
}

std::optional<StoredAccount> UserStore::find_account(SqlReader& reader, UserId id) {
  return find_one(reader, kFindAccount, id);
}

std::optional<StoredAccount> UserStore::find_account_by_email(SqlReader& reader, std::string_view email) {
  return find_one(reader, kFindAccountByEmail, email);
}

void UserStore::rename(SqlTx& tx, UserId id, std::string_view name, Timestamp now) {
  tx.exec(kRename, {name, now, id});
}

void UserStore::replace_password_hash(SqlTx& tx, UserId id, std::string_view old_hash, std::string_view new_hash) {
  tx.exec(kReplacePasswordHash, {new_hash, id, old_hash});
}

void UserStore::anonymize(SqlTx& tx, UserId id, Timestamp now) { tx.exec(kAnonymize, {now, now, id}); }

void UserStore::insert_session(SqlTx& tx, SessionId session, UserId user, Timestamp now, Timestamp expires_at) {
  tx.exec(kInsertSession, {session, user, now, now, expires_at});
}

std::vector<SessionId> UserStore::open_sessions(SqlReader& reader, UserId user, Timestamp now) {
  std::vector<SessionId> sessions;
  reader.query(kOpenSessions, {user, now},
               [&sessions](const SqlRow& row) { sessions.push_back(row.id<SessionId>(0)); });
  return sessions;
}

void UserStore::insert_refresh(SqlTx& tx, std::string_view hash, SessionId session, const PresentedRefresh& token) {
  tx.exec(kInsertRefresh, {SqlValue::blob(hash), session, token.position, token.expires_at});
}

std::optional<StoredRefresh> UserStore::find_refresh(SqlReader& reader, std::string_view hash) {
  std::optional<StoredRefresh> found;
  reader.query(kFindRefresh, {SqlValue::blob(hash)}, [&found](const SqlRow& row) {
    found = StoredRefresh{.session = row.id<SessionId>(0),
                          .user = row.id<UserId>(1),
                          .family = {.position = row.integer(2), .revoked = !row.is_null(3)},
                          .token = {.position = row.integer(4), .expires_at = row.time(5)}};
  });
  return found;
}

void UserStore::advance_session(SqlTx& tx, SessionId session, std::int64_t position, Timestamp now,
                                Timestamp expires_at) {
  tx.exec(kAdvanceSession, {position, now, expires_at, session});
}

bool UserStore::revoke_session(SqlTx& tx, SessionId session, Timestamp now) {
  if (tx.exec(kRevokeSession, {now, session}) == 0) return false;
  tx.exec(kDeleteRefreshOfSession, {session});
  return true;
}

std::vector<EndedSession> UserStore::sessions_revoked_since(SqlReader& reader, Timestamp since) {
  std::vector<EndedSession> ended;
  reader.query(kRevokedSince, {since},
               [&ended](const SqlRow& row) { ended.push_back({row.id<SessionId>(0), row.time(1)}); });
  return ended;
}

void UserStore::purge(SqlTx& tx, Timestamp now, Timestamp sessions_before) {
  tx.exec(kPurgeRefresh, {now});
  tx.exec(kPurgeSessions, {sessions_before});
}

}  // namespace jangteo
