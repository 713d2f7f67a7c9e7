// What every adapter of ports/sql_database.h must do. An adapter's test file makes a harness and instantiates the
// suite:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, SqlDatabaseContract, testing::Values(SqlDatabaseFactory(make_harness)));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "contract/sql_database_harness.h"
#include "ports/sql_database.h"
#include "support/task_runner.h"

namespace jangteo {

class SqlDatabaseContract : public testing::TestWithParam<SqlDatabaseFactory> {
 protected:
  static constexpr std::size_t kLoops = 3;
  using Items = std::vector<std::pair<std::string, std::int64_t>>;

  void SetUp() override {
    harness_ = GetParam()();
    ASSERT_TRUE(migrate("item", "0001_item.sql", sql_contract::kSchema).has_value());
    database().set_commit_hook(&hook_);
  }
  SqlDatabase& database() { return harness_->database(); }
  void reopen() { harness_->reopen(&hook_); }
  Status migrate(std::string_view module, std::string_view name, std::string_view sql) {
    const SqlDatabase::Migration migration{name, sql};
    return database().migrate(module, {&migration, 1});
  }
  std::future<Status> submit(sql_contract::Unit unit, std::size_t loop = 0) {
    return runner_.start_on(loop, sql_contract::run_unit(&database(), std::move(unit)));
  }
  Status write_now(sql_contract::Unit unit) { return submit(std::move(unit)).get(); }
  Status read_now(sql_contract::ReadUnit unit) {
    return runner_.run(sql_contract::run_read(&database(), std::move(unit)));
  }
  Items items() {
    Items all;
    const auto done = read_now([&all](SqlReader& reader) -> Status {
      reader.query(sql_contract::kAll, {}, [&](const SqlRow& row) { all.emplace_back(row.text(0), row.integer(1)); });
      return {};
    });
    EXPECT_TRUE(done.has_value()) << done.error().detail;
    return all;
  }
  // Waits until units submitted on loop 0 before this call have reached the database's queue.
  void settle() {
    std::promise<void> passed;
    runner_.loop(0).post([&passed] { passed.set_value(); });
    passed.get_future().wait();
  }
  static ErrorCode code(const Status& status) { return status ? ErrorCode::malformed : status.error().code; }

  RecordingHook hook_;
  TaskRunner runner_{kLoops};  // goes last: its loops outlive the threads that post to them
  std::unique_ptr<SqlDatabaseHarness> harness_;
};

TEST_P(SqlDatabaseContract, KeepsWhatAUnitWrote) {
  ASSERT_TRUE(write_now(sql_contract::inserts("a", 1)));
  EXPECT_EQ(items(), (Items{{"a", 1}}));
  ASSERT_TRUE(write_now([](SqlTx& tx) -> Status {
    EXPECT_EQ(tx.exec(sql_contract::kAdd, {5, "a"}), 1);
    EXPECT_EQ(tx.exec(sql_contract::kAdd, {5, "absent"}), 0);
    std::int64_t seen = 0;
    EXPECT_EQ(tx.query(sql_contract::kFind, {"a"}, [&](const SqlRow& row) { seen = row.integer(0); }), 1);
    EXPECT_EQ(seen, 6) << "a unit sees its own writes";
    tx.exec(sql_contract::kInsert, {"b", 2});
    return {};
  }));
  EXPECT_EQ(items(), (Items{{"a", 6}, {"b", 2}}));
}

TEST_P(SqlDatabaseContract, BlockingUnitsDoTheSame) {
  ASSERT_TRUE(database().write_blocking(sql_contract::inserts("a", 1)));
  std::int64_t rows = 0;
  ASSERT_TRUE(database().read_blocking([&](SqlReader& reader) -> Status {
    rows = reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
    return {};
  }));
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(code(database().write_blocking([](SqlTx&) -> Status { return fail(ErrorCode::not_found, "no"); })),
            ErrorCode::not_found);
  EXPECT_EQ(code(database().read_blocking([](SqlReader&) -> Status { return fail(ErrorCode::forbidden, "no"); })),
            ErrorCode::forbidden);
}

TEST_P(SqlDatabaseContract, UnitsThatWaitTogetherCommitTogether) {
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    for (int i = 0; i < 20; ++i) units.push_back(submit(sql_contract::inserts("i" + std::to_string(i), i)));
    settle();
  }
  for (auto& unit : units) EXPECT_TRUE(unit.get());
  EXPECT_EQ(items().size(), 20U);
  EXPECT_EQ(hook_.take(), (std::vector<std::string>{"after:", "after:"}))
      << "the gate's commit, and one for all others";
}

