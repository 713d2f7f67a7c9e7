// What every adapter of ports/event_log.h must do. An adapter's test file makes a harness and instantiates the suite:
//   INSTANTIATE_TEST_SUITE_P(Local, EventLogContract, testing::Values(EventLogFactory(make_harness)));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ports/event_log.h"
#include "support/task_runner.h"

namespace jangteo {

// Owns a log without topics; goes with everything it holds. Its queue takes `kHarnessQueueBytes` at the least and less
// than twice as much.
constexpr std::size_t kHarnessQueueBytes = 4 << 20;
class EventLogHarness {
 public:
  virtual ~EventLogHarness() = default;
  virtual EventLog& log() = 0;
  virtual void reopen() = 0;  // closes the log and opens it again on the same data, without topics declared
  // Keeps the log from making anything durable until `release`; false when the adapter cannot.
  virtual bool hold() { return false; }
  virtual void release() {}
  // Lets retention pass over all that `topic` holds by now, and waits until it has; false when the adapter cannot.
  virtual bool expire(const std::string&) { return false; }
};
using EventLogFactory = std::function<std::unique_ptr<EventLogHarness>()>;

class EventLogContract : public testing::TestWithParam<EventLogFactory> {
 protected:
  static constexpr std::size_t kLoops = 3;
  static constexpr std::size_t kMany = 1 << 20;

  void SetUp() override {
    harness_ = GetParam()();
    create("order.events", 4);
  }
  EventLog& log() { return harness_->log(); }
  void create(const std::string& name, std::uint32_t partitions) {
    TopicSettings settings;
    settings.name = name;
    settings.partitions = partitions;
    const Status created = log().create_topic(settings);
    ASSERT_TRUE(created.has_value()) << created.error().detail;
  }

  Status append(std::vector<LogEntry> entries) { return runner_.run(log().append(std::move(entries))); }
  Status append(std::string_view topic, std::uint32_t partition, std::string_view key, std::string_view value) {
    return append({LogEntry{topic, partition, key, value}});
  }
  Result<LogBatch> read(std::int64_t offset, std::size_t count_max = kMany, std::size_t bytes_max = kMany,
                        Millis wait = Millis{0}, std::uint32_t partition = 0) {
    return runner_.run(log().read("order.events", partition, offset, count_max, bytes_max, wait));
  }
  std::vector<std::string> values(std::uint32_t partition = 0, std::int64_t offset = 0) {
    std::vector<std::string> all;
    for (;;) {
      auto batch = read(offset, kMany, kMany, Millis{0}, partition);
      EXPECT_TRUE(batch.has_value()) << batch.error().detail;
      if (!batch || batch->records.empty()) return all;
      for (const LogRecord& record : batch->records) all.emplace_back(record.value);
      offset = batch->next_offset;
    }
  }
  static ErrorCode code(const Status& status) { return status ? ErrorCode::internal : status.error().code; }

  std::unique_ptr<EventLogHarness> harness_;
  TaskRunner runner_{kLoops};  // goes first: its loops end before the log does
};

TEST_P(EventLogContract, KeepsTheOrderOfAPartition) {
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("event " + std::to_string(i));
    ASSERT_TRUE(append("order.events", 0, "key", expected.back()));
  }
  EXPECT_EQ(values(), expected);
  EXPECT_TRUE(values(1).empty());
}

TEST_P(EventLogContract, GivesBackKeyValueAndTime) {
  const std::string value("any \0 bytes", 11);
  ASSERT_TRUE(append("order.events", 2, "ord_1", value));
  auto batch = read(0, kMany, kMany, Millis{0}, 2);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 1U);
  EXPECT_EQ(batch->records[0].key, "ord_1");
  EXPECT_EQ(batch->records[0].value, value);
  EXPECT_GT(batch->records[0].at.ms, 0);
  EXPECT_GT(batch->next_offset, batch->records[0].offset);
}

TEST_P(EventLogContract, KeepsEmptyKeysAndValues) {
  ASSERT_TRUE(append({{"order.events", 0, "", ""}, {"order.events", 0, "k", ""}, {"order.events", 0, "", "v"}}));
  auto batch = read(0);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 3U);
  EXPECT_EQ(batch->records[1].key, "k");
  EXPECT_EQ(batch->records[1].value, "");
  EXPECT_EQ(batch->records[2].key, "");
  EXPECT_EQ(batch->records[2].value, "v");
}

TEST_P(EventLogContract, SpreadsOneAppendOverPartitionsAndTopics) {
  create("payment.events", 1);
  ASSERT_TRUE(append({{"order.events", 0, "a", "1"},
                      {"payment.events", 0, "b", "2"},
                      {"order.events", 3, "c", "3"},
                      {"order.events", 0, "d", "4"}}));
  EXPECT_EQ(values(0), (std::vector<std::string>{"1", "4"}));
  EXPECT_EQ(values(3), (std::vector<std::string>{"3"}));
  auto payments = runner_.run(log().read("payment.events", 0, 0, kMany, kMany, Millis{0}));
  ASSERT_TRUE(payments.has_value());
  EXPECT_EQ(payments->records.size(), 1U);
}

