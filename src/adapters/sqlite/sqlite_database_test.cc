#include "adapters/sqlite/sqlite_database.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract/sql_database_contract.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

class SqliteDatabaseHarness final : public SqlDatabaseHarness {
 public:
  SqliteDatabaseHarness() { open(nullptr); }
  SqlDatabase& database() override { return *database_; }
  void reopen(CommitHook* hook) override { open(hook); }
  bool limit_storage(std::int64_t bytes) override {
    page_limit(bytes / 4096);
    return true;
  }
  void unlimit_storage() override { page_limit(0); }

 private:
  void open(CommitHook* hook) {
    database_.reset();
    SqliteSettings settings;
    settings.path = directory_.file("test.db");
    settings.name = "test";
    settings.queue_count_max = kHarnessQueueCount;
    auto opened = SqliteDatabase::open(settings, readers_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    database_ = std::move(*opened);
    database_->set_commit_hook(hook);
  }
  // `more`: pages that the file may still grow by; 0: as many as SQLite takes.
  void page_limit(std::int64_t more) {
    const auto done = database_->write_blocking([more](SqlTx& tx) -> Status {
      std::int64_t pages = 0;
      tx.query_text("PRAGMA page_count", {}, [&](const SqlRow& row) { pages = row.integer(0); });
      const auto limit = more == 0 ? 1'000'000'000 : pages + more;
      tx.query_text("PRAGMA max_page_count=" + std::to_string(limit), {}, [](const SqlRow&) {});
      return {};
    });
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }

  TemporaryDirectory directory_;
  SqliteReadPool readers_{2, 64};
  std::unique_ptr<SqliteDatabase> database_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SqlDatabaseContract,
                         testing::Values(SqlDatabaseFactory([] { return std::make_unique<SqliteDatabaseHarness>(); })));

std::unique_ptr<SqliteDatabase> open_file(SqliteReadPool& readers, SqliteSettings settings) {
  settings.name = "test";
  auto opened = SqliteDatabase::open(std::move(settings), readers);
  EXPECT_TRUE(opened.has_value()) << opened.error().detail;
  const SqlDatabase::Migration schema{"0001_item.sql", sql_contract::kSchema};
  EXPECT_TRUE((*opened)->migrate("item", {&schema, 1}));
  return std::move(*opened);
}

// Several threads write pairs of rows; each number is written to `acknowledged` once its unit is durable.
[[noreturn]] void write_until_killed(const std::string& path, int acknowledged, std::int64_t first) {
  SqliteReadPool readers(1, 8);
  const auto database = open_file(readers, {.path = path, .name = {}});
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      for (std::int64_t n = first + i;; n += 4) {
        const auto done = database->write_blocking([n](SqlTx& tx) -> Status {
          tx.exec(sql_contract::kInsert, {"left " + std::to_string(n), n});
          tx.exec(sql_contract::kInsert, {"right " + std::to_string(n), n});
          return {};
        });
        if (done && ::write(acknowledged, &n, sizeof n) != sizeof n) ::_exit(1);
      }
    });
  }
  for (auto& writer : writers) writer.join();
  ::_exit(1);
}

TEST(SqliteDatabase, WhatWasAcknowledgedSurvivesKill9) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("test.db");
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 3; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(path, ends[1], round * 1'000'000);
    }
    ::close(ends[1]);
    std::int64_t n = 0;
    const auto before = acknowledged.size();
    while (::read(ends[0], &n, sizeof n) == sizeof n) {
      acknowledged.insert(n);
      if (acknowledged.size() == before + 100 + static_cast<std::size_t>(round) * 37) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_GE(acknowledged.size(), before + 100);
  }
  SqliteReadPool readers(1, 8);
  const auto database = open_file(readers, {.path = path, .name = {}});
  std::set<std::int64_t> left;
  std::set<std::int64_t> right;
  ASSERT_TRUE(database->read_blocking([&](SqlReader& reader) -> Status {
    reader.query(sql_contract::kAll, {},
                 [&](const SqlRow& row) { (row.text(0).starts_with("left") ? left : right).insert(row.integer(1)); });
    return {};
  }));
  EXPECT_EQ(left, right) << "no half unit";
  for (const auto n : acknowledged) EXPECT_TRUE(left.contains(n)) << n;
}