TEST_P(SqlDatabaseContract, AFailingUnitIsRolledBackAlone) {
  ASSERT_TRUE(write_now(sql_contract::inserts("taken", 0)));
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    units.push_back(submit(sql_contract::inserts("first", 1)));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsert, {"regretted", 2});
      return fail(ErrorCode::out_of_stock, "none left");
    }));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsert, {"clash", 3});
      tx.exec(sql_contract::kInsert, {"taken", 3});
      ADD_FAILURE() << "a statement that fails leaves the unit";
      return {};
    }));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.query(sql_contract::kBroken, {}, [](const SqlRow&) {});
      return {};
    }));
    units.push_back(submit(sql_contract::inserts("last", 5)));
    settle();
  }
  EXPECT_TRUE(units[0].get());
  const auto refused = units[1].get();
  EXPECT_EQ(code(refused), ErrorCode::out_of_stock);
  EXPECT_EQ(refused.error().detail, "none left");
  EXPECT_EQ(code(units[2].get()), ErrorCode::conflict);
  EXPECT_EQ(code(units[3].get()), ErrorCode::internal);
  EXPECT_TRUE(units[4].get());
  EXPECT_EQ(items(), (Items{{"first", 1}, {"last", 5}, {"taken", 0}}));
}

TEST_P(SqlDatabaseContract, ALoneUnitThatFailsLeavesNothing) {
  EXPECT_EQ(code(write_now([](SqlTx& tx) -> Status {
              tx.exec(sql_contract::kInsert, {"a", 1});
              tx.emissions() += "never";
              return fail(ErrorCode::invalid, "no");
            })),
            ErrorCode::invalid);
  EXPECT_TRUE(items().empty());
  for (const auto& event : hook_.take()) EXPECT_EQ(event, "lost");
  ASSERT_TRUE(write_now(sql_contract::inserts("a", 2)));
  EXPECT_EQ(hook_.take(), std::vector<std::string>{"after:"});
}

TEST_P(SqlDatabaseContract, EmissionsOfARolledBackUnitVanish) {
  const auto emits = [](std::string text, bool good) -> sql_contract::Unit {
    return [text = std::move(text), good](SqlTx& tx) -> Status {
      tx.emissions() += text;
      tx.exec(sql_contract::kInsert, {text, 1});
      if (!good) return fail(ErrorCode::conflict, "no");
      return {};
    };
  };
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    units.push_back(submit(emits("[one]", true)));
    units.push_back(submit(emits("[two]", false)));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.emissions() += "[three]";
      tx.query(sql_contract::kBroken, {}, [](const SqlRow&) {});
      return {};
    }));
    units.push_back(submit(emits("[four]", true)));
    settle();
    hook_.take();
  }
  for (auto& unit : units) unit.wait();
  EXPECT_EQ(hook_.take(),
            (std::vector<std::string>{"after:", "unit lost", "unit lost", "before:[one][four]", "after:[one][four]"}));
}

TEST_P(SqlDatabaseContract, TheHookWritesInTheTransactionAndIsToldBeforeTheUnitsEnd) {
  hook_.before = [](SqlTx& tx) { tx.exec(sql_contract::kInsert, {"from the hook", 7}); };
  const auto told = [](SqlDatabase* database, RecordingHook* hook) -> Task<Status> {
    CallContext context;
    auto unit = [hook](SqlTx& tx) -> Status {
      hook->note("unit");
      tx.emissions() += "x";
      return {};
    };
    auto done = co_await write(*database, context, std::move(unit));
    hook->note("resumed");
    co_return done;
  };
  ASSERT_TRUE(runner_.run(told(&database(), &hook_)));
  EXPECT_EQ(hook_.take(), (std::vector<std::string>{"unit", "before:x", "after:x", "resumed"}));
  EXPECT_EQ(items(), (Items{{"from the hook", 7}}));
}

