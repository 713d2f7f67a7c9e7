#include "engine/segment_log/segment_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

class SegmentLogTest : public SegmentLogFixture {
 protected:
  void wait_until(const std::function<bool()>& reached) {
    for (int tries = 0; tries < 2000 && !reached(); ++tries) std::this_thread::sleep_for(Millis{5});
    EXPECT_TRUE(reached());
  }
  static ErrorCode code(const Status& status) { return status ? ErrorCode::internal : status.error().code; }
};

TEST_F(SegmentLogTest, StartsANewSegmentWhenOneIsFull) {
  settings_.segment_bytes = 4096;
  open();
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    expected.push_back(std::string(1000, 'x') + std::to_string(i));
    ASSERT_TRUE(append(expected.back()));
  }
  EXPECT_EQ(values(), expected);
  open();
  EXPECT_EQ(segment_paths().size(), 14U);  // three frames fit one
  for (const std::string& path : segment_paths()) EXPECT_LE(std::filesystem::file_size(path), 4096U) << path;
  EXPECT_EQ(partition()->end(), 40);
  EXPECT_EQ(values(), expected);
  for (std::int64_t offset = 0; offset < 40; ++offset) {
    auto frames = read(offset, 1);
    ASSERT_TRUE(frames.has_value());
    ASSERT_EQ(frames->size(), 1U);
    EXPECT_EQ(frames->front().header.base_offset, offset);
  }
}

TEST_F(SegmentLogTest, AnAppendLargerThanASegmentGetsOneOfItsOwn) {
  settings_.segment_bytes = 1 << 20;
  open();
  const std::string big(1 << 20, 'b');
  ASSERT_TRUE(append("small"));
  ASSERT_TRUE(append({{partition(), "1", big}, {partition(), "2", big}, {partition(), "3", big}}));
  ASSERT_TRUE(append("after"));
  const std::vector<std::string> expected{"small", big, big, big, "after"};
  EXPECT_EQ(values(), expected);
  open();
  EXPECT_EQ(values(), expected);
  EXPECT_EQ(segment_paths().size(), 3U);
}

TEST_F(SegmentLogTest, ReadsWhatIsNoLongerInMemoryFromTheFile) {
  settings_.memory_bytes_max = 10000;
  open(2);
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    expected.push_back(std::string(500, 'y') + std::to_string(i));
    ASSERT_TRUE(append(expected.back()));
    ASSERT_TRUE(append({{partition(1), "", "other"}}));
  }
  std::vector<SegmentFrame> frames;
  std::int64_t offset = 0;
  EXPECT_EQ(partition()->read_recent(offset, kMany, kMany, frames), RecentRead::in_file);
  offset = 199;
  EXPECT_EQ(partition()->read_recent(offset, kMany, kMany, frames), RecentRead::found);
  EXPECT_EQ(values(), expected);
  EXPECT_EQ(values(0, 1).size(), 200U);
  for (const std::int64_t from : {0, 1, 99, 150, 198}) {
    EXPECT_EQ(values(from), std::vector<std::string>(expected.begin() + from, expected.end()));
  }
}

TEST_F(SegmentLogTest, AnAppendIsWholeInOneFrameOfAPartition) {
  open();
  std::vector<SegmentEntry> entries(5000, SegmentEntry{partition(), "key", std::string_view("12345678901234567890")});
  ASSERT_TRUE(append(entries));
  auto frames = read(0);
  ASSERT_TRUE(frames.has_value());
  ASSERT_EQ(frames->size(), 1U);
  EXPECT_EQ(frames->front().header.count, 5000U);
}

TEST_F(SegmentLogTest, AppendsThatWaitTogetherShareARound) {
  std::mutex disk;
  settings_.before_sync = [&disk]() -> Status {
    const std::lock_guard held(disk);
    return {};
  };
  open();
  std::vector<std::future<Status>> running;
  {
    const std::lock_guard held(disk);
    for (int i = 0; i < 100; ++i)
      running.push_back(runner_->start_on(0, append_all(log_.get(), {{partition(), "", "x"}})));
    runner_->run([]() -> Task<void> { co_return; }());  // all are queued by now
  }
  for (auto& one : running) EXPECT_TRUE(one.get());
  auto frames = read(0);
  ASSERT_TRUE(frames.has_value());
  EXPECT_LE(frames->size(), 2U);
  EXPECT_EQ(values().size(), 100U);
}

