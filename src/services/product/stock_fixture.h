// What tests of the stock need: its databases, one per shard, and a segment log in a temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/local/local_event_log.h"
#include "adapters/sqlite/sqlite_database.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/metrics.h"
#include "services/product/stock_module.h"
#include "services/product/stock_shard.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {

class StockTest : public testing::Test {
 protected:
  static constexpr std::size_t kShards = 2;

  void open_databases() {
    databases_.clear();
    for (std::size_t i = 0; i < kShards; ++i) {
      SqliteSettings settings;
      settings.path = directory_.file("stock-" + std::to_string(i) + ".db");
      settings.name = "stock-" + std::to_string(i);
      auto database = SqliteDatabase::open(settings, readers_);
      ASSERT_TRUE(database.has_value());
      ASSERT_TRUE(StockModule::migrate(**database).has_value());
      databases_.push_back(std::move(*database));
    }
  }
  std::vector<SqlDatabase*> databases() const {
    std::vector<SqlDatabase*> all;
    for (const auto& database : databases_) all.push_back(database.get());
    return all;
  }

  struct Counters {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
    bool operator==(const Counters&) const = default;
  };
  static std::map<VariantId, Counters> stored_levels(SqlDatabase& database) {
    return counters(database, "SELECT variant_id, on_hand, reserved FROM stock_level");
  }
  // What the levels must be: sums of movements and of held reservations.
  static std::map<VariantId, Counters> summed_levels(SqlDatabase& database) {
    return counters(database,
                    "SELECT l.variant_id, (SELECT COALESCE(SUM(quantity), 0) FROM stock_movement m WHERE m.variant_id "
                    "= l.variant_id), (SELECT COALESCE(SUM(quantity), 0) FROM reservation r WHERE r.variant_id = "
                    "l.variant_id AND r.state = 'held') FROM stock_level l");
  }
  static std::int64_t number(SqlDatabase& database, const std::string& query) {
    std::int64_t value = -1;
    EXPECT_TRUE(database
                    .read_blocking([&](SqlReader& reader) -> Status {
                      reader.query_text(query, {}, [&](const SqlRow& row) { value = row.integer(0); });
                      return {};
                    })
                    .has_value());
    return value;
  }
  static StockAdjustment receipt(VariantId variant, std::int64_t quantity) {
    return {StockAdjustment::Kind::receipt, variant, false, quantity};
  }
  static StockAdjustment correction(VariantId variant, std::int64_t quantity) {
    return {StockAdjustment::Kind::correction, variant, false, quantity};
  }
  static StockCommand command(StockCommand::Type type, OrderId order, std::vector<StockLine> lines = {}) {
    return {type, order, std::move(lines), "trace of " + order.str()};
  }

  TaskRunner runner_;  // goes last: its loop outlives the threads that post to it
  TemporaryDirectory directory_;
  MetricsRegistry metrics_;
  SqliteReadPool readers_{2, 1024};
  std::vector<std::unique_ptr<SqliteDatabase>> databases_;

 private:
  static std::map<VariantId, Counters> counters(SqlDatabase& database, const std::string& query) {
    std::map<VariantId, Counters> found;
    EXPECT_TRUE(database
                    .read_blocking([&](SqlReader& reader) -> Status {
                      reader.query_text(query, {}, [&](const SqlRow& row) {
                        found[row.id<VariantId>(0)] = {row.integer(1), row.integer(2)};
                      });
                      return {};
                    })
                    .has_value());
    return found;
  }
};

}  // namespace jangteo