TEST_P(SqlDatabaseContract, AHookThatFailsLosesTheGroup) {
  hook_.before = [](SqlTx& tx) { tx.query(sql_contract::kBroken, {}, [](const SqlRow&) {}); };
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    units.push_back(submit(sql_contract::inserts("a", 1)));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.emissions() += "x";
      return {};
    }));
    settle();
  }
  for (auto& unit : units) EXPECT_EQ(code(unit.get()), ErrorCode::internal);
  EXPECT_EQ(hook_.take(), (std::vector<std::string>{"after:", "before:x", "lost"}));
  EXPECT_TRUE(items().empty());
  hook_.before = {};
  EXPECT_TRUE(write_now(sql_contract::inserts("a", 2)));
  EXPECT_EQ(hook_.take(), std::vector<std::string>{"after:"}) << "no emission of the lost group is left";
}

TEST_P(SqlDatabaseContract, TheHookSeesTheTransactionWithoutTheUnitThatWasRolledBack) {
  std::vector<std::int64_t> seen;
  hook_.unit_lost = [&seen](SqlReader& reader) {
    reader.query(sql_contract::kFind, {"a"}, [&](const SqlRow& row) { seen.push_back(row.integer(0)); });
  };
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    units.push_back(submit(sql_contract::inserts("a", 1)));
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kAdd, {10, "a"});
      return fail(ErrorCode::conflict, "no");
    }));
    settle();
  }
  for (auto& unit : units) unit.wait();
  EXPECT_EQ(seen, std::vector<std::int64_t>{1});
}

TEST_P(SqlDatabaseContract, AFullStorageLosesTheGroupAndHealsLater) {
  ASSERT_TRUE(write_now(sql_contract::inserts("kept", 1)));
  if (!harness_->limit_storage(256 << 10)) GTEST_SKIP() << "this adapter's storage cannot be limited";
  const std::string big(4 << 20, 'b');
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    units.push_back(submit([](SqlTx& tx) -> Status {
      tx.emissions() += "x";
      tx.exec(sql_contract::kInsert, {"innocent", 1});
      return {};
    }));
    units.push_back(submit([&big](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsertValues, {"big", nullptr, nullptr, nullptr, SqlValue::blob(big)});
      return {};
    }));
    units.push_back(submit(sql_contract::inserts("behind", 1)));
    settle();
    hook_.take();
  }
  for (auto& unit : units) EXPECT_EQ(code(unit.get()), ErrorCode::unavailable);
  const auto events = hook_.take();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back(), "lost");
  EXPECT_EQ(items(), (Items{{"kept", 1}}));
  harness_->unlimit_storage();
  hook_.take();
  EXPECT_TRUE(write_now(sql_contract::inserts("later", 2)));
  EXPECT_EQ(hook_.take(), std::vector<std::string>{"after:"});
  EXPECT_EQ(items(), (Items{{"kept", 1}, {"later", 2}}));
}

TEST_P(SqlDatabaseContract, AFullQueueRefusesAtOnceAndLosesNothing) {
  std::vector<std::future<Status>> units;
  std::size_t refused = 0;
  {
    const WriterGate gate(database());
    for (std::size_t i = 0; i < 3 * kHarnessQueueCount; ++i) {
      units.push_back(submit(sql_contract::inserts("i" + std::to_string(i), 1)));
    }
    settle();
    settle();  // the refused ones have come back over their loop
    for (auto& unit : units) {
      if (unit.wait_for(Millis{0}) != std::future_status::ready) continue;
      const auto status = unit.get();
      EXPECT_EQ(code(status), ErrorCode::unavailable);
      EXPECT_GT(status ? 0 : status.error().retry_after_s, 0);
      ++refused;
    }
    EXPECT_EQ(refused, 2 * kHarnessQueueCount);
  }
  for (auto& unit : units) {
    if (!unit.valid()) continue;
    EXPECT_TRUE(unit.get());
  }
  EXPECT_EQ(items().size(), units.size() - refused);
  EXPECT_TRUE(write_now(sql_contract::inserts("after", 1)));
}

