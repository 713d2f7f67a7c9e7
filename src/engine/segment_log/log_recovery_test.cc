#include "engine/segment_log/log_recovery.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/segment_log/segment_verify.h"
#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

class LogRecoveryTest : public SegmentLogFixture {
 protected:
  using Values = std::vector<std::string>;
  std::vector<std::string> verify() { return verify_segment_log(settings_.directory); }
  void append_many(int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) {
      expected_.push_back(std::string(bytes, 'r') + std::to_string(expected_.size()));
      ASSERT_TRUE(append(expected_.back()));
    }
  }
  Values expected_;
};

// Rows: 12
TEST_F(LogRecoveryTest, TheJournalGivesBackWhatTheSegmentsLack) {
  open();
  append_many(20, 100);
  crash();
  EXPECT_EQ(std::filesystem::file_size(segment_paths().front()), kSegmentHeaderBytes);
  EXPECT_EQ(verify(), Values{});
  open();
  EXPECT_EQ(values(), expected_);
  append_many(5, 100);
  EXPECT_EQ(values(), expected_);
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, CrashAfterCrashKeepsEverything) {
  settings_.segment_bytes = 3000;
  settings_.memory_bytes_max = 4000;
  settings_.journal_bytes = 5000;
  for (int round = 0; round < 8; ++round) {
    open();
    EXPECT_EQ(values(), expected_);
    append_many(13, 300);
    EXPECT_EQ(values(), expected_);
    crash();
    EXPECT_EQ(verify(), Values{});
  }
  open();
  EXPECT_EQ(values(), expected_);
  EXPECT_EQ(partition()->end(), 8 * 13);
}

TEST_F(LogRecoveryTest, WhateverIsBehindTheCheckpointIsMadeAgain) {
  settings_.segment_bytes = 3000;
  settings_.memory_bytes_max = 1000;
  open();
  append_many(10, 300);
  open();  // a checkpoint
  append_many(20, 300);
  crash();
  // Segments are written without haste: a power cut may leave any part of what is behind the checkpoint, or rubbish.
  const auto checkpoint = load_checkpoint(settings_.directory);
  ASSERT_TRUE(checkpoint.has_value());
  const PartitionPosition position = checkpoint->partitions.at("events/0");
  ASSERT_EQ(position.next_offset, 10);
  std::size_t behind = 0;
  for (const std::string& path : segment_paths()) {
    const auto offset = segment_first_offset(std::filesystem::path(path).filename().string());
    if (*offset < position.first_offset) continue;
    ++behind;
    const std::size_t kept = *offset == position.first_offset ? position.bytes : 0;
    replace_file(path, file_bytes(path).substr(0, kept) + std::string(777, '?'));
  }
  ASSERT_GT(behind, 2U);
  EXPECT_EQ(verify(), Values{});
  open();
  EXPECT_EQ(values(), expected_);
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, ATornRoundAtTheEndIsGoneForGood) {
  open();
  append_many(3, 50);
  crash();
  const std::string path = journal_path();
  std::string bytes = file_bytes(path);
  const std::size_t entry = kLogJournalEntryHeaderBytes + 8 + kFrameHeaderBytes + kRecordHeaderBytes + 51;
  const std::size_t last = kLogJournalHeaderBytes + 2 * entry;
  for (std::size_t size = last + 1; size < last + entry; size += 7) {
    replace_file(path, bytes.substr(0, size) + std::string(4096, '\0'));
    const LogState state = read_log_state(settings_.directory).value();
    ASSERT_EQ(state.missing.size(), 1U);
    EXPECT_EQ(state.missing.begin()->second.size(), 2U) << size;
  }
  EXPECT_EQ(verify(), Values{});
  open();
  expected_.pop_back();
  EXPECT_EQ(values(), expected_);
  append_many(1, 50);
  crash();
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, DamageInTheJournalRefusesToOpenAndChangesNothing) {
  open();
  append_many(3, 50);
  crash();
  const std::string path = journal_path();
  std::string bytes = file_bytes(path);
  bytes[kLogJournalHeaderBytes + 60] ^= 1;
  replace_file(path, bytes);
  const Status opened = try_open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::internal);
  EXPECT_EQ(opened.error().detail.find(path + ": byte 32: "), 0U) << opened.error().detail;
  EXPECT_EQ(file_bytes(path), bytes);
  EXPECT_EQ(verify(), Values{opened.error().detail});
}

