// What tests of delivery need: a SQLite database and a segment log in a temporary folder, and a background loop.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/local/local_event_log.h"
#include "adapters/sqlite/sqlite_database.h"
#include "delivery/delivery_schema.h"
#include "delivery/outbox.h"
#include "ports/sql_schema.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "support/background_scope.h"
#include "support/eventually.h"
#include "support/faulty_event_log.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {

class DeliveryTest : public testing::Test {
 protected:
  DeliveryTest() {
    SegmentLogSettings settings;
    settings.directory = directory_.file("log");
    auto log = LocalEventLog::open(settings, SystemClock::instance(), metrics_);
    EXPECT_TRUE(log.has_value());
    local_log_ = std::move(*log);
    log_ = std::make_unique<FaultyEventLog>(*local_log_);
    create_topic("thing.events", 2);
    database_ = open_database("thing");
  }

  void create_topic(const std::string& name, std::uint32_t partitions) {
    TopicSettings settings;
    settings.name = name;
    settings.partitions = partitions;
    ASSERT_TRUE(log_->create_topic(settings).has_value());
  }
  std::unique_ptr<SqliteDatabase> open_database(const std::string& name) {
    SqliteSettings settings;
    settings.path = directory_.file(name + ".db");
    settings.name = name;
    auto database = SqliteDatabase::open(settings, readers_);
    EXPECT_TRUE(database.has_value());
    EXPECT_TRUE(apply_schema(**database, "delivery", delivery_schema()).has_value());
    const SqlDatabase::Migration effects{"0001_effects.sql",
                                         "CREATE TABLE effect(id INTEGER PRIMARY KEY, value TEXT NOT NULL);"};
    EXPECT_TRUE((*database)->migrate("effects", {&effects, 1}).has_value());
    return std::move(*database);
  }
  std::vector<std::string> column(SqlDatabase& database, const std::string& query) {
    std::vector<std::string> values;
    EXPECT_TRUE(database
                    .read_blocking([&](SqlReader& reader) -> Status {
                      reader.query_text(query, {}, [&](const SqlRow& row) { values.emplace_back(row.text(0)); });
                      return {};
                    })
                    .has_value());
    return values;
  }
  // Everything in a partition of thing.events.
  std::vector<std::string> logged(std::uint32_t partition) {
    std::vector<std::string> values;
    for (std::int64_t offset = 0;;) {
      auto batch = runner_.run(local_log_->read("thing.events", partition, offset, 1 << 20, 64 << 20, Millis{0}));
      EXPECT_TRUE(batch.has_value());
      if (!batch || batch->records.empty()) return values;
      for (const auto& record : batch->records) values.emplace_back(record.value);
      offset = batch->next_offset;
    }
  }
  std::size_t logged_count(std::uint32_t partition) {
    return static_cast<std::size_t>(local_log_->range("thing.events", partition)->end);
  }
  // A commit that emits these values to a partition of thing.events.
  static void emit_now(SqlDatabase& database, const std::vector<std::string>& values, std::uint32_t partition = 0) {
    const auto done = database.write_blocking([&](SqlTx& tx) -> Status {
      for (const auto& value : values) emit(tx, "thing.events", partition, "key of " + value.substr(0, 20), value);
      return {};
    });
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }
  std::unique_ptr<OutboxRelay> open_relay(SqlDatabase& database, CommitHook* next = nullptr, OutboxLimits limits = {}) {
    relay_metrics_.push_back(std::make_unique<MetricsRegistry>());
    auto relay = std::make_unique<OutboxRelay>(database, *log_, *relay_metrics_.back(), next, limits);
    EXPECT_TRUE(relay->open().has_value());
    return relay;
  }

  TaskRunner runner_;  // goes last: its loop outlives the threads that post to it
  TemporaryDirectory directory_;
  MetricsRegistry metrics_;
  std::vector<std::unique_ptr<MetricsRegistry>> relay_metrics_;
  SqliteReadPool readers_{2, 1024};
  std::unique_ptr<LocalEventLog> local_log_;
  std::unique_ptr<FaultyEventLog> log_;
  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace jangteo