TEST_P(SqlDatabaseContract, UnitsRunInTheOrderTheyCame) {
  std::vector<int> order;
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(database());
    for (int i = 0; i < 50; ++i) {
      units.push_back(submit([&order, i](SqlTx&) -> Status {
        order.push_back(i);
        return {};
      }));
    }
    settle();
  }
  for (auto& unit : units) unit.wait();
  ASSERT_EQ(order.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_P(SqlDatabaseContract, AReadUnitSeesOneMoment) {
  ASSERT_TRUE(write_now(sql_contract::inserts("a", 1)));
  std::promise<void> looked;
  std::promise<void> changed;
  const auto value = [](SqlReader& reader) {
    std::int64_t found = 0;
    reader.query(sql_contract::kFind, {"a"}, [&](const SqlRow& row) { found = row.integer(0); });
    return found;
  };
  std::int64_t before = 0;
  std::int64_t after = 0;
  auto reading = runner_.start_on(1, sql_contract::run_read(&database(), [&](SqlReader& reader) -> Status {
                                    before = value(reader);
                                    looked.set_value();
                                    changed.get_future().wait();
                                    after = value(reader);
                                    return {};
                                  }));
  looked.get_future().wait();
  EXPECT_TRUE(write_now([](SqlTx& tx) -> Status {
    tx.exec(sql_contract::kAdd, {1, "a"});
    return {};
  })) << "a reader blocks no writer";
  EXPECT_EQ(items(), (Items{{"a", 2}}));
  changed.set_value();
  ASSERT_TRUE(reading.get());
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 1);
}

TEST_P(SqlDatabaseContract, ReadersSeeNothingThatIsNotCommitted) {
  std::promise<void> written;
  std::promise<void> go_on;
  auto writing = submit([&](SqlTx& tx) -> Status {
    tx.exec(sql_contract::kInsert, {"a", 1});
    written.set_value();
    go_on.get_future().wait();
    return {};
  });
  written.get_future().wait();
  Items seen{{"not looked", 0}};
  EXPECT_TRUE(database().read_blocking([&](SqlReader& reader) -> Status {
    seen.clear();
    reader.query(sql_contract::kAll, {}, [&](const SqlRow& row) { seen.emplace_back(row.text(0), row.integer(1)); });
    return {};
  }));
  EXPECT_TRUE(seen.empty());
  go_on.set_value();
  EXPECT_TRUE(writing.get());
  EXPECT_EQ(items().size(), 1U) << "what a write unit was resumed for is seen by reads that follow";
}

TEST_P(SqlDatabaseContract, AReadUnitHandsItsErrorsThrough) {
  EXPECT_EQ(code(read_now([](SqlReader&) -> Status { return fail(ErrorCode::not_found, "no such item"); })),
            ErrorCode::not_found);
  EXPECT_EQ(code(read_now([](SqlReader& reader) -> Status {
              reader.query(sql_contract::kBroken, {}, [](const SqlRow&) {});
              return {};
            })),
            ErrorCode::internal);
  EXPECT_TRUE(read_now([](SqlReader& reader) -> Status {
    reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
    return {};
  }));
}

TEST_P(SqlDatabaseContract, ADuplicateThatDoesNothingReturnsZero) {
  ASSERT_TRUE(write_now([](SqlTx& tx) -> Status {
    EXPECT_EQ(tx.exec(sql_contract::kInsertOnce, {"a", 1}), 1);
    EXPECT_EQ(tx.exec(sql_contract::kInsertOnce, {"a", 2}), 0);
    EXPECT_EQ(tx.exec(sql_contract::kInsertOnce, {"b", 2}), 1);
    return {};
  }));
  ASSERT_TRUE(write_now([](SqlTx& tx) -> Status {
    EXPECT_EQ(tx.exec(sql_contract::kInsertOnce, {"b", 3}), 0);
    EXPECT_EQ(tx.exec(sql_contract::kDelete, {1}), 2);
    return {};
  }));
}