TEST_F(LogRecoveryTest, ASegmentCutBeforeTheCheckpointRefusesToOpen) {
  open();
  append_many(3, 50);
  log_.reset();
  const std::string path = segment_paths().front();
  replace_file(path, file_bytes(path).substr(0, 100));
  const Status opened = try_open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().detail.find(path + ": byte 100: "), 0U) << opened.error().detail;
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogRecoveryTest, AMissingSegmentRefusesToOpen) {
  open();
  append_many(3, 50);
  log_.reset();
  std::filesystem::remove(segment_paths().front());
  EXPECT_FALSE(try_open().has_value());
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogRecoveryTest, AMissingCheckpointRefusesToOpen) {
  open();
  append_many(3, 50);
  crash();
  std::filesystem::remove(settings_.directory + "/checkpoint");
  const Status opened = try_open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::internal);
}

TEST_F(LogRecoveryTest, ADamagedCheckpointRefusesToOpen) {
  open();
  append_many(3, 50);
  crash();
  const std::string path = settings_.directory + "/checkpoint";
  std::string bytes = file_bytes(path);
  bytes[40] ^= 1;
  replace_file(path, bytes);
  EXPECT_FALSE(try_open().has_value());
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(LogRecoveryTest, SegmentsCopiedWithoutCheckpointAndJournalAreTakenWhenWhole) {
  open();
  append_many(5, 50);
  log_.reset();
  std::filesystem::remove(settings_.directory + "/checkpoint");
  std::filesystem::remove(journal_path());
  EXPECT_EQ(verify(), Values{});
  open();
  EXPECT_EQ(values(), expected_);
  append_many(5, 50);
  crash();
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, ACrashInTheVeryFirstStartIsHarmless) {
  replace_file(settings_.directory + "/journal-1", std::string(10, '\0'));
  open();
  append_many(2, 50);
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, ACrashWhileATopicIsMadeIsHarmless) {
  open();
  log_.reset();
  const std::string topic = settings_.directory + "/new.topic";
  std::filesystem::create_directories(topic + "/0");
  std::filesystem::create_directories(topic + "/1");
  replace_file(topic + "/0/" + segment_name(0), "");
  replace_file(topic + "/1/" + segment_name(0), std::string(kSegmentHeaderBytes, '\0'));
  EXPECT_EQ(verify(), Values{});
  open();
  const Status made = log_->create_topic({"new.topic", 2, Millis{1000}, 1 << 20});
  EXPECT_TRUE(made.has_value()) << made.error().detail;
}

TEST_F(LogRecoveryTest, AnEmptySegmentThatNeverReachedTheDiskIsMadeAgain) {
  open(2);
  append_many(1, 10);
  crash();
  std::filesystem::remove(partition_directory(1) + "/" + segment_name(0));
  replace_file(partition_directory(0) + "/" + segment_name(0), "");
  EXPECT_EQ(verify(), Values{});
  open(2);
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, TopicsNobodyDeclaresAnyMoreAreRecoveredToo) {
  open();
  append_many(4, 50);
  crash();
  {
    MetricsRegistry metrics;
    auto log = SegmentLog::open(settings_, clock_, metrics);
    ASSERT_TRUE(log.has_value());
    ASSERT_TRUE((*log)->create_topic({"other", 1, Millis{1000}, 1 << 20}));
  }
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, JournalFilesStayFew) {
  settings_.journal_bytes = 2000;
  open();
  append_many(200, 300);
  std::size_t journals = 0;
  for (const auto& entry : std::filesystem::directory_iterator(settings_.directory)) {
    if (entry.path().filename().string().starts_with("journal-")) ++journals;
  }
  EXPECT_LE(journals, 3U);
  crash();
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, AnIdleJournalIsEmptiedAfterAWhile) {
  settings_.retention_interval = Millis{5};
  open();
  append_many(3, 50);
  for (int tries = 0; tries < 2000 && load_checkpoint(settings_.directory)->partitions.at("events/0").next_offset < 3;
       ++tries) {
    std::this_thread::sleep_for(Millis{5});
  }
  crash();
  EXPECT_EQ(load_checkpoint(settings_.directory)->partitions.at("events/0").next_offset, 3);
  open();
  EXPECT_EQ(values(), expected_);
}

TEST_F(LogRecoveryTest, RetentionAndCrashesGetAlong) {
  settings_.retention_interval = Millis{5};
  open();
  append_many(3, 50);
  clock_.advance(Millis{8LL * 24 * 3600 * 1000});
  for (int tries = 0; tries < 2000 && partition()->begin() < 3; ++tries) std::this_thread::sleep_for(Millis{5});
  crash();
  EXPECT_EQ(verify(), Values{});
  open();
  EXPECT_EQ(partition()->begin(), 3);
  EXPECT_EQ(partition()->end(), 3);
  ASSERT_TRUE(append("new"));
  crash();
  open();
  EXPECT_EQ(values(), Values{"new"});
}

}  // namespace
}  // namespace jangteo
