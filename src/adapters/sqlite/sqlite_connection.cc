#include "adapters/sqlite/sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>

namespace jangteo {

namespace {

// Once per process, before the first connection: no global memory counters (a lock on every allocation), statement
// journals in memory.
void configure_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
    sqlite3_initialize();
  });
}

class Row final : public SqlRow {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string_view()
                           : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
  }

 private:
  sqlite3_stmt* statement_;
};

// Leaves a cached statement ready for its next use, also when a row callback or a step throws.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() { sqlite3_reset(statement); }
};
struct Finalize {
  sqlite3_stmt* statement;
  ~Finalize() { sqlite3_finalize(statement); }
};

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::conflict;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::internal;
  }
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Mode mode,
                                                                 std::int64_t cache_kib) {
  configure_library();
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (mode == Mode::write ? SQLITE_OPEN_CREATE : 0);
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (opened != SQLITE_OK) {
    return fail(ErrorCode::unavailable,
                "cannot open " + path + ": " + (handle ? sqlite3_errmsg(handle) : "out of memory"));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyWaitMs);
  std::string journal;
  try {
    connection->script(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;"
        "PRAGMA cache_size=-" +
        std::to_string(cache_kib) + ";");
    if (mode == Mode::read) connection->script("PRAGMA query_only=1;");
    connection->query_text("PRAGMA journal_mode", {}, [&](const SqlRow& row) { journal = row.text(0); });
  } catch (const SqlFailure& failure) {
    return fail(ErrorCode::unavailable, path + ": " + failure.error.detail);
  }
  if (journal != "wal") return fail(ErrorCode::unavailable, path + ": this file system holds no write-ahead log");
  if (mode == Mode::write) {
    // The writer checkpoints between groups, not inside a commit.
    sqlite3_wal_hook(
        handle,
        [](void* self, sqlite3*, const char*, int pages) {
          auto& writer = *static_cast<SqliteConnection*>(self);
          if (pages < writer.wal_pages_) writer.checkpointed_pages_ = 0;  // the log began anew
          writer.wal_pages_ = pages;
          return SQLITE_OK;
        },
        connection.get());
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto* statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

void SqliteConnection::failed(const char* text) {
  const int code = sqlite3_extended_errcode(handle_);
  throw SqlFailure{Error{
      code_of(code), std::string(sqlite3_errmsg(handle_)) + " in: " + std::string(text).substr(0, 200), {}, 1, {}}};
}

sqlite3_stmt* SqliteConnection::prepare(const char* text, bool persistent) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, text, -1, persistent ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr) !=
      SQLITE_OK)
    failed(text);
  return statement;
}

sqlite3_stmt* SqliteConnection::prepared(const SqlStatement& statement) {
  if (statement.number() >= statements_.size()) statements_.resize(statement.number() + 1, nullptr);
  auto*& place = statements_[statement.number()];
  if (place == nullptr) place = prepare(statement.text(), true);
  JT_ASSERT(sqlite3_stmt_busy(place) == 0, "a statement is not run again within its own row callback");
  return place;
}

void SqliteConnection::bind(sqlite3_stmt* statement, std::span<const SqlValue> values) {
  int index = 0;
  JT_ASSERT(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()),
            "every parameter of a statement is given");
  for (const auto& value : values) {
    ++index;
    int code = SQLITE_OK;
    switch (value.kind) {
      case SqlValue::Kind::null:
        code = sqlite3_bind_null(statement, index);
        break;
      case SqlValue::Kind::integer:
        code = sqlite3_bind_int64(statement, index, value.integer);
        break;
      case SqlValue::Kind::real:
        code = sqlite3_bind_double(statement, index, value.real);
        break;
      case SqlValue::Kind::text: {
        const auto text = value.text_or_blob();
        code = sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
        break;
      }
      case SqlValue::Kind::blob:
        code = sqlite3_bind_blob64(statement, index, value.bytes.data() == nullptr ? "" : value.bytes.data(),
                                   value.bytes.size(), SQLITE_STATIC);
        break;
    }
    if (code != SQLITE_OK) failed(sqlite3_sql(statement));
  }
}

std::int64_t SqliteConnection::step_rows(sqlite3_stmt* statement, const RowFunction& row) {
  ++statement_count_;
  const Row current(statement);
  std::int64_t count = 0;
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return count;
    if (code != SQLITE_ROW) failed(sqlite3_sql(statement));
    ++count;
    row(current);
  }
}

std::int64_t SqliteConnection::query(const SqlStatement& statement, SqlValues values, const RowFunction& row) {
  auto* const found = prepared(statement);
  const Reset reset{found};
  bind(found, std::span<const SqlValue>(values.begin(), values.size()));
  return step_rows(found, row);
}

std::int64_t SqliteConnection::query_text(const std::string& text, std::span<const SqlValue> values,
                                          const RowFunction& row) {
  auto* const statement = prepare(text.c_str(), false);
  const Finalize finalize{statement};
  bind(statement, values);
  return step_rows(statement, row);
}

std::int64_t SqliteConnection::exec(const SqlStatement& statement, SqlValues values) {
  auto* const found = prepared(statement);
  const Reset reset{found};
  bind(found, std::span<const SqlValue>(values.begin(), values.size()));
  ++statement_count_;
  const int code = sqlite3_step(found);
  if (code != SQLITE_DONE && code != SQLITE_ROW) failed(statement.text());
  return sqlite3_changes64(handle_);
}

void SqliteConnection::script(const std::string& text) {
  if (sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) failed(text.c_str());
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void SqliteConnection::checkpoint(Checkpoint kind) {
  const bool truncate = kind == Checkpoint::truncate;
  int pages = 0;
  if (truncate) sqlite3_busy_timeout(handle_, kReadersWaitMs);
  sqlite3_wal_checkpoint_v2(handle_, nullptr, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages,
                            nullptr);
  if (truncate) sqlite3_busy_timeout(handle_, kBusyWaitMs);
  if (pages == 0) wal_pages_ = 0;
  checkpointed_pages_ = wal_pages_;
}

}  // namespace jangteo