TEST_F(SegmentLogTest, DamageInAFullSegmentIsToldByWhoReadsIt) {
  settings_.segment_bytes = 4096;
  open();
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(append(std::string(1000, 'x')));
  const std::string path = segment_paths().front();
  log_.reset();
  std::string bytes = file_bytes(path);
  bytes[kSegmentHeaderBytes + kFrameHeaderBytes + kRecordHeaderBytes + 1000 + 100] ^= 1;
  replace_file(path, bytes);
  open();
  auto first = read(0, 1);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->front().header.base_offset, 0);
  auto second = read(1, 1);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::internal);
  EXPECT_NE(second.error().detail.find(path), std::string::npos);
  EXPECT_EQ(values(3).size(), 6U);
}

TEST_F(SegmentLogTest, RetentionByBytesDeletesTheOldestSegments) {
  settings_.segment_bytes = 4096;
  settings_.retention_interval = Millis{5};
  topic_settings_.retention_bytes_max = 10000;
  open();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(append(std::string(1000, 'x')));
  wait_until([&] { return partition()->begin() >= 45; });
  settings_.retention_interval = Millis{60000};
  open();
  EXPECT_GE(partition()->begin(), 45);
  EXPECT_LT(partition()->begin(), 58);
  EXPECT_EQ(partition()->end(), 60);
  auto frames = read(0);
  ASSERT_TRUE(frames.has_value());
  EXPECT_EQ(frames->front().header.base_offset, partition()->begin());
}

TEST_F(SegmentLogTest, RetentionByTimeKeepsOffsetsGoing) {
  settings_.retention_interval = Millis{5};
  open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(append("old"));
  clock_.advance(Millis{8LL * 24 * 3600 * 1000});
  wait_until([&] { return partition()->begin() == 5; });
  EXPECT_EQ(segment_paths().size(), 1U);
  open();
  EXPECT_EQ(partition()->begin(), 5);
  EXPECT_EQ(partition()->end(), 5);
  ASSERT_TRUE(append("new"));
  auto frames = read(0);
  ASSERT_TRUE(frames.has_value());
  EXPECT_EQ(frames->front().header.base_offset, 5);
}

TEST_F(SegmentLogTest, RetentionLeavesWhatIsYoung) {
  settings_.segment_bytes = 4096;
  settings_.retention_interval = Millis{2};
  open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(std::string(1000, 'x')));
  clock_.advance(Millis{6LL * 24 * 3600 * 1000});
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(std::string(1000, 'x')));
  EXPECT_EQ(partition()->begin(), 0);
  clock_.advance(Millis{2LL * 24 * 3600 * 1000});
  wait_until([&] { return partition()->begin() > 0; });
  EXPECT_LE(partition()->begin(), 20);
  EXPECT_EQ(values(20).size(), 20U);
}

TEST_F(SegmentLogTest, ADiskThatFailsMakesTheLogReadOnly) {
  std::atomic<bool> broken = false;
  settings_.before_sync = [&broken]() -> Status {
    if (broken) return fail(ErrorCode::unavailable, "the disk is gone");
    return {};
  };
  open();
  ASSERT_TRUE(append("kept"));
  auto waiting = runner_->start_on(1, log_->read(partition(), 1, kMany, kMany, Millis{50}));
  broken = true;
  EXPECT_EQ(code(append("lost")), ErrorCode::unavailable);
  broken = false;
  EXPECT_EQ(code(append("refused")), ErrorCode::unavailable);
  EXPECT_EQ(partition()->end(), 1);
  EXPECT_EQ(values(), std::vector<std::string>{"kept"});
  EXPECT_TRUE(waiting.get()->empty());
  open();
  EXPECT_TRUE(append("works again"));
  const auto all = values();
  EXPECT_EQ(all.front(), "kept");
  EXPECT_EQ(all.back(), "works again");
}

TEST_F(SegmentLogTest, AFullDiskLosesNothingThatWasVisible) {
  open();
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    expected.push_back(std::string(10000, 'f') + std::to_string(i));
    ASSERT_TRUE(append(expected.back()));
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 150000;  // in the middle of a frame; a write there is short, the next one fails
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  Status status;
  for (int i = 0; i < 10 && status; ++i) {
    const std::string value = std::string(100000, 'g') + std::to_string(i);
    status = append(value);
    if (status) expected.push_back(value);
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::unavailable);
  EXPECT_EQ(values(), expected);
  open();
  EXPECT_EQ(values(), expected);
  EXPECT_TRUE(append("room again"));
}

