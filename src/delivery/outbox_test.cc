#include "delivery/outbox.h"

#include <string>
#include <vector>

#include "delivery/delivery_fixture.h"

namespace jangteo {
namespace {

// A unit of work that only collects frames.
class FrameTx final : public SqlTx {
 public:
  std::int64_t query(const SqlStatement&, SqlValues, const RowFunction&) override { return 0; }
  std::int64_t query_text(const std::string&, std::span<const SqlValue>, const RowFunction&) override { return 0; }
  std::int64_t exec(const SqlStatement&, SqlValues) override { return 0; }
  std::string& emissions() override { return frames; }
  std::string frames;
};

std::vector<std::string> numbered(int first, int end) {
  std::vector<std::string> values;
  for (int i = first; i < end; ++i) values.push_back("value " + std::to_string(i));
  return values;
}

using OutboxTest = DeliveryTest;

TEST(OutboxFrames, ComeBackAsTheyWere) {
  FrameTx tx;
  emit(tx, "order.events", 3, "key", "value");
  emit(tx, "a", 0, "", "");
  emit(tx, "stock.commands", 0xffffffff, std::string(kEntryKeyBytesMax, 'k'), std::string(kEntryValueBytesMax, 'v'));
  emit(tx, "nul", 1, std::string("\0\xff", 2), std::string("\0\0", 2));
  std::vector<LogEntry> entries;
  ASSERT_TRUE(read_frames(tx.frames, entries));
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].topic, "order.events");
  EXPECT_EQ(entries[0].partition, 3U);
  EXPECT_EQ(entries[0].key, "key");
  EXPECT_EQ(entries[0].value, "value");
  EXPECT_EQ(entries[1].topic, "a");
  EXPECT_EQ(entries[1].key, "");
  EXPECT_EQ(entries[1].value, "");
  EXPECT_EQ(entries[2].partition, 0xffffffffU);
  EXPECT_EQ(entries[2].value.size(), kEntryValueBytesMax);
  EXPECT_EQ(entries[3].key, std::string_view("\0\xff", 2));
}

TEST(OutboxFrames, ATruncatedRowIsRefused) {
  FrameTx tx;
  emit(tx, "order.events", 3, "key", "value");
  const auto one = tx.frames.size();
  emit(tx, "order.events", 4, "key", "another");
  for (std::size_t size = 0; size <= tx.frames.size(); ++size) {
    std::vector<LogEntry> entries;
    const bool whole = size == 0 || size == one || size == tx.frames.size();
    const auto read = read_frames(std::string_view(tx.frames).substr(0, size), entries);
    EXPECT_EQ(read.has_value(), whole) << size;
    EXPECT_EQ(read ? ErrorCode::internal : read.error().code, ErrorCode::internal);
  }
}

TEST_F(OutboxTest, AMessageThatNoLogTakesFailsItsUnitAlone) {
  auto relay = open_relay(*database_);
  for (const auto& [key, value] : std::vector<std::pair<std::size_t, std::size_t>>{
           {kEntryKeyBytesMax + 1, 1}, {1, kEntryValueBytesMax + 1}, {70'000, 1}}) {
    const auto refused = database_->write_blocking([key, value](SqlTx& tx) -> Status {
      emit(tx, "thing.events", 0, std::string(key, 'k'), std::string(value, 'v'));
      return {};
    });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  }
  emit_now(*database_, {"fine"});
  EXPECT_EQ(column(*database_, "SELECT seq FROM outbox").size(), 1U);
}

// Rows: 12
TEST_F(OutboxTest, WhatIsCommittedReachesTheLogInOrder) {
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  std::vector<std::string> even;
  std::vector<std::string> odd;
  for (int i = 0; i < 200; ++i) {
    auto values = numbered(i * 10, i * 10 + 3);
    emit_now(*database_, values, static_cast<std::uint32_t>(i % 2));
    auto& expected = i % 2 == 0 ? even : odd;
    expected.insert(expected.end(), values.begin(), values.end());
  }
  EXPECT_TRUE(eventually([&] { return logged_count(0) == even.size() && logged_count(1) == odd.size(); }));
  EXPECT_EQ(logged(0), even);
  EXPECT_EQ(logged(1), odd);
  background.close([&] { relay->wake(); });
}

TEST_F(OutboxTest, NothingOfARolledBackUnitIsPublished) {
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  const auto failed = database_->write_blocking([](SqlTx& tx) -> Status {
    emit(tx, "thing.events", 0, "", "never");
    return fail(ErrorCode::conflict, "no");
  });
  EXPECT_FALSE(failed.has_value());
  emit_now(*database_, {"real"});
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 1; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), std::vector<std::string>{"real"});
}

