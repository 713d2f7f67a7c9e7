// SqlDatabase on SQLite: one writer thread per database file with group commit (each unit in a savepoint, one WAL
// commit and one fsync per group, synchronous=FULL), reads on a shared pool of threads with connections of their own
// (WAL snapshot per unit).
//
//   submit_write → bounded queue → [BEGIN  SAVEPOINT unit RELEASE ...  hook.before_commit  COMMIT+fsync
//   hook.after_commit] → finish each
//
// A lone unit is committed at once. Under load (the last group held several units) the writer lets groups grow for
// `group_wait_us`.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite/sqlite_connection.h"
#include "ports/sql_database.h"
#include "runtime/metrics.h"

namespace jangteo {

class SqliteDatabase;

// Threads that run read units of any number of databases. Outlives the databases that use it.
class SqliteReadPool {
 public:
  SqliteReadPool(std::size_t threads, std::size_t queue_count_max);
  ~SqliteReadPool();
  std::size_t size() const { return threads_.size(); }

 private:
  friend class SqliteDatabase;
  struct Waiting {
    SqliteDatabase* database;
    SqlJob* job;
  };
  bool submit(SqliteDatabase& database, SqlJob& job);
  void forget(SqliteDatabase& database);  // returns once no thread runs a unit of it
  void serve(std::size_t index);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<Waiting> queue_;
  std::vector<SqliteDatabase*> running_;  // by thread
  std::size_t queue_count_max_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

struct SqliteSettings {
  std::string path;
  std::string name;                      // "order-0", for logs, metrics and the thread
  std::size_t queue_count_max = 32768;   // waiting write units; more are refused with `unavailable`
  std::size_t group_count_max = 1024;    // units in one commit
  std::int64_t group_wait_us = 3000;     // how long a busy writer lets a group grow
  std::int64_t cache_kib = 8192;         // page cache of the writer, filled only as needed
  std::int64_t checkpoint_pages = 8000;  // WAL pages (4 KiB) after which the writer checkpoints; it waits for readers
                                         // when they have kept four times as many in use
  MetricsRegistry* metrics = nullptr;
};

class SqliteDatabase final : public SqlDatabase {
 public:
  static Result<std::unique_ptr<SqliteDatabase>> open(SqliteSettings settings, SqliteReadPool& readers);
  ~SqliteDatabase() override;  // commits what is queued, checkpoints, joins

  void submit_write(SqlJob& job) override;
  void submit_read(SqlJob& job) override;
  Status migrate(std::string_view module, std::span<const Migration> migrations) override;
  void set_commit_hook(CommitHook* hook) override { hook_ = hook; }
  std::string name() const override { return settings_.name; }
  Status write_blocking(const std::function<Status(SqlTx&)>& work) override;
  Status read_blocking(const std::function<Status(SqlReader&)>& work) override;

 private:
  friend class SqliteReadPool;
  struct Instruments;
  SqliteDatabase(SqliteSettings settings, SqliteReadPool& readers);

  void write_loop();
  // One transaction; ends early when it emits much. Returns how many units of the group it finished, at least one.
  std::size_t run_group(std::span<SqlJob* const> group);
  // Runs one unit; `kept` false: its changes are gone. Returns false when the whole transaction was lost.
  bool run_unit(SqlJob& job, bool alone, std::optional<Error>& error, bool& kept);
  void run_read(SqlJob& job, std::size_t thread_index);
  void finish_all(std::span<SqlJob* const> group, const Error& error);

  static constexpr std::size_t kEmissionBytesMax = 8 << 20;  // of one commit, but for its last unit

  SqliteSettings settings_;
  SqliteReadPool& read_pool_;
  std::unique_ptr<SqliteConnection> writer_;
  std::vector<std::unique_ptr<SqliteConnection>> read_connections_;  // one slot per thread of the pool
  CommitHook* hook_ = nullptr;
  std::unique_ptr<Instruments> instruments_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<SqlJob*> waiting_;
  bool writer_sleeps_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jangteo