TEST_P(EventLogContract, AppendOfNothingSucceeds) {
  EXPECT_TRUE(append(std::vector<LogEntry>{}));
  EXPECT_TRUE(values().empty());
}

TEST_P(EventLogContract, OffsetsIncreaseAndRangeFollows) {
  auto empty = log().range("order.events", 0);
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->begin, empty->end);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append("order.events", 0, "", "x"));
  auto batch = read(0);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 10U);
  for (std::size_t i = 1; i < batch->records.size(); ++i) {
    EXPECT_GT(batch->records[i].offset, batch->records[i - 1].offset);
  }
  auto full = log().range("order.events", 0);
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->begin, batch->records.front().offset);
  EXPECT_EQ(full->end, batch->next_offset);
}

TEST_P(EventLogContract, ReadsFromTheMiddle) {
  std::vector<LogEntry> entries;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i));
  for (const std::string& text : texts) entries.push_back({"order.events", 0, "", text});
  ASSERT_TRUE(append(std::move(entries)));
  auto all = read(0);
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->records.size(), 100U);
  for (const std::size_t from : {std::size_t{1}, std::size_t{50}, std::size_t{99}}) {
    auto batch = read(all->records[from].offset);
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ(batch->records.size(), 100 - from);
    EXPECT_EQ(batch->records.front().offset, all->records[from].offset);
    EXPECT_EQ(batch->records.front().value, texts[from]);
  }
}

TEST_P(EventLogContract, ReadsNoMoreRecordsThanAsked) {
  std::vector<LogEntry> entries(20, LogEntry{"order.events", 0, "", "x"});
  ASSERT_TRUE(append(std::move(entries)));
  std::int64_t offset = 0;
  std::size_t total = 0;
  for (int reads = 0; reads < 20 && total < 20; ++reads) {
    auto batch = read(offset, 7);
    ASSERT_TRUE(batch.has_value());
    ASSERT_FALSE(batch->records.empty());
    EXPECT_LE(batch->records.size(), 7U);
    total += batch->records.size();
    offset = batch->next_offset;
  }
  EXPECT_EQ(total, 20U);
}

TEST_P(EventLogContract, ReadsAboutAsManyBytesAsAskedButAlwaysOneRecord) {
  const std::string value(10000, 'v');
  std::vector<LogEntry> entries(20, LogEntry{"order.events", 0, "", value});
  ASSERT_TRUE(append(std::move(entries)));
  auto few = read(0, kMany, 30000);
  ASSERT_TRUE(few.has_value());
  EXPECT_GE(few->records.size(), 1U);
  EXPECT_LE(few->records.size(), 4U);
  auto one = read(0, kMany, 1);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->records.size(), 1U);
}

TEST_P(EventLogContract, BatchesOutliveTheNextAppends) {
  ASSERT_TRUE(append("order.events", 0, "key", "the first value"));
  auto batch = read(0);
  ASSERT_TRUE(batch.has_value());
  const std::string big(1 << 20, 'b');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append("order.events", 0, "", big));
  ASSERT_EQ(batch->records.size(), 1U);
  EXPECT_EQ(batch->records[0].value, "the first value");
}

TEST_P(EventLogContract, WakesAReaderThatWaits) {
  const std::int64_t end = log().range("order.events", 0)->end;
  auto waiting = runner_.start_on(1, log().read("order.events", 0, end, kMany, kMany, Millis{60000}));
  ASSERT_TRUE(append("order.events", 1, "", "another partition"));
  EXPECT_EQ(waiting.wait_for(Millis{0}), std::future_status::timeout);
  ASSERT_TRUE(append("order.events", 0, "", "news"));
  auto batch = waiting.get();
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 1U);
  EXPECT_EQ(batch->records[0].value, "news");
}

TEST_P(EventLogContract, WakesReadersOfEveryLoop) {
  const std::int64_t end = log().range("order.events", 0)->end;
  std::vector<std::future<Result<LogBatch>>> waiting;
  for (std::size_t i = 0; i < 300; ++i) {
    waiting.push_back(runner_.start_on(i % kLoops, log().read("order.events", 0, end, kMany, kMany, Millis{60000})));
  }
  ASSERT_TRUE(append("order.events", 0, "", "news"));
  for (auto& reader : waiting) {
    auto batch = reader.get();
    ASSERT_TRUE(batch.has_value());
    ASSERT_EQ(batch->records.size(), 1U);
  }
}

