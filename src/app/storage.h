// The embedded storage of one data directory, opened and locked: what serve and the offline subcommands (import, users,
// check) work on.
//   DATA/lock  meta.json  keys/  images/  log/  users.db  products.db  payments.db  order-<n>.db  stock-<n>.db
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/local/local_event_log.h"
#include "adapters/sqlite/sqlite_database.h"
#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/file.h"
#include "runtime/metrics.h"

namespace jangteo {

struct StorageSettings {
  std::string directory;
  std::uint32_t shards = 4;   // of orders and of stock; fixed at the first start
  bool shards_given = false;  // false: take what the directory was made with
  std::int64_t group_wait_us = 8000;
  std::size_t queue_count_max = 32768;
  std::size_t read_threads = 2;
  Millis log_sync_interval{10};
  bool with_log = true;  // offline tools that send no events need none
};

class Storage {
 public:
  // `conflict`: another process holds the directory. `invalid`: another number of shards than at the first start.
  static Result<std::unique_ptr<Storage>> open(const StorageSettings& settings, Clock& clock, MetricsRegistry& metrics);

  const DataDirectory& directory() const { return directory_; }
  std::uint32_t shards() const { return static_cast<std::uint32_t>(orders_.size()); }
  LocalEventLog& log() { return *log_; }
  SqliteDatabase& users() { return *users_; }
  SqliteDatabase& products() { return *products_; }
  SqliteDatabase& payments() { return *payments_; }
  std::vector<SqlDatabase*> orders() const;
  std::vector<SqlDatabase*> stocks() const;

  // Commits what is queued and closes the databases and the log; nothing of them may be used any more.
  void close();

 private:
  Storage(DataDirectory directory, std::size_t read_threads)
      : directory_(std::move(directory)), readers_(read_threads, 16384) {}

  DataDirectory directory_;
  std::unique_ptr<LocalEventLog> log_;
  SqliteReadPool readers_;
  std::unique_ptr<SqliteDatabase> users_;
  std::unique_ptr<SqliteDatabase> products_;
  std::unique_ptr<SqliteDatabase> payments_;
  std::vector<std::unique_ptr<SqliteDatabase>> orders_;
  std::vector<std::unique_ptr<SqliteDatabase>> stocks_;
};

// The number of shards that DATA/meta.json names; `not_found` for a directory that was never started on.
Result<std::uint32_t> stored_shards(const std::string& directory);

}  // namespace jangteo
