// A relational database as the stores see it. A unit of work is a synchronous function that runs on a storage thread of
// the adapter, in one transaction: on SQLite many units share one commit (each in a savepoint of its own), on a server
// each batch does. Awaiting a write means: durable.
//
// Portable SQL: `?` parameters; TEXT, INTEGER (64 bit), REAL, BLOB; INSERT ... ON CONFLICT DO NOTHING (exec() returns
// 0) is how a duplicate is noticed; no RETURNING, no upsert. Schema files may say /*clustered*/ behind a table's
// closing bracket: "WITHOUT ROWID" on SQLite. Statement failures (disk full, broken SQL) leave the unit by SqlFailure,
// which the adapter turns into an Error; units do not catch it.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/id.h"
#include "base/result.h"
#include "runtime/call.h"
#include "runtime/loop.h"

namespace jangteo {

// A statement's text; objects are static, so that an adapter can keep one prepared statement per object and connection.
//   const SqlStatement kInsert{"INSERT INTO item(id, n) VALUES (?, ?)"};
class SqlStatement {
 public:
  explicit SqlStatement(const char* text);
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;
  const char* text() const { return text_; }
  std::uint32_t number() const { return number_; }  // small and dense, from 0

 private:
  const char* text_;
  std::uint32_t number_;
};

// One parameter. Views must live until the call returns.
struct SqlValue {
  enum class Kind : std::uint8_t { null, integer, real, text, blob } kind = Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view bytes;
  IdText id;  // keeps the characters of an id that was passed as a temporary

  SqlValue(std::nullptr_t) {}                                             // NOLINT
  SqlValue(std::int64_t value) : kind(Kind::integer), integer(value) {}   // NOLINT
  SqlValue(int value) : kind(Kind::integer), integer(value) {}            // NOLINT
  SqlValue(std::uint32_t value) : kind(Kind::integer), integer(value) {}  // NOLINT
  SqlValue(Timestamp at) : kind(Kind::integer), integer(at.ms) {}         // NOLINT
  SqlValue(double value) : kind(Kind::real), real(value) {}               // NOLINT
  SqlValue(std::string_view value)
      : kind(Kind::text), bytes(value.data() == nullptr ? std::string_view("") : value) {}  // NOLINT
  SqlValue(const std::string& value) : kind(Kind::text), bytes(value) {}                    // NOLINT
  SqlValue(const char* value) : kind(Kind::text), bytes(value) {}                           // NOLINT
  template <class Tag>
  SqlValue(const Id<Tag>& value) : kind(value.empty() ? Kind::null : Kind::text), id(value.text()) {}  // NOLINT
  static SqlValue blob(std::string_view value) {
    SqlValue out(nullptr);
    out.kind = Kind::blob;
    out.bytes = value;
    return out;
  }
  std::string_view text_or_blob() const {
    return bytes.data() == nullptr && kind == Kind::text ? std::string_view(id) : bytes;
  }
};

using SqlValues = std::initializer_list<SqlValue>;

// The current row; views are valid until the row callback returns.
class SqlRow {
 public:
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // text or blob; empty for NULL
  Timestamp time(int column) const { return Timestamp{integer(column)}; }
  template <class IdType>
  IdType id(int column) const {  // NULL gives the empty id; anything else unreadable is damage
    if (is_null(column)) return IdType{};
    const auto parsed = IdType::parse(text(column));
    JT_ASSERT(parsed.has_value(), "a stored id has its type's form");
    return *parsed;
  }

 protected:
  ~SqlRow() = default;
};

struct SqlFailure {
  Error error;
};

class SqlReader {
 public:
  using RowFunction = std::function<void(const SqlRow&)>;
  // Calls `row` for each row in order; returns how many there were.
  virtual std::int64_t query(const SqlStatement& statement, SqlValues values, const RowFunction& row) = 0;
  // The same with a text made at run time (filters of a list); not cached.
  virtual std::int64_t query_text(const std::string& text, std::span<const SqlValue> values,
                                  const RowFunction& row) = 0;

 protected:
  ~SqlReader() = default;
};

class SqlTx : public SqlReader {
 public:
  // Returns the number of rows changed.
  virtual std::int64_t exec(const SqlStatement& statement, SqlValues values) = 0;
  // Messages that become durable with this unit and are handed to the CommitHook after the commit; append whole frames
  // only (delivery/outbox.h writes them). A unit that is rolled back takes its frames with it.
  virtual std::string& emissions() = 0;