TEST_P(EventLogContract, AWaitThatEndsReturnsNothing) {
  const std::int64_t end = log().range("order.events", 0)->end;
  auto batch = read(end, kMany, kMany, Millis{30});
  ASSERT_TRUE(batch.has_value());
  EXPECT_TRUE(batch->records.empty());
  EXPECT_EQ(batch->next_offset, end);
  auto at_once = read(end);
  ASSERT_TRUE(at_once.has_value());
  EXPECT_TRUE(at_once->records.empty());
}

TEST_P(EventLogContract, ShowsNothingBeforeItIsDurable) {
  if (!harness_->hold()) GTEST_SKIP() << "this adapter's durability cannot be held back";
  auto appended = runner_.start_on(0, log().append({{"order.events", 0, "", "later"}}));
  auto reader = runner_.start_on(1, log().read("order.events", 0, 0, kMany, kMany, Millis{60000}));
  auto early = read(0, kMany, kMany, Millis{50});
  ASSERT_TRUE(early.has_value());
  EXPECT_TRUE(early->records.empty());
  EXPECT_EQ(log().range("order.events", 0)->end, 0);
  EXPECT_EQ(appended.wait_for(Millis{0}), std::future_status::timeout);
  harness_->release();
  EXPECT_TRUE(appended.get());
  EXPECT_EQ(reader.get()->records.size(), 1U);
}

TEST_P(EventLogContract, RefusesWhenTheQueueIsFullAndRecovers) {
  if (!harness_->hold()) GTEST_SKIP() << "this adapter's durability cannot be held back";
  const std::string value(256 << 10, 'q');
  std::vector<std::future<Status>> appended;
  for (std::size_t bytes = 0; bytes < 4 * kHarnessQueueBytes; bytes += value.size()) {
    appended.push_back(runner_.start_on(0, log().append({{"order.events", 0, "", value}})));
  }
  const Status last = append("order.events", 0, "", value);
  EXPECT_EQ(code(last), ErrorCode::unavailable);
  EXPECT_GT(last ? 0 : last.error().retry_after_s, 0);
  harness_->release();
  std::size_t accepted = 0;
  for (auto& one : appended) {
    const Status status = one.get();
    if (status) {
      ++accepted;
    } else {
      EXPECT_EQ(code(status), ErrorCode::unavailable);
    }
  }
  EXPECT_GE(accepted, kHarnessQueueBytes / value.size() - 1);
  EXPECT_LT(accepted, appended.size());
  EXPECT_EQ(values().size(), accepted);
  EXPECT_TRUE(append("order.events", 0, "", value));
}

TEST_P(EventLogContract, BeginsLaterAfterRetention) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(append("order.events", 0, "", "old"));
  if (!harness_->expire("order.events")) GTEST_SKIP() << "this adapter's retention cannot be driven by a test";
  EXPECT_EQ(log().range("order.events", 0)->end, 10);
  auto nothing = read(0, kMany, kMany, Millis{20});
  ASSERT_TRUE(nothing.has_value());
  EXPECT_TRUE(nothing->records.empty());
  EXPECT_EQ(nothing->next_offset, 10);
  ASSERT_TRUE(append("order.events", 0, "", "new"));
  auto range = log().range("order.events", 0);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->begin, 10);
  auto batch = read(0);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->records.size(), 1U);
  EXPECT_EQ(batch->records[0].offset, range->begin);
  EXPECT_EQ(batch->records[0].value, "new");
}

TEST_P(EventLogContract, RefusesAnOffsetAfterTheEnd) {
  auto batch = read(log().range("order.events", 0)->end + 1, kMany, kMany, Millis{60000});
  ASSERT_FALSE(batch.has_value());
  EXPECT_EQ(batch.error().code, ErrorCode::invalid);
}

TEST_P(EventLogContract, CreatingATopicAgainChangesNothing) {
  ASSERT_TRUE(append("order.events", 3, "", "kept"));
  create("order.events", 4);
  EXPECT_EQ(log().partitions("order.events"), 4U);
  EXPECT_EQ(values(3).size(), 1U);
  EXPECT_EQ(log().partitions("other.events"), 0U);
}

TEST_P(EventLogContract, RefusesAnotherPartitionCount) {
  TopicSettings settings;
  settings.name = "order.events";
  settings.partitions = 5;
  EXPECT_EQ(code(log().create_topic(settings)), ErrorCode::invalid);
  harness_->reopen();
  EXPECT_EQ(code(log().create_topic(settings)), ErrorCode::invalid);
  settings.partitions = 3;
  EXPECT_EQ(code(log().create_topic(settings)), ErrorCode::invalid);
}

TEST_P(EventLogContract, RefusesBadTopicNames) {
  for (const char* name : {"", ".", "..", "../up", "a/b", "Upper", "under_score", "a~", "주문"}) {
    TopicSettings settings;
    settings.name = name;
    EXPECT_EQ(code(log().create_topic(settings)), ErrorCode::invalid) << name;
  }
}

