#include "engine/segment_log/log_journal.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/segment_log/log_journal_reader.h"
#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

class LogJournalTest : public testing::Test {
 protected:
  void start(std::uint64_t sequence, std::uint64_t previous_end = 0, const std::string& spare = {}) {
    auto started = LogJournal::start(directory_.path(), sequence, previous_end, spare);
    ASSERT_TRUE(started.has_value()) << started.error().detail;
    journal_ = std::move(*started);
    entries_.clear();
  }
  SegmentFrame frame(const std::string& value) {
    FrameBuilder builder;
    builder.add("key", value);
    return builder.finish(next_offset_++, Timestamp{1});
  }
  // One round with an entry for each value.
  void round(const std::vector<std::string>& values) {
    std::vector<SegmentFrame> frames;
    for (const std::string& value : values) {
      frames.push_back(frame(value));
      const std::size_t before = entries_.empty() ? journal_->size_bytes() : entry_end_;
      entries_.push_back(before);
      entry_end_ = before + kLogJournalEntryHeaderBytes + 8 + frames.back().header.size_bytes;
    }
    journal_->add("events/0", frames);
    ASSERT_TRUE(journal_->write());
    ASSERT_TRUE(journal_->sync());
    ASSERT_EQ(journal_->size_bytes(), entry_end_);
  }
  Result<LogJournalContents> read(std::uint64_t sequence, std::uint64_t position = kLogJournalHeaderBytes) {
    return read_log_journals(directory_.path(), sequence, position);
  }
  std::vector<std::string> values(std::uint64_t sequence, std::uint64_t position = kLogJournalHeaderBytes) {
    auto contents = read(sequence, position);
    EXPECT_TRUE(contents.has_value()) << contents.error().detail;
    std::vector<std::string> found;
    if (!contents) return found;
    for (const LogJournalFrame& entry : contents->frames) {
      EXPECT_EQ(entry.name, "events/0");
      for (RecordCursor record(entry.frame); record.next();) found.emplace_back(record.value());
    }
    return found;
  }
  std::string path(std::uint64_t sequence) const { return directory_.path() + "/" + log_journal_name(sequence); }

  TemporaryLogDirectory directory_;
  std::unique_ptr<LogJournal> journal_;
  std::int64_t next_offset_ = 0;
  std::vector<std::size_t> entries_;  // where each begins
  std::size_t entry_end_ = 0;
};

using Values = std::vector<std::string>;

TEST_F(LogJournalTest, ReadsBackItsRounds) {
  start(1);
  EXPECT_EQ(values(1), Values{});
  round({"one"});
  round({"two", "three"});
  EXPECT_EQ(values(1), (Values{"one", "two", "three"}));
  EXPECT_EQ(values(1, entries_[1]), (Values{"two", "three"}));
  EXPECT_EQ(values(1, entry_end_), Values{});
  EXPECT_EQ(read(1)->last_end, entry_end_);
}

TEST_F(LogJournalTest, LargeRoundsAreRead) {
  start(1);
  Values expected;
  for (int i = 0; i < 3000; ++i) expected.push_back(std::string(100, 'x') + std::to_string(i));
  expected.push_back(std::string(1 << 20, 'y'));
  round(expected);
  EXPECT_EQ(values(1), expected);
}

TEST_F(LogJournalTest, ALastRoundTornAtAnyByteIsLeftOut) {
  start(1);
  round({"one"});
  round({"two", "three"});
  const std::string whole = file_bytes(path(1));
  for (std::size_t size = entries_[1]; size < entry_end_; ++size) {
    for (const std::size_t zeros : {0, 5000}) {
      replace_file(path(1), whole.substr(0, size) + std::string(zeros, '\0'));
      const Values expected = size < entries_[2] ? Values{"one"} : Values{"one", "two"};
      EXPECT_EQ(values(1), expected) << size;
    }
  }
}

TEST_F(LogJournalTest, ALastRoundThatLostItsBeginningIsLeftOut) {
  start(1);
  round({"one"});
  round({"two", "three"});
  const std::string whole = file_bytes(path(1));
  for (std::size_t byte = entries_[1]; byte < entries_[2]; ++byte) {
    std::string bytes = whole;
    bytes[byte] ^= 0x10;
    replace_file(path(1), bytes);
    EXPECT_EQ(values(1), Values{"one"}) << byte;
  }
}

