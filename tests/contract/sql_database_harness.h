// What the contract of SQL databases (sql_database_contract.h) asks of an adapter, and what its tests use.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ports/sql_database.h"
#include "runtime/task.h"

namespace jangteo {

// Owns a database without tables; goes with everything it holds. Its queue takes `kHarnessQueueCount` write units.
constexpr std::size_t kHarnessQueueCount = 64;
class SqlDatabaseHarness {
 public:
  virtual ~SqlDatabaseHarness() = default;
  virtual SqlDatabase& database() = 0;
  // Finishes what is queued, closes the database and opens it again on the same data, with `hook` registered.
  virtual void reopen(CommitHook* hook) = 0;
  // From now on the storage takes about `bytes` more and then refuses; false when the adapter cannot.
  virtual bool limit_storage(std::int64_t bytes) { return bytes < 0; }
  virtual void unlimit_storage() {}
};
using SqlDatabaseFactory = std::function<std::unique_ptr<SqlDatabaseHarness>()>;

// Holds the database's writer inside a unit of work until it is opened, so that units pile up behind it.
class WriterGate {
 public:
  explicit WriterGate(SqlDatabase& database) {
    holder_ = std::thread([this, &database] {
      const auto held = database.write_blocking([this](SqlTx&) -> Status {
        entered_.set_value();
        open_.get_future().wait();
        return {};
      });
      EXPECT_TRUE(held.has_value());
    });
    entered_.get_future().wait();
  }
  ~WriterGate() { open(); }
  void open() {
    if (!holder_.joinable()) return;
    open_.set_value();
    holder_.join();
  }

 private:
  std::promise<void> entered_;
  std::promise<void> open_;
  std::thread holder_;
};

class RecordingHook final : public CommitHook {
 public:
  void before_commit(SqlTx& tx, std::string_view emissions) override {
    note("before:" + std::string(emissions));
    if (before) before(tx);
  }
  void after_commit(std::string emissions) noexcept override { note("after:" + emissions); }
  void after_rollback() noexcept override { note("lost"); }
  void after_unit_rollback(SqlReader& reader) override {
    note("unit lost");
    if (unit_lost) unit_lost(reader);
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  void note(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::function<void(SqlTx&)> before;
  std::function<void(SqlReader&)> unit_lost;

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;
};

namespace sql_contract {

inline const SqlStatement kInsert{"INSERT INTO item(id, n) VALUES (?, ?)"};
inline const SqlStatement kInsertOnce{"INSERT INTO item(id, n) VALUES (?, ?) ON CONFLICT DO NOTHING"};
inline const SqlStatement kAdd{"UPDATE item SET n = n + ? WHERE id = ?"};
inline const SqlStatement kDelete{"DELETE FROM item WHERE n >= ?"};
inline const SqlStatement kFind{"SELECT n FROM item WHERE id = ?"};
inline const SqlStatement kAll{"SELECT id, n FROM item ORDER BY id"};
inline const SqlStatement kInsertValues{"INSERT INTO sample(id, n, r, t, b) VALUES (?, ?, ?, ?, ?)"};
inline const SqlStatement kFindValues{"SELECT n, r, t, b FROM sample WHERE id = ?"};
inline const SqlStatement kBroken{"SELECT nothing FROM nowhere"};

inline constexpr std::string_view kSchema =
    "CREATE TABLE item(id TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL)/*clustered*/;"
    "CREATE TABLE sample(id TEXT NOT NULL PRIMARY KEY, n INTEGER, r REAL, t TEXT, b BLOB);";

using Unit = std::function<Status(SqlTx&)>;
using ReadUnit = std::function<Status(SqlReader&)>;

inline Task<Status> run_unit(SqlDatabase* database, Unit unit) {
  CallContext context;
  auto done = co_await write(*database, context, std::move(unit));
  co_return done;
}
inline Task<Status> run_read(SqlDatabase* database, ReadUnit unit) {
  CallContext context;
  auto done = co_await read(*database, context, std::move(unit));
  co_return done;
}
inline Unit inserts(std::string id, std::int64_t n) {
  return [id = std::move(id), n](SqlTx& tx) -> Status {
    tx.exec(kInsert, {id, n});
    return {};
  };
}

}  // namespace sql_contract

}  // namespace jangteo