TEST_P(EventLogContract, NamesATopicOrPartitionThatIsNotThere) {
  EXPECT_EQ(code(append("no.topic", 0, "", "x")), ErrorCode::not_found);
  EXPECT_EQ(code(append("order.events", 4, "", "x")), ErrorCode::not_found);
  EXPECT_EQ(log().range("no.topic", 0).error().code, ErrorCode::not_found);
  auto batch = runner_.run(log().read("order.events", 4, 0, 1, 1, Millis{0}));
  ASSERT_FALSE(batch.has_value());
  EXPECT_EQ(batch.error().code, ErrorCode::not_found);
}

TEST_P(EventLogContract, TakesTheLargestRecordAndRefusesALargerOne) {
  const std::string key(1024, 'k');
  const std::string value(1 << 20, 'v');
  EXPECT_TRUE(append("order.events", 0, key, value));
  EXPECT_EQ(code(append("order.events", 0, key + "k", value)), ErrorCode::too_large);
  EXPECT_EQ(code(append("order.events", 0, key, value + "v")), ErrorCode::too_large);
  EXPECT_EQ(values(), std::vector<std::string>{value});
}

TEST_P(EventLogContract, ARefusedAppendLeavesNothing) {
  const std::string large((1 << 20) + 1, 'v');
  EXPECT_FALSE(append({{"order.events", 0, "", "fine"}, {"order.events", 1, "", large}}));
  EXPECT_FALSE(append({{"order.events", 0, "", "fine"}, {"no.topic", 0, "", ""}}));
  EXPECT_TRUE(values(0).empty());
}

TEST_P(EventLogContract, AppendersOfSeveralLoopsLoseNothing) {
  constexpr int kAppendersPerLoop = 20;
  constexpr int kAppends = 25;
  const auto appender = [](EventLog* log, int name) -> Task<int> {
    int failed = 0;
    for (int i = 0; i < kAppends; ++i) {
      const std::string text = std::to_string(name) + ":" + std::to_string(i);
      std::vector<LogEntry> entries{{"order.events", static_cast<std::uint32_t>(name % 4), "", text}};
      const Status status = co_await log->append(std::move(entries));
      if (!status) ++failed;
    }
    co_return failed;
  };
  std::vector<std::future<int>> running;
  for (int i = 0; i < kAppendersPerLoop * static_cast<int>(kLoops); ++i) {
    running.push_back(runner_.start_on(static_cast<std::size_t>(i) % kLoops, appender(&log(), i)));
  }
  for (auto& one : running) EXPECT_EQ(one.get(), 0);
  std::size_t total = 0;
  for (std::uint32_t partition = 0; partition < 4; ++partition) {
    std::map<std::string, int> next;  // each appender's records are in its order
    for (const std::string& text : values(partition)) {
      const std::size_t colon = text.find(':');
      EXPECT_EQ(std::stoi(text.substr(colon + 1)), next[text.substr(0, colon)]++);
      ++total;
    }
  }
  EXPECT_EQ(total, kAppendersPerLoop * kLoops * kAppends);
}

TEST_P(EventLogContract, AFollowingReaderSeesEveryRecordOnce) {
  constexpr int kRecords = 500;
  const auto follower = [](EventLog* log) -> Task<std::vector<std::string>> {
    std::vector<std::string> seen;
    std::int64_t offset = 0;
    while (seen.size() < kRecords) {
      auto batch = co_await log->read("order.events", 0, offset, 64, 1 << 20, Millis{60000});
      if (!batch) break;
      for (const LogRecord& record : batch->records) seen.emplace_back(record.value);
      offset = batch->next_offset;
    }
    co_return seen;
  };
  auto first = runner_.start_on(1, follower(&log()));
  auto second = runner_.start_on(2, follower(&log()));
  std::vector<std::string> expected;
  for (int i = 0; i < kRecords; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(append("order.events", 0, "", expected.back()));
  }
  EXPECT_EQ(first.get(), expected);
  EXPECT_EQ(second.get(), expected);
}

TEST_P(EventLogContract, ReopeningKeepsEverything) {
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    expected.push_back(std::string(1000, 'a') + std::to_string(i));
    ASSERT_TRUE(append("order.events", 0, "", expected.back()));
  }
  for (int times = 0; times < 2; ++times) {
    harness_->reopen();
    EXPECT_EQ(log().partitions("order.events"), 0U);
    create("order.events", 4);
    EXPECT_EQ(values(), expected);
    expected.push_back("after reopening");
    ASSERT_TRUE(append("order.events", 0, "", expected.back()));
    EXPECT_EQ(values(), expected);
  }
}

}  // namespace jangteo
