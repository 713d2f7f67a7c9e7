// One SQLite connection with its prepared statements: the SqlTx that units of work see. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/sql_database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace jangteo {

class SqliteConnection final : public SqlTx {
 public:
  enum class Mode : std::uint8_t { write, read };
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Mode mode, std::int64_t cache_kib);
  ~SqliteConnection();

  std::int64_t query(const SqlStatement& statement, SqlValues values, const RowFunction& row) override;
  std::int64_t query_text(const std::string& text, std::span<const SqlValue> values, const RowFunction& row) override;
  std::int64_t exec(const SqlStatement& statement, SqlValues values) override;
  std::string& emissions() override { return emissions_; }

  void script(const std::string& text);  // several statements (migrations); throws SqlFailure
  bool in_transaction() const;
  std::uint32_t take_statement_count() { return std::exchange(statement_count_, 0); }
  std::int64_t wal_pages() const { return wal_pages_; }  // of the write-ahead log, as of the last commit
  std::int64_t wal_pages_since_checkpoint() const { return wal_pages_ - checkpointed_pages_; }
  // Copies the log into the database file. Passive: waits for nobody; a reader may keep part of the log in use.
  // Truncate: waits up to `kReadersWaitMs` for readers and empties the log. Failure is no error, the log goes on
  // growing.
  enum class Checkpoint : std::uint8_t { passive, truncate };
  void checkpoint(Checkpoint kind);

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* prepared(const SqlStatement& statement);
  sqlite3_stmt* prepare(const char* text, bool persistent);
  void bind(sqlite3_stmt* statement, std::span<const SqlValue> values);
  std::int64_t step_rows(sqlite3_stmt* statement, const RowFunction& row);
  [[noreturn]] void failed(const char* text);

  sqlite3* handle_;
  std::vector<sqlite3_stmt*> statements_;  // by SqlStatement::number()
  std::string emissions_;
  std::uint32_t statement_count_ = 0;
  static constexpr int kBusyWaitMs = 5000;
  static constexpr int kReadersWaitMs = 50;
  std::int64_t wal_pages_ = 0;
  std::int64_t checkpointed_pages_ = 0;  // how many there were at the last checkpoint
};

}  // namespace jangteo