// Rows: 12
TEST_F(OutboxTest, WhatAnEarlierRunLeftIsPublishedBeforeWhatIsNew) {
  {
    auto relay = open_relay(*database_);  // never started: the process ends between commit and append
    for (int i = 0; i < 50; ++i) emit_now(*database_, numbered(i, i + 1));
    database_.reset();
  }
  database_ = open_database("thing");
  auto relay = open_relay(*database_);
  emit_now(*database_, numbered(50, 52));
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  emit_now(*database_, numbered(52, 60));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 60; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), numbered(0, 60));
}

TEST_F(OutboxTest, AnAppendWhoseAnswerWasLostIsRepeatedAfterTheRestart) {
  {
    auto relay = open_relay(*database_);
    BackgroundScope background;
    log_->appends_unsure = 1'000'000;
    background.run([&](TaskScope& scope) { relay->start(scope); });
    emit_now(*database_, numbered(0, 3));
    EXPECT_TRUE(eventually([&] { return logged_count(0) >= 3; }));
    background.close([&] { relay->wake(); });
    database_.reset();
  }
  const auto appended = logged_count(0);
  log_->appends_unsure = 0;
  database_ = open_database("thing");
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  EXPECT_TRUE(eventually([&] { return logged_count(0) == appended + 3; })) << "twice, but not lost";
  background.close([&] { relay->wake(); });
  auto all = logged(0);
  EXPECT_EQ(std::vector<std::string>(all.end() - 3, all.end()), numbered(0, 3));
}

TEST_F(OutboxTest, AppendsThatFailAreRepeatedInOrder) {
  auto relay = open_relay(*database_);
  BackgroundScope background;
  log_->appends_lost = 3;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  for (int i = 0; i < 20; ++i) emit_now(*database_, numbered(i, i + 1));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 20; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), numbered(0, 20));
}

TEST_F(OutboxTest, AQueueThatOverflowsCatchesUpFromTheTable) {
  auto relay = open_relay(*database_, nullptr, {.queue_bytes_max = 1000});
  BackgroundScope background;
  log_->appends_held = true;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  for (int i = 0; i < 100; ++i) emit_now(*database_, numbered(i, i + 1));
  EXPECT_NE(relay_metrics_.back()->render().find("jangteo_outbox_queue_bytes"), std::string::npos);
  log_->appends_held = false;
  for (int i = 100; i < 200; ++i) emit_now(*database_, numbered(i, i + 1));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 200; }));
  for (int i = 200; i < 210; ++i) emit_now(*database_, numbered(i, i + 1));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 210; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), numbered(0, 210));
}

// A database in whose reads, between looking and answering, something else happens.
class InterruptedReads final : public SqlDatabase {
 public:
  explicit InterruptedReads(SqlDatabase& inner) : inner_(inner) {}
  std::function<void()> interrupt;

  void submit_write(SqlJob& job) override { inner_.submit_write(job); }
  void submit_read(SqlJob& job) override {
    auto* wrapped = new Job(job, interrupt);  // frees itself
    inner_.submit_read(*wrapped);
  }
  Status migrate(std::string_view module, std::span<const Migration> migrations) override {
    return inner_.migrate(module, migrations);
  }
  void set_commit_hook(CommitHook* hook) override { inner_.set_commit_hook(hook); }
  std::string name() const override { return inner_.name(); }
  Status write_blocking(const std::function<Status(SqlTx&)>& work) override { return inner_.write_blocking(work); }
  Status read_blocking(const std::function<Status(SqlReader&)>& work) override { return inner_.read_blocking(work); }

 private:
  class Job final : public SqlJob {
   public:
    Job(SqlJob& inner, std::function<void()> interrupt) : inner_(inner), interrupt_(std::move(interrupt)) {}
    bool run(SqlTx& tx) override { return inner_.run(tx); }
    bool run_read(SqlReader& reader) override { return inner_.run_read(reader); }
    void finish(std::optional<Error> error) noexcept override {
      if (interrupt_) interrupt_();
      inner_.finish(std::move(error));
      delete this;
    }

   private:
    SqlJob& inner_;
    std::function<void()> interrupt_;
  };
  SqlDatabase& inner_;
};

TEST_F(OutboxTest, ACommitWhileTheRelayFindsTheTableEmptyIsNotForgotten) {
  InterruptedReads interrupted(*database_);
  auto relay = open_relay(interrupted, nullptr, {.queue_bytes_max = 1});  // every commit is read back from the table
  std::atomic<int> reads{0};
  interrupted.interrupt = [&] {
    const int number = ++reads;  // the first finds a row, the second none, and so on
    if (number % 2 == 0 && number <= 40) emit_now(*database_, numbered(number / 2, number / 2 + 1));
  };
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  emit_now(*database_, numbered(0, 1));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 21; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), numbered(0, 21));
}