TEST_P(SqlDatabaseContract, ValuesComeBackAsTheyWere) {
  const auto id = Id<OrderTag>::make(Timestamp{1'700'000'000'000}, IdBytes{1, 2, 3});
  const std::string text = "한국어 'quoted' \"text\" \xF0\x9F\x8E\x81";
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes.push_back(static_cast<char>(i));
  ASSERT_TRUE(write_now([&](SqlTx& tx) -> Status {
    tx.exec(sql_contract::kInsertValues,
            {id, std::numeric_limits<std::int64_t>::min(), -0.1, text, SqlValue::blob(bytes)});
    tx.exec(sql_contract::kInsertValues, {"nulls", nullptr, nullptr, nullptr, nullptr});
    tx.exec(sql_contract::kInsertValues, {"empty", 0, 0.0, "", SqlValue::blob("")});
    tx.exec(sql_contract::kInsertValues, {"views", std::numeric_limits<std::int64_t>::max(), 1e300, std::string_view(),
                                          SqlValue::blob(std::string_view())});
    tx.exec(sql_contract::kInsertValues, {"ids", Timestamp{-5}, nullptr, id, OrderId{}});
    return {};
  }));
  int rows = 0;
  ASSERT_TRUE(read_now([&](SqlReader& reader) -> Status {
    reader.query(sql_contract::kFindValues, {id}, [&](const SqlRow& row) {
      ++rows;
      EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::min());
      EXPECT_EQ(row.real(1), -0.1);
      EXPECT_EQ(row.text(2), text);
      EXPECT_EQ(row.text(3), bytes);
      for (int column = 0; column < 4; ++column) EXPECT_FALSE(row.is_null(column));
    });
    reader.query(sql_contract::kFindValues, {"nulls"}, [&](const SqlRow& row) {
      ++rows;
      for (int column = 0; column < 4; ++column) EXPECT_TRUE(row.is_null(column));
      EXPECT_EQ(row.text(2), "");
      EXPECT_TRUE(row.id<OrderId>(2).empty());
    });
    reader.query(sql_contract::kFindValues, {"empty"}, [&](const SqlRow& row) {
      ++rows;
      for (int column = 0; column < 4; ++column) EXPECT_FALSE(row.is_null(column));
      EXPECT_EQ(row.text(2), "");
      EXPECT_EQ(row.text(3), "");
    });
    reader.query(sql_contract::kFindValues, {"views"}, [&](const SqlRow& row) {
      ++rows;
      EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::max());
      EXPECT_EQ(row.real(1), 1e300);
      EXPECT_FALSE(row.is_null(2));
      EXPECT_FALSE(row.is_null(3));
    });
    reader.query(sql_contract::kFindValues, {"ids"}, [&](const SqlRow& row) {
      ++rows;
      EXPECT_EQ(row.time(0).ms, -5);
      EXPECT_EQ(row.id<OrderId>(2), id);
      EXPECT_TRUE(row.is_null(3)) << "no id is NULL";
    });
    return {};
  }));
  EXPECT_EQ(rows, 5);
}

TEST_P(SqlDatabaseContract, TakesLargeTextsAndBlobs) {
  const std::string text(3 << 20, 't');
  std::string bytes(5 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i / 4096);
  ASSERT_TRUE(write_now([&](SqlTx& tx) -> Status {
    tx.exec(sql_contract::kInsertValues, {"large", nullptr, nullptr, text, SqlValue::blob(bytes)});
    return {};
  }));
  ASSERT_TRUE(read_now([&](SqlReader& reader) -> Status {
    EXPECT_EQ(reader.query(sql_contract::kFindValues, {"large"},
                           [&](const SqlRow& row) {
                             EXPECT_TRUE(row.text(2) == text);
                             EXPECT_TRUE(row.text(3) == bytes);
                           }),
              1);
    return {};
  }));
}

TEST_P(SqlDatabaseContract, QueriesTextMadeAtRunTime) {
  ASSERT_TRUE(write_now([](SqlTx& tx) -> Status {
    for (int i = 0; i < 10; ++i) tx.exec(sql_contract::kInsert, {"i" + std::to_string(i), i});
    return {};
  }));
  std::vector<std::int64_t> found;
  ASSERT_TRUE(read_now([&](SqlReader& reader) -> Status {
    const std::vector<SqlValue> values{3, "i8"};
    EXPECT_EQ(reader.query_text("SELECT n FROM item WHERE n >= ? AND id < ? ORDER BY n DESC", values,
                                [&](const SqlRow& row) { found.push_back(row.integer(0)); }),
              5);
    return {};
  }));
  EXPECT_EQ(found, (std::vector<std::int64_t>{7, 6, 5, 4, 3}));
}

TEST_P(SqlDatabaseContract, MigratesOnceInTheOrderOfNames) {
  const std::vector<SqlDatabase::Migration> migrations{
      {"0002_second.sql", "ALTER TABLE step ADD COLUMN second INTEGER NOT NULL DEFAULT 2;"},
      {"0001_first.sql", "CREATE TABLE step(id INTEGER PRIMARY KEY); INSERT INTO step(id) VALUES (1);"}};
  ASSERT_TRUE(database().migrate("steps", migrations));
  ASSERT_TRUE(database().migrate("steps", migrations));
  reopen();
  ASSERT_TRUE(database().migrate("steps", migrations));
  ASSERT_TRUE(migrate("steps", "0003_third.sql", "UPDATE step SET second = 3;"));
  std::int64_t rows = 0;
  std::int64_t second = 0;
  ASSERT_TRUE(read_now([&](SqlReader& reader) -> Status {
    rows = reader.query_text("SELECT second FROM step", {}, [&](const SqlRow& row) { second = row.integer(0); });
    return {};
  }));
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(second, 3);
}

