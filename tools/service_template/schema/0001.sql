CREATE TABLE @name@ (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL -- milliseconds since 1970, UTC
) /*clustered*/;