TEST_F(SegmentLogTest, AHerdOfReadersIsServedOrSentAway) {
  open(2);
  std::vector<std::future<Result<std::vector<SegmentFrame>>>> served;
  std::vector<std::future<Result<std::vector<SegmentFrame>>>> sent_away;
  for (std::size_t i = 0; i < 2000; ++i) {
    served.push_back(runner_->start_on(i % 2, log_->read(partition(0), 0, kMany, kMany, Millis{60000})));
    sent_away.push_back(
        runner_->start_on(i % 2, log_->read(partition(1), 0, kMany, kMany, Millis{static_cast<int>(1 + i % 50)})));
  }
  for (auto& reader : sent_away) EXPECT_TRUE(reader.get()->empty());
  ASSERT_TRUE(append("news"));
  for (auto& reader : served) {
    auto frames = reader.get();
    ASSERT_TRUE(frames.has_value());
    EXPECT_EQ(frames->size(), 1U);
  }
}

TEST_F(SegmentLogTest, StopRefusesAppendsAndWakesReaders) {
  open();
  auto waiting = runner_->start_on(1, log_->read(partition(), 0, kMany, kMany, Millis{60000}));
  runner_->run([]() -> Task<void> { co_return; }(), 1);  // it waits by now
  log_->stop();
  EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(code(append("late")), ErrorCode::unavailable);
  EXPECT_EQ(read(0, 1, Millis{60000}).error().code, ErrorCode::unavailable);
  log_->stop();
}

TEST_F(SegmentLogTest, StopWritesWhatIsQueued) {
  std::mutex disk;
  settings_.before_sync = [&disk]() -> Status {
    const std::lock_guard held(disk);
    return {};
  };
  open();
  std::vector<std::future<Status>> running;
  std::thread stopper;
  {
    const std::lock_guard held(disk);
    for (int i = 0; i < 50; ++i)
      running.push_back(runner_->start_on(0, append_all(log_.get(), {{partition(), "", "x"}})));
    runner_->run([]() -> Task<void> { co_return; }());
    stopper = std::thread([&] { log_->stop(); });
  }
  stopper.join();
  for (auto& one : running) EXPECT_TRUE(one.get());
  EXPECT_EQ(partition()->end(), 50);
}

TEST_F(SegmentLogTest, OneProcessOwnsTheDirectory) {
  open();
  MetricsRegistry metrics;
  auto second = SegmentLog::open(settings_, clock_, metrics);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
}

TEST_F(SegmentLogTest, ATopicThatWasOnlyHalfMadeIsMadeAgain) {
  std::filesystem::create_directories(directory_.path() + "/events~/0");
  open(3);
  EXPECT_EQ(log_->find("events")->partitions.size(), 3U);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/events~"));
}

TEST_F(SegmentLogTest, CountsWhatItDoes) {
  open();
  ASSERT_TRUE(append({{partition(), "k", "value"}, {partition(), "k", "value"}}));
  const std::string text = metrics_->render();
  EXPECT_NE(text.find("jangteo_event_log_records_total 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("jangteo_event_log_rounds_total 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("jangteo_event_log_sync_seconds_count 1\n"), std::string::npos) << text;
}

TEST_F(SegmentLogTest, RandomAppendsReadBackFromEveryPlace) {
  settings_.segment_bytes = 60000;
  settings_.memory_bytes_max = 20000;
  open();
  std::mt19937_64 random(7);
  std::vector<std::string> expected;
  for (int i = 0; i < 150; ++i) {
    std::vector<std::string> texts(1 + random() % 5);
    for (std::string& text : texts) text.assign(random() % 3000, static_cast<char>('a' + random() % 26));
    std::vector<SegmentEntry> entries;
    for (const std::string& text : texts) entries.push_back({partition(), "", text});
    ASSERT_TRUE(append(entries));
    expected.insert(expected.end(), texts.begin(), texts.end());
    if (i % 50 == 49) open();
  }
  for (int i = 0; i < 60; ++i) {
    const auto from = static_cast<std::ptrdiff_t>(random() % expected.size());
    EXPECT_EQ(values(from), std::vector<std::string>(expected.begin() + from, expected.end()));
  }
}

}  // namespace
}  // namespace jangteo