TEST_F(LogJournalTest, EveryFlippedBitBeforeTheLastRoundIsDamage) {
  start(1);
  round({"one"});
  round({"two"});
  round({"three"});
  const std::string whole = file_bytes(path(1));
  for (std::size_t bit = 0; bit < entries_[2] * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    replace_file(path(1), bytes);
    auto found = read(1);
    if (bit / 8 >= 28 && bit / 8 < kLogJournalHeaderBytes) continue;  // unused
    ASSERT_FALSE(found.has_value()) << bit;
    EXPECT_EQ(found.error().code, ErrorCode::internal);
    const std::size_t at = bit / 8 < kLogJournalHeaderBytes ? 0 : bit / 8 < entries_[1] ? entries_[0] : entries_[1];
    EXPECT_EQ(found.error().detail.find(path(1) + ": byte " + std::to_string(at) + ": "), 0U) << found.error().detail;
  }
}

TEST_F(LogJournalTest, OneJournalFollowsAnother) {
  start(7);
  round({"one"});
  start(8, journal_->size_bytes());
  EXPECT_EQ(values(7), Values{"one"});
  round({"two"});
  start(9, journal_->size_bytes());
  round({"three"});
  EXPECT_EQ(values(7), (Values{"one", "two", "three"}));
  EXPECT_EQ(values(9), Values{"three"});
  EXPECT_EQ(read(7)->last_sequence, 9U);
}

TEST_F(LogJournalTest, AFileUsedAgainShowsNothingOfItsPast) {
  start(1);
  round({"old one", "old two"});
  round({"old three"});
  const std::size_t size = std::filesystem::file_size(path(1));
  const std::string spare = path(1);
  start(5, 0, spare);
  EXPECT_FALSE(std::filesystem::exists(spare));
  EXPECT_EQ(std::filesystem::file_size(path(5)), size);
  EXPECT_EQ(values(5), Values{});
  round({"new one"});  // ends where an old entry ends or in one
  EXPECT_EQ(values(5), Values{"new one"});
  round({"new two"});
  EXPECT_EQ(values(5), (Values{"new one", "new two"}));
}

TEST_F(LogJournalTest, AnEndThatIsLostBeforeTheNextJournalIsDamage) {
  start(1);
  round({"one"});
  round({"two"});
  const std::size_t last = entries_[1];
  start(2, journal_->size_bytes());
  std::string bytes = file_bytes(path(1));
  bytes[last + 30] ^= 1;
  replace_file(path(1), bytes);
  auto found = read(1);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().detail.find(path(1) + ": byte " + std::to_string(last)), 0U) << found.error().detail;
}

TEST_F(LogJournalTest, AMissingJournalIsDamage) {
  start(1);
  round({"one"});
  start(2, journal_->size_bytes());
  std::filesystem::remove(path(1));
  EXPECT_FALSE(read(1).has_value());
  EXPECT_TRUE(read(2).has_value());
}

TEST_F(LogJournalTest, AJournalCutBeforeTheCheckpointIsDamage) {
  start(1);
  round({"one"});
  replace_file(path(1), file_bytes(path(1)).substr(0, 40));
  EXPECT_FALSE(read(1, entry_end_).has_value());
}

TEST_F(LogJournalTest, AJournalThatNeverStartedCountsAsNone) {
  start(1);
  round({"one"});
  replace_file(path(2), std::string(1000, '\0'));
  EXPECT_EQ(values(1), Values{"one"});
  replace_file(path(2), file_bytes(path(1)));  // renamed for its next use, not yet overwritten
  EXPECT_EQ(values(1), Values{"one"});
  EXPECT_EQ(read(1)->last_sequence, 1U);
}

TEST_F(LogJournalTest, AStartedJournalWithABrokenHeaderIsDamage) {
  start(1);
  round({"one"});
  start(2, journal_->size_bytes());
  round({"two"});
  std::string bytes = file_bytes(path(2));
  bytes[9] ^= 1;
  replace_file(path(2), bytes);
  EXPECT_FALSE(read(1).has_value());
}

}  // namespace
}  // namespace jangteo