TEST_P(SqlDatabaseContract, RefusesAMigrationThatChanged) {
  ASSERT_TRUE(migrate("m", "0001_a.sql", "CREATE TABLE a(id INTEGER PRIMARY KEY);"));
  const auto changed = migrate("m", "0001_a.sql", "CREATE TABLE a(id INTEGER PRIMARY KEY, more TEXT);");
  ASSERT_EQ(code(changed), ErrorCode::conflict);
  EXPECT_NE(changed.error().detail.find("0001_a.sql"), std::string::npos);
  EXPECT_TRUE(migrate("other", "0001_a.sql", "CREATE TABLE b(id INTEGER PRIMARY KEY);")) << "modules are kept apart";
}

TEST_P(SqlDatabaseContract, AMigrationThatFailsLeavesNothing) {
  EXPECT_FALSE(migrate("m", "0001_a.sql", "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABEL typo(x);"));
  EXPECT_TRUE(migrate("m", "0001_a.sql", "CREATE TABLE a(id INTEGER PRIMARY KEY);"));
}

TEST_P(SqlDatabaseContract, WritersOfSeveralLoopsLoseNothing) {
  constexpr int kWritersPerLoop = 16;
  constexpr int kWrites = 20;
  ASSERT_TRUE(write_now(sql_contract::inserts("sum", 0)));
  const auto writer = [](SqlDatabase* database, int number) -> Task<int> {
    int failed = 0;
    for (int i = 0; i < kWrites; ++i) {
      const bool good = (number + i) % 5 != 0;
      CallContext context;
      auto unit = [number, i, good](SqlTx& tx) -> Status {
        tx.exec(sql_contract::kAdd, {1, "sum"});
        tx.exec(sql_contract::kInsert, {std::to_string(number) + ":" + std::to_string(i), i});
        if (!good) return fail(ErrorCode::conflict, "no");
        return {};
      };
      const auto done = co_await write(*database, context, std::move(unit));
      if (done.has_value() != good) co_return 1000;
      if (!done) ++failed;
    }
    co_return failed;
  };
  std::vector<std::future<int>> running;
  for (int i = 0; i < kWritersPerLoop * static_cast<int>(kLoops); ++i) {
    running.push_back(runner_.start_on(static_cast<std::size_t>(i) % kLoops, writer(&database(), i)));
  }
  int failed = 0;
  for (auto& one : running) failed += one.get();
  const auto written = kWritersPerLoop * static_cast<int>(kLoops) * kWrites - failed;
  const auto all = items();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(written) + 1);
  EXPECT_EQ(all.back(), (std::pair<std::string, std::int64_t>{"sum", written}));
}

TEST_P(SqlDatabaseContract, ClosingCommitsWhatIsQueued) {
  std::vector<std::future<Status>> units;
  std::thread closing;
  {
    const WriterGate gate(database());
    for (int i = 0; i < 30; ++i) units.push_back(submit(sql_contract::inserts("i" + std::to_string(i), i)));
    settle();
    closing = std::thread([this] { reopen(); });
  }
  closing.join();
  for (auto& unit : units) EXPECT_TRUE(unit.get());
  EXPECT_EQ(items().size(), 30U);
}

TEST_P(SqlDatabaseContract, ReopeningKeepsEverything) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(write_now(sql_contract::inserts("i" + std::to_string(i), i)));
    reopen();
    EXPECT_EQ(items().size(), static_cast<std::size_t>(i) + 1);
  }
}

TEST_P(SqlDatabaseContract, TellsACallWhereItsTimeWent) {
  const auto timed = [](SqlDatabase* database) -> Task<CallTimings> {
    CallContext context;
    auto unit = [](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsert, {"a", 1});
      tx.exec(sql_contract::kAdd, {1, "a"});
      return {};
    };
    const auto written = co_await write(*database, context, std::move(unit));
    EXPECT_TRUE(written.has_value());
    EXPECT_EQ(context.timings.queries, 2U);
    auto look = [](SqlReader& reader) -> Status {
      reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
      return {};
    };
    const auto seen = co_await read(*database, context, std::move(look));
    EXPECT_TRUE(seen.has_value());
    co_return context.timings;
  };
  const auto timings = runner_.run(timed(&database()));
  EXPECT_EQ(timings.queries, 3U);
}

}  // namespace jangteo
