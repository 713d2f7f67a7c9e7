-- Accounts. A deleted one keeps its row without e-mail, name and password, so that orders still point at something.
CREATE TABLE user_account(
  id TEXT PRIMARY KEY,
  email TEXT,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) /*clustered*/;
CREATE UNIQUE INDEX user_account_email ON user_account(email);

-- One row per login: the family of its refresh tokens. position counts the rotations.
CREATE TABLE user_session(
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  refreshed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) /*clustered*/;
CREATE INDEX user_session_user ON user_session(user_id, created_at);
CREATE INDEX user_session_expiry ON user_session(expires_at);
CREATE INDEX user_session_revoked ON user_session(revoked_at);

-- Every refresh token until it expires, the used ones too: so a reuse is told from a guess. hash = BLAKE2b-256 of it.
CREATE TABLE refresh_token(
  hash BLOB PRIMARY KEY,
  session_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) /*clustered*/;
CREATE INDEX refresh_token_session ON refresh_token(session_id);
CREATE INDEX refresh_token_expiry ON refresh_token(expires_at);
