#include "delivery/subscriber.h"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "delivery/delivery_fixture.h"
#include "delivery/inbox.h"

namespace jangteo {
namespace {

const SqlStatement kEffect{"INSERT INTO effect(value) VALUES (?)"};
const SqlStatement kEffectOnce{"INSERT INTO effect(id, value) VALUES (?, ?)"};

using Apply = Subscriber<std::string>::Apply;

Status write_effects(SqlTx& tx, std::vector<std::string>& values) {
  for (const auto& value : values) tx.exec(kEffect, {value});
  return {};
}

Result<std::string> parse(const LogRecord& record) {
  if (record.value.starts_with("unreadable")) return fail(ErrorCode::malformed, "cannot read this");
  return std::string(record.value);
}

class SubscriberTest : public DeliveryTest {
 protected:
  // A subscriber of thing.events from its start() to the end of its scope.
  struct Running {
    std::unique_ptr<MetricsRegistry> metrics;
    std::unique_ptr<Subscriber<std::string>> subscriber;
    std::unique_ptr<BackgroundScope> background;
  };
  Running subscribe(Apply apply, std::size_t batch_count_max = 512, const std::string& consumer = "reader") {
    Running running;
    running.metrics = std::make_unique<MetricsRegistry>();
    SubscriberSettings settings{consumer, "thing.events", 0, batch_count_max};
    running.subscriber = std::make_unique<Subscriber<std::string>>(settings, *database_, *log_, SystemClock::instance(),
                                                                   *running.metrics, parse, std::move(apply));
    EXPECT_TRUE(running.subscriber->open().has_value());
    running.background = std::make_unique<BackgroundScope>();
    running.background->run([&](TaskScope& scope) { running.subscriber->start(scope); });
    return running;
  }
  void append(const std::vector<std::string>& values) {
    std::vector<LogEntry> entries;
    for (const auto& value : values) entries.push_back({"thing.events", 0, "the key", value});
    ASSERT_TRUE(runner_.run(local_log_->append(std::move(entries))).has_value());
  }
  static std::vector<std::string> numbered(int first, int end) {
    std::vector<std::string> values;
    for (int i = first; i < end; ++i) values.push_back("value " + std::to_string(i));
    return values;
  }
  std::vector<std::string> effects() { return column(*database_, "SELECT value FROM effect ORDER BY id"); }
  bool reached(std::int64_t offset, const std::string& consumer = "reader") {
    return eventually([&] {
      return column(*database_, "SELECT next_offset FROM consumer_position WHERE consumer = '" + consumer + "'") ==
             std::vector<std::string>{std::to_string(offset)};
    });
  }
};

// Rows: 12
TEST_F(SubscriberTest, AppliesEveryRecordOnceAndInOrder) {
  append(numbered(0, 700));
  auto running = subscribe(write_effects, 64);
  append(numbered(700, 1000));
  EXPECT_TRUE(reached(1000));
  EXPECT_EQ(effects(), numbered(0, 1000));
  running.background->close();
  EXPECT_NE(running.metrics->render().find("jangteo_consumer_records_total{consumer=\"reader\"} 1000"),
            std::string::npos);
}

// Rows: 12
TEST_F(SubscriberTest, ReadsOnAfterARestartWhereItsEffectsEnd) {
  append(numbered(0, 100));
  {
    auto running = subscribe(write_effects, 10);
    EXPECT_TRUE(eventually([&] { return !effects().empty(); }));
    running.background->close();  // somewhere between two batches
  }
  database_.reset();
  database_ = open_database("thing");
  append(numbered(100, 120));
  auto running = subscribe(write_effects, 10);
  EXPECT_TRUE(reached(120));
  EXPECT_EQ(effects(), numbered(0, 120));
  running.background->close();
}

TEST_F(SubscriberTest, ConsumersOfOneTopicStandWhereEachOfThemIs) {
  append(numbered(0, 10));
  auto first = subscribe(write_effects, 512, "first");
  EXPECT_TRUE(reached(10, "first"));
  first.background->close();
  append(numbered(10, 20));
  auto second = subscribe(write_effects, 512, "second");
  EXPECT_TRUE(reached(20, "second"));
  EXPECT_TRUE(reached(10, "first"));
  second.background->close();
}

TEST_F(SubscriberTest, AFailureThatMayPassIsRepeatedAndNeverBuried) {
  std::atomic<int> failures{5};
  append(numbered(0, 20));
  auto running = subscribe([&failures](SqlTx& tx, std::vector<std::string>& values) -> Status {
    JT_TRY(write_effects(tx, values));
    if (failures > 0) {
      --failures;
      return fail(ErrorCode::unavailable, "not now");
    }
    return {};
  });
  EXPECT_TRUE(reached(20));
  EXPECT_EQ(effects(), numbered(0, 20)) << "what a failed unit wrote is gone";
  EXPECT_TRUE(column(*database_, "SELECT reason FROM dead_letter").empty());
  running.background->close();
}

TEST_F(SubscriberTest, ARecordThatCannotBeReadBecomesADeadLetter) {
  append({"value 0", "unreadable one", "value 1", "unreadable two", "value 2"});
  auto running = subscribe(write_effects);
  EXPECT_TRUE(reached(5));
  EXPECT_EQ(effects(), numbered(0, 3));
  EXPECT_EQ(column(*database_,
                   "SELECT record_offset || ':' || record_key || ':' || body || ':' || reason FROM "
                   "dead_letter ORDER BY record_offset"),
            (std::vector<std::string>{"1:the key:unreadable one:cannot read this",
                                      "3:the key:unreadable two:cannot read this"}));
  running.background->close();
  EXPECT_NE(running.metrics->render().find("jangteo_dead_letters_total{consumer=\"reader\"} 2"), std::string::npos);
}

// Rows: 12
TEST_F(SubscriberTest, OnePoisonedRecordIsBuriedAndTheOthersAreAppliedOnce) {
  auto values = numbered(0, 50);
  values.insert(values.begin() + 17, "poison");
  append(values);
  auto running = subscribe([](SqlTx& tx, std::vector<std::string>& given) -> Status {
    for (const auto& value : given) {
      tx.exec(kEffect, {value});
      if (value == "poison") return fail(ErrorCode::invalid, "this one never works");
    }
    return {};
  });
  EXPECT_TRUE(reached(51));
  append(numbered(50, 60));
  EXPECT_TRUE(reached(61));
  EXPECT_EQ(effects(), numbered(0, 60));
  EXPECT_EQ(column(*database_, "SELECT record_offset || ':' || reason FROM dead_letter"),
            std::vector<std::string>{"17:this one never works"});
  running.background->close();
}

TEST_F(SubscriberTest, AStatementThatFailsForOneRecordBuriesThatRecord) {
  append({"1 first", "1 the same id", "2 second"});
  auto running = subscribe([](SqlTx& tx, std::vector<std::string>& values) -> Status {
    for (const auto& value : values) tx.exec(kEffectOnce, {value.substr(0, 1), value});
    return {};
  });
  EXPECT_TRUE(reached(3));
  EXPECT_EQ(effects(), (std::vector<std::string>{"1 first", "2 second"}));
  EXPECT_EQ(column(*database_, "SELECT record_offset FROM dead_letter"), std::vector<std::string>{"1"});
  running.background->close();
}

TEST_F(SubscriberTest, AStopAmongRecordsThatAreAppliedOneByOneLosesAndRepeatsNone) {
  std::atomic<int> applied_alone{0};
  auto values = numbered(0, 30);
  values[20] = "poison";
  const Apply apply = [&applied_alone](SqlTx& tx, std::vector<std::string>& given) -> Status {
    if (given.size() == 1) ++applied_alone;
    for (const auto& value : given) {
      if (value == "poison") return fail(ErrorCode::invalid, "no");
      tx.exec(kEffect, {value});
    }
    return {};
  };
  append(values);
  {
    auto running = subscribe(apply);
    EXPECT_TRUE(eventually([&] { return applied_alone >= 5; }));
    running.background->close();
  }
  auto running = subscribe(apply);
  EXPECT_TRUE(reached(30));
  auto expected = numbered(0, 30);
  expected.erase(expected.begin() + 20);
  EXPECT_EQ(effects(), expected);
  running.background->close();
}

TEST_F(SubscriberTest, ALogThatIsAwayIsAskedAgain) {
  append(numbered(0, 5));
  log_->reads_lost = 1;
  auto running = subscribe(write_effects);
  EXPECT_TRUE(reached(5));
  running.background->close();
}

TEST_F(SubscriberTest, EndsWhileTheLogIsQuietAndWhileItsBatchFails) {
  auto quiet = subscribe(write_effects);
  quiet.background->close();
  append({"value"});
  std::atomic<int> tries{0};
  auto failing = subscribe([&tries](SqlTx&, std::vector<std::string>&) -> Status {
    ++tries;
    return fail(ErrorCode::unavailable, "never");
  });
  EXPECT_TRUE(eventually([&] { return tries > 2; }));
  failing.background->close();
  EXPECT_TRUE(reached(0));
}

TEST_F(SubscriberTest, APoisonedRecordThatComesAloneIsBuriedAfterSomeTries) {
  std::atomic<int> tries{0};
  append({"poison"});
  auto running = subscribe([&tries](SqlTx&, std::vector<std::string>&) -> Status {
    ++tries;
    return fail(ErrorCode::invalid, "no");
  });
  EXPECT_TRUE(reached(1));
  EXPECT_GE(tries, 3);
  EXPECT_EQ(column(*database_, "SELECT reason FROM dead_letter"), std::vector<std::string>{"no"});
  running.background->close();
}

// Rows: 12
TEST_F(SubscriberTest, FromOutboxOverTheLogToOneEffectThoughMessagesComeTwice) {
  auto sender = open_database("sender");
  auto relay = open_relay(*sender);
  log_->appends_doubled = 20;
  log_->appends_lost = 3;
  auto running = subscribe([](SqlTx& tx, std::vector<std::string>& values) -> Status {
    for (const auto& value : values) {
      if (first_time(tx, "reader", value, Timestamp{1})) tx.exec(kEffect, {value});
    }
    return {};
  });
  BackgroundScope background;
  background.run([&](TaskScope& scope) { relay->start(scope); });
  for (int i = 0; i < 100; ++i) emit_now(*sender, numbered(3 * i, 3 * i + 3));
  EXPECT_TRUE(eventually([&] { return effects().size() >= 300; }));
  background.close([&] { relay->wake(); });
  EXPECT_GT(logged_count(0), 300U);
  EXPECT_TRUE(reached(static_cast<std::int64_t>(logged_count(0))));
  EXPECT_EQ(effects(), numbered(0, 300));
  running.background->close();
}

using InboxTest = DeliveryTest;

TEST_F(InboxTest, AnEventIsNewOncePerConsumer) {
  ASSERT_TRUE(database_->write_blocking([](SqlTx& tx) -> Status {
    EXPECT_TRUE(first_time(tx, "mailer", "evt_1", Timestamp{1}));
    EXPECT_FALSE(first_time(tx, "mailer", "evt_1", Timestamp{2}));
    EXPECT_TRUE(first_time(tx, "counter", "evt_1", Timestamp{2}));
    EXPECT_TRUE(first_time(tx, "mailer", "evt_2", Timestamp{5}));
    return {};
  }));
  EXPECT_FALSE(database_->write_blocking([](SqlTx& tx) -> Status {
    EXPECT_TRUE(first_time(tx, "mailer", "evt_3", Timestamp{6}));
    return fail(ErrorCode::conflict, "its effect fails");
  }));
  ASSERT_TRUE(database_->write_blocking([](SqlTx& tx) -> Status {
    EXPECT_TRUE(first_time(tx, "mailer", "evt_3", Timestamp{7})) << "the id commits with the effect";
    EXPECT_EQ(forget_events(tx, "mailer", Timestamp{5}), 1);
    EXPECT_TRUE(first_time(tx, "mailer", "evt_1", Timestamp{8}));
    EXPECT_FALSE(first_time(tx, "mailer", "evt_2", Timestamp{8}));
    EXPECT_FALSE(first_time(tx, "counter", "evt_1", Timestamp{8}));
    return {};
  }));
}

}  // namespace
}  // namespace jangteo