TEST_F(OutboxTest, ALargeCommitIsAppendedInParts) {
  auto relay = open_relay(*database_, nullptr, {.append_bytes_max = 1000});
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  std::vector<std::string> values;
  for (int i = 0; i < 30; ++i) values.push_back(std::string(i == 10 ? 5000 : 150, static_cast<char>('a' + i % 26)));
  log_->appends_lost = 2;
  emit_now(*database_, values);
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= values.size(); }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), values);
  for (const auto bytes : log_->append_bytes()) EXPECT_TRUE(bytes <= 1000 || (bytes > 5000 && bytes < 5100)) << bytes;
}

TEST_F(OutboxTest, PublishedRowsLeaveTheTable) {
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  for (int i = 0; i < 10; ++i) emit_now(*database_, numbered(i, i + 1));
  EXPECT_TRUE(eventually([&] { return column(*database_, "SELECT seq FROM outbox").empty(); }));
  EXPECT_EQ(logged_count(0), 10U);
  background.close([&] { relay->wake(); });
}

TEST_F(OutboxTest, AnOrderlyEndLeavesNoRowThatWasPublished) {
  {
    auto relay = open_relay(*database_);
    BackgroundScope background;
    background.run([&](TaskScope& scope) { relay->start(scope); });
    for (int i = 0; i < 10; ++i) emit_now(*database_, numbered(i, i + 1));
    EXPECT_TRUE(eventually([&] { return logged_count(0) == 10; }));
    background.close([&] { relay->wake(); });
    EXPECT_TRUE(column(*database_, "SELECT seq FROM outbox").empty());
    database_.reset();
  }
  database_ = open_database("thing");
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  emit_now(*database_, numbered(10, 11));
  EXPECT_TRUE(eventually([&] { return logged_count(0) >= 11; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(logged(0), numbered(0, 11));
}

TEST_F(OutboxTest, EndsWhileItWaitsAndWhileTheLogIsAway) {
  {
    auto relay = open_relay(*database_);
    BackgroundScope background;
    background.run([&](TaskScope& scope) { relay->start(scope); });
    background.close([&] { relay->wake(); });
  }
  auto relay = open_relay(*database_);
  BackgroundScope background;
  log_->appends_lost = 1'000'000;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  emit_now(*database_, {"kept"});
  EXPECT_TRUE(eventually([&] { return log_->append_bytes().size() > 1; }));
  background.close([&] { relay->wake(); });
  EXPECT_EQ(column(*database_, "SELECT seq FROM outbox").size(), 1U) << "published at the next start";
}

class CountingHook final : public CommitHook {
 public:
  void before_commit(SqlTx&, std::string_view emissions) override { before += emissions.empty() ? 100 : 1; }
  void after_commit(std::string) noexcept override { ++after; }
  void after_rollback() noexcept override { ++lost; }
  void after_unit_rollback(SqlReader&) override { ++units_lost; }
  std::atomic<int> before{0}, after{0}, lost{0}, units_lost{0};
};

TEST_F(OutboxTest, TheNextHookSeesWhatTheRelaySees) {
  CountingHook next;
  auto relay = open_relay(*database_, &next);
  emit_now(*database_, {"a"});
  ASSERT_TRUE(database_->write_blocking([](SqlTx&) -> Status { return {}; }));
  EXPECT_EQ(next.before, 1);
  EXPECT_EQ(next.after, 2);
  EXPECT_FALSE(database_->write_blocking([](SqlTx&) -> Status { return fail(ErrorCode::conflict, ""); }));
  EXPECT_EQ(next.lost, 1);
  FrameTx without_the_unit;
  relay->after_unit_rollback(without_the_unit);
  EXPECT_EQ(next.units_lost, 1);
}

TEST_F(OutboxTest, SendersOfManyLoopsLoseNothing) {
  auto relay = open_relay(*database_);
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 4; ++sender) {
    senders.emplace_back([this, sender] {
      for (int i = 0; i < 50; ++i) emit_now(*database_, {std::to_string(sender) + ":" + std::to_string(i)}, 1);
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_TRUE(eventually([&] { return logged_count(1) >= 200; }));
  background.close([&] { relay->wake(); });
  std::map<char, int> next;
  for (const auto& value : logged(1)) EXPECT_EQ(std::stoi(value.substr(2)), next[value[0]]++);
  EXPECT_EQ(next.size(), 4U);
}

}  // namespace
}  // namespace jangteo