TEST(SqliteDatabase, ADiskThatFillsUpDuringTheCommitLosesTheGroupAndHealsLater) {
  const TemporaryDirectory directory;
  SqliteReadPool readers(1, 8);
  const std::string path = directory.file("test.db");
  RecordingHook hook;
  const auto database = open_file(readers, {.path = path, .name = {}});
  database->set_commit_hook(&hook);
  const auto blob = [&](const char* id, std::size_t size) {
    const std::string bytes(size, 'b');
    return database->write_blocking([&](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsertValues, {id, nullptr, nullptr, nullptr, SqlValue::blob(bytes)});
      return {};
    });
  };
  ASSERT_TRUE(blob("before", 512 << 10));
  struct stat log{};
  ASSERT_EQ(::stat((path + "-wal").c_str(), &log), 0);
  struct rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit tight{static_cast<rlim_t>(log.st_size + (64 << 10)), old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  hook.take();
  const auto refused = blob("too much", 1 << 20);
  const auto events = hook.take();
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_action);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable) << refused.error().detail;
  EXPECT_EQ(events, std::vector<std::string>{"lost"});
  EXPECT_TRUE(blob("after", 1 << 20));
  std::int64_t rows = 0;
  ASSERT_TRUE(database->read_blocking([&](SqlReader& reader) -> Status {
    rows = reader.query_text("SELECT id FROM sample", {}, [](const SqlRow&) {});
    return {};
  }));
  EXPECT_EQ(rows, 2);
}

TEST(SqliteDatabase, AGroupThatEmitsMuchIsSplitIntoCommits) {
  const TemporaryDirectory directory;
  TaskRunner runner;
  SqliteReadPool readers(1, 8);
  RecordingHook hook;
  const auto database = open_file(readers, {.path = directory.file("test.db"), .name = {}});
  database->set_commit_hook(&hook);
  std::vector<std::future<Status>> units;
  {
    const WriterGate gate(*database);
    for (int i = 0; i < 8; ++i) {
      units.push_back(runner.start_on(0, sql_contract::run_unit(database.get(), [](SqlTx& tx) -> Status {
                                        tx.emissions().append(3 << 20, 'e');
                                        return {};
                                      })));
    }
    std::promise<void> passed;
    runner.loop().post([&passed] { passed.set_value(); });
    passed.get_future().wait();
  }
  for (auto& unit : units) EXPECT_TRUE(unit.get());
  std::vector<std::size_t> sizes;
  for (const auto& event : hook.take()) {
    if (event.starts_with("before:")) sizes.push_back((event.size() - 7) >> 20);
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{9, 9, 6}));
}

TEST(SqliteDatabase, MoreUnitsThanAGroupTakesAreAllCommitted) {
  const TemporaryDirectory directory;
  TaskRunner runner;
  SqliteReadPool readers(1, 8);
  const auto database = open_file(readers, {.path = directory.file("test.db"), .name = {}, .group_count_max = 7});
  std::vector<std::future<Status>> units;
  for (int i = 0; i < 100; ++i) {
    units.push_back(
        runner.start_on(0, sql_contract::run_unit(database.get(), sql_contract::inserts(std::to_string(i), i))));
  }
  for (auto& unit : units) EXPECT_TRUE(unit.get());
}

TEST(SqliteDatabase, AFullReadQueueRefusesAtOnce) {
  const TemporaryDirectory directory;
  TaskRunner runner;
  SqliteReadPool readers(1, 2);
  const auto database = open_file(readers, {.path = directory.file("test.db"), .name = {}});
  std::promise<void> entered;
  std::promise<void> open;
  std::vector<std::future<Status>> units;
  units.push_back(runner.start_on(0, sql_contract::run_read(database.get(), [&](SqlReader&) -> Status {
                                    entered.set_value();
                                    open.get_future().wait();
                                    return {};
                                  })));
  entered.get_future().wait();
  const sql_contract::ReadUnit look = [](SqlReader& reader) -> Status {
    reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
    return {};
  };
  for (int i = 0; i < 3; ++i) units.push_back(runner.start_on(0, sql_contract::run_read(database.get(), look)));
  const auto refused = units.back().get();
  open.set_value();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  units.pop_back();
  for (auto& unit : units) EXPECT_TRUE(unit.get());
}