 protected:
  ~SqlTx() = default;
};

// Sees every commit of one database, on its storage thread.
class CommitHook {
 public:
  virtual ~CommitHook() = default;
  virtual void before_commit(SqlTx& tx, std::string_view emissions) = 0;  // only when there are emissions; may write
  virtual void after_commit(
      std::string emissions) noexcept = 0;     // of every commit: the same bytes (or none), now durable
  virtual void after_rollback() noexcept = 0;  // the whole group was lost: forget what was cached from it
  // One unit was rolled back and the others of its commit go on: what was cached from it is wrong. `reader` sees the
  // transaction as it is without that unit.
  virtual void after_unit_rollback(SqlReader& reader) { static_cast<void>(reader); }
};

// What a storage thread runs; lives in the frame of the coroutine that awaits it.
class SqlJob {
 public:
  // On the storage thread, in a transaction. False: roll this unit back (it is finished all the same, without an
  // error).
  virtual bool run(SqlTx& tx) = 0;
  virtual bool run_read(SqlReader& reader) = 0;
  // On the storage thread, once the unit is durable (or was rolled back, or failed with `error`). The job may be gone
  // when this returns.
  virtual void finish(std::optional<Error> error) noexcept = 0;
  CallTimings timings;            // filled by the adapter
  std::int64_t queued_at_us = 0;  // steady clock

 protected:
  ~SqlJob() = default;
};

class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  // Any thread. A full queue finishes the job at once with `unavailable`.
  virtual void submit_write(SqlJob& job) = 0;
  virtual void submit_read(SqlJob& job) = 0;
  // Applies the schema files ("0001_orders.sql" ...) that this database has not seen, in order of their names, each in
  // one transaction. `module` keeps apart the files of several folders in one database. A file that changed after it
  // was applied is an error. Before the first job; blocking.
  struct Migration {
    std::string_view name;
    std::string_view sql;
  };
  virtual Status migrate(std::string_view module, std::span<const Migration> migrations) = 0;
  virtual void set_commit_hook(CommitHook* hook) = 0;  // before the first job; not owned
  virtual std::string name() const = 0;                // for logs and metrics: "order-0"
  // A blocking unit of work for start-up, tools and tests, from any thread that is no loop.
  virtual Status write_blocking(const std::function<Status(SqlTx&)>& work) = 0;
  virtual Status read_blocking(const std::function<Status(SqlReader&)>& work) = 0;
};

namespace sql_detail {

template <class Work, class Argument>
class Await final : public SqlJob {
 public:
  using R = std::invoke_result_t<Work&, Argument&>;  // a Result<T>
  Await(SqlDatabase& database, Call call, Work work) : database_(&database), call_(call), work_(std::move(work)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    loop_ = Loop::current();
    JT_ASSERT(loop_ != nullptr, "units of work are awaited on a loop");
    if constexpr (std::is_same_v<Argument, SqlTx>) {
      database_->submit_write(*this);
    } else {
      database_->submit_read(*this);
    }
  }
  R await_resume() {
    call_->timings.queue_us += timings.queue_us;
    call_->timings.database_us += timings.database_us;
    call_->timings.fsync_us += timings.fsync_us;
    call_->timings.queries += timings.queries;
    if (error_) return std::unexpected<Error>(std::move(*error_));
    return std::move(*result_);
  }

  bool run(SqlTx& tx) override {
    if constexpr (std::is_same_v<Argument, SqlTx>) result_.emplace(work_(tx));
    return result_ && result_->has_value();
  }
  bool run_read(SqlReader& reader) override {
    if constexpr (std::is_same_v<Argument, SqlReader>) result_.emplace(work_(reader));
    return true;
  }
  void finish(std::optional<Error> error) noexcept override {
    error_ = std::move(error);
    Loop* loop = loop_;
    loop->post(coroutine_);  // from here on *this may be gone
  }

 private:
  SqlDatabase* database_;
  Call call_;
  Work work_;
  std::optional<R> result_;
  std::optional<Error> error_;
  std::coroutine_handle<> coroutine_;
  Loop* loop_ = nullptr;
};

}  // namespace sql_detail

// auto work = [..](SqlTx& tx) -> Result<int> {...};  auto result = co_await write(database, call, std::move(work));
// An error returned by `work` rolls the unit back and is handed through. Name `work` first (g++ 12).
template <class Work>
sql_detail::Await<Work, SqlTx> write(SqlDatabase& database, Call call, Work work) {
  return sql_detail::Await<Work, SqlTx>(database, call, std::move(work));
}
template <class Work>
sql_detail::Await<Work, SqlReader> read(SqlDatabase& database, Call call, Work work) {
  return sql_detail::Await<Work, SqlReader>(database, call, std::move(work));
}

}  // namespace jangteo
