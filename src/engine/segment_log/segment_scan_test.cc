#include "engine/segment_log/segment_scan.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "engine/segment_log/segment_frame.h"
#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

// A segment that begins with offset 10, built round by round.
class SegmentScanTest : public testing::Test {
 protected:
  SegmentScanTest() : bytes_(kSegmentHeaderBytes, '\0') { store_segment_header(bytes_.data(), 10); }

  // A round of frames with one record each; the position of its first byte.
  std::size_t add_round(const std::vector<std::string>& values) {
    const std::size_t position = bytes_.size();
    for (const std::string& value : values) {
      FrameBuilder builder;
      builder.add("key", value);
      const SegmentFrame frame = builder.finish(next_, Timestamp{next_ + 1}, static_cast<std::uint32_t>(position));
      ++next_;
      frames_.push_back(bytes_.size());
      bytes_.append(frame.bytes.get(), frame.header.size_bytes);
    }
    return position;
  }
  SegmentScan scan(const std::string& bytes) {
    const std::string path = directory_.path() + "/" + segment_name(10);
    replace_file(path, bytes);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    auto scanned = scan_segment(file, path, 10);
    ::close(file);
    EXPECT_TRUE(scanned.has_value());
    return std::move(*scanned);
  }
  static void flip(std::string& bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }

  TemporaryLogDirectory directory_;
  std::string bytes_;
  std::vector<std::size_t> frames_;  // where each begins
  std::int64_t next_ = 10;
};

TEST_F(SegmentScanTest, ReadsToTheEndAndToTheZeros) {
  add_round({"one"});
  add_round({"two", "three"});
  for (const std::size_t zeros : {0, 1, 31, 32, 5000}) {
    const SegmentScan found = scan(bytes_ + std::string(zeros, '\0'));
    EXPECT_FALSE(found.fault);
    EXPECT_EQ(found.end_position, bytes_.size());
    EXPECT_EQ(found.next_offset, 13);
    EXPECT_EQ(found.frames, 3U);
    EXPECT_EQ(found.last_at.ms, 13);
  }
}

TEST_F(SegmentScanTest, FramesLargerThanAChunkAreRead) {
  add_round({std::string(1 << 20, 'a')});
  add_round({std::string(700000, 'b'), std::string(1 << 20, 'c'), "d"});
  const SegmentScan found = scan(bytes_);
  EXPECT_FALSE(found.fault);
  EXPECT_EQ(found.next_offset, 14);
  EXPECT_EQ(found.points.size(), 4U);
}

TEST_F(SegmentScanTest, PointsLeadToFrames) {
  for (int i = 0; i < 3000; ++i) add_round({std::string(100, 'x')});
  const SegmentScan found = scan(bytes_);
  ASSERT_GT(found.points.size(), 3U);
  ASSERT_LT(found.points.size(), 10U);
  for (const SegmentPoint& point : found.points) {
    EXPECT_EQ(load_frame_header(bytes_.data() + point.position).base_offset, point.offset);
  }
}

TEST_F(SegmentScanTest, ATailTornAtAnyByteIsTorn) {
  add_round({"one", "two"});
  const std::size_t last = add_round({"a last record of some length"});
  for (std::size_t size = last + 1; size < bytes_.size(); ++size) {
    for (const std::size_t zeros : {0, 4096}) {
      const SegmentScan found = scan(bytes_.substr(0, size) + std::string(zeros, '\0'));
      EXPECT_EQ(found.end_position, last) << size;
      EXPECT_EQ(found.next_offset, 12);
      // No fault while all that was there of the frame is zero.
      EXPECT_TRUE(!found.fault || found.fault->torn) << size;
    }
  }
}

TEST_F(SegmentScanTest, ARoundTornInItsMiddleIsTorn) {
  add_round({"one"});
  const std::size_t round = add_round({"the first frame is broken", "the second is whole"});
  for (std::size_t bit = round * 8; bit < frames_[2] * 8; ++bit) {
    std::string bytes = bytes_;
    flip(bytes, bit);
    const SegmentScan found = scan(bytes);
    ASSERT_TRUE(found.fault);
    EXPECT_TRUE(found.fault->torn) << bit;
    EXPECT_EQ(found.fault->position, round);
    EXPECT_EQ(found.next_offset, 11);
  }
}

TEST_F(SegmentScanTest, EveryFlippedBitBeforeALaterRoundIsDamage) {
  add_round({"one"});
  const std::size_t second = add_round({"two"});
  add_round({"three"});
  for (std::size_t bit = 0; bit < frames_[2] * 8; ++bit) {
    std::string bytes = bytes_;
    flip(bytes, bit);
    const SegmentScan found = scan(bytes);
    ASSERT_TRUE(found.fault) << bit;
    EXPECT_FALSE(found.fault->torn) << bit;
    const std::size_t expected = bit / 8 < kSegmentHeaderBytes ? 0 : bit / 8 < second ? kSegmentHeaderBytes : second;
    EXPECT_EQ(found.fault->position, expected) << bit;
  }
}

TEST_F(SegmentScanTest, ZerosInsteadOfAFrameBeforeALaterRoundAreDamage) {
  add_round({"one"});
  const std::size_t second = add_round({"two"});
  add_round({"three"});
  std::string bytes = bytes_;
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(second),
            bytes.begin() + static_cast<std::ptrdiff_t>(frames_[2]), '\0');
  const SegmentScan found = scan(bytes);
  ASSERT_TRUE(found.fault);
  EXPECT_FALSE(found.fault->torn);
}

TEST_F(SegmentScanTest, AFrameThatIsMissingIsDamage) {
  add_round({"one"});
  const std::size_t second = add_round({"two"});
  add_round({"three"});
  add_round({"four"});
  const std::string without = bytes_.substr(0, second) + bytes_.substr(frames_[2]);
  const SegmentScan found = scan(without);
  ASSERT_TRUE(found.fault);
  EXPECT_EQ(found.fault->position, second);
  EXPECT_EQ(found.next_offset, 11);
}

TEST_F(SegmentScanTest, AHeaderThatWasNeverWrittenIsTorn) {
  for (const std::size_t size : {0, 5, 32, 5000}) {
    const SegmentScan found = scan(std::string(size, '\0'));
    ASSERT_TRUE(found.fault);
    EXPECT_TRUE(found.fault->torn);
    EXPECT_EQ(found.end_position, 0U);
    EXPECT_EQ(found.next_offset, 10);
  }
}

TEST(SegmentName, IsItsFirstOffset) {
  EXPECT_EQ(segment_name(4711), "00000000000000004711.log");
  EXPECT_EQ(segment_first_offset("00000000000000004711.log"), 4711);
  EXPECT_EQ(segment_first_offset(segment_name(INT64_MAX)), INT64_MAX);
  for (const char* name : {"", "4711.log", "00000000000000004711.lo", "0000000000000000471x.log", "lock",
                           "99999999999999999999.log", "-0000000000000000001.log"}) {
    EXPECT_FALSE(segment_first_offset(name)) << name;
  }
}

}  // namespace
}  // namespace jangteo