TEST(SqliteDatabase, ReadsGoOnWhenTheDatabaseCloses) {
  const TemporaryDirectory directory;
  TaskRunner runner;
  SqliteReadPool readers(1, 64);
  auto database = open_file(readers, {.path = directory.file("test.db"), .name = {}});
  const sql_contract::ReadUnit look = [](SqlReader& reader) -> Status {
    reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
    return {};
  };
  std::vector<std::future<Status>> units;
  for (int i = 0; i < 50; ++i) units.push_back(runner.start_on(0, sql_contract::run_read(database.get(), look)));
  std::promise<void> passed;
  runner.loop().post([&passed] { passed.set_value(); });
  passed.get_future().wait();
  database.reset();
  for (auto& unit : units) EXPECT_TRUE(unit.get()) << "what was queued is answered";
}

TEST(SqliteDatabase, TheLogIsCheckpointedAndStaysSmall) {
  const TemporaryDirectory directory;
  SqliteReadPool readers(1, 8);
  const std::string path = directory.file("test.db");
  const auto database = open_file(readers, {.path = path, .name = {}, .checkpoint_pages = 50});
  const std::string bytes(16 << 10, 'b');
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(database->write_blocking([&](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsertValues, {std::to_string(i), nullptr, nullptr, nullptr, SqlValue::blob(bytes)});
      return {};
    }));
  }
  struct stat log{};
  ASSERT_EQ(::stat((path + "-wal").c_str(), &log), 0);
  EXPECT_LT(log.st_size, 80 * 4152);
}

TEST(SqliteDatabase, ALogThatReadersMadeLargeIsEmptiedOnceTheyEnd) {
  const TemporaryDirectory directory;
  SqliteReadPool readers(1, 8);
  const std::string path = directory.file("test.db");
  const auto database = open_file(readers, {.path = path, .name = {}, .checkpoint_pages = 20});
  const std::string bytes(400 << 10, 'b');
  const auto fill = [&](int id) {
    ASSERT_TRUE(database->write_blocking([&](SqlTx& tx) -> Status {
      tx.exec(sql_contract::kInsertValues, {std::to_string(id), nullptr, nullptr, nullptr, SqlValue::blob(bytes)});
      return {};
    }));
  };
  const auto log_size = [&] {
    struct stat log{};
    EXPECT_EQ(::stat((path + "-wal").c_str(), &log), 0);
    return log.st_size;
  };
  fill(0);
  ASSERT_TRUE(database->read_blocking([&](SqlReader& reader) -> Status {
    reader.query(sql_contract::kAll, {}, [](const SqlRow&) {});
    for (int i = 1; i < 6; ++i) fill(i);
    return {};
  }));
  EXPECT_GT(log_size(), 400 * 4096);
  fill(6);
  ASSERT_TRUE(database->read_blocking([](SqlReader&) -> Status { return {}; }));
  fill(7);
  EXPECT_LT(log_size(), 250 * 4096);
}

TEST(SqliteDatabase, RefusesAPathThatCannotBeOpenedAndAFileOfAnotherKind) {
  const TemporaryDirectory directory;
  SqliteReadPool readers(1, 8);
  const auto absent = SqliteDatabase::open({.path = directory.file("no/such/folder.db"), .name = "x"}, readers);
  ASSERT_FALSE(absent.has_value());
  EXPECT_NE(absent.error().detail.find("no/such/folder.db"), std::string::npos);
  std::ofstream(directory.file("text.db")) << std::string(5000, 'x');
  const auto text = SqliteDatabase::open({.path = directory.file("text.db"), .name = "x"}, readers);
  ASSERT_FALSE(text.has_value());
  EXPECT_NE(text.error().detail.find("text.db"), std::string::npos);
}

}  // namespace
}  // namespace jangteo
