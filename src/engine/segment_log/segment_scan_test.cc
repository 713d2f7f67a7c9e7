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

// A segment that begins with offset 10, one record a frame.
class SegmentScanTest : public testing::Test {
 protected:
  SegmentScanTest() : bytes_(kSegmentHeaderBytes, '\0') { store_segment_header(bytes_.data(), 10); }

  void add(const std::string& value) {
    FrameBuilder builder;
    builder.add("key", value);
    const SegmentFrame frame = builder.finish(next_, Timestamp{next_ + 1});
    ++next_;
    frames_.push_back(bytes_.size());
    bytes_.append(frame.bytes.get(), frame.header.size_bytes);
  }
  SegmentScan scan(const std::string& bytes, std::uint64_t bytes_max = UINT64_MAX) {
    const std::string path = directory_.path() + "/" + segment_name(10);
    replace_file(path, bytes);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    auto scanned = scan_segment(file, path, 10, bytes_max);
    ::close(file);
    EXPECT_TRUE(scanned.has_value());
    return std::move(*scanned);
  }

  TemporaryLogDirectory directory_;
  std::string bytes_;
  std::vector<std::size_t> frames_;  // where each begins
  std::int64_t next_ = 10;
};

TEST_F(SegmentScanTest, ReadsToTheEnd) {
  for (const char* value : {"one", "two", "three"}) add(value);
  const SegmentScan found = scan(bytes_);
  EXPECT_FALSE(found.fault);
  EXPECT_EQ(found.end_position, bytes_.size());
  EXPECT_EQ(found.next_offset, 13);
  EXPECT_EQ(found.frames, 3U);
  EXPECT_EQ(found.last_at.ms, 13);
}

TEST_F(SegmentScanTest, ReadsNoFurtherThanAsked) {
  for (const char* value : {"one", "two", "three"}) add(value);
  const SegmentScan found = scan(bytes_.substr(0, frames_[2]) + "rubbish", frames_[2]);
  EXPECT_FALSE(found.fault);
  EXPECT_EQ(found.next_offset, 12);
  const SegmentScan into_a_frame = scan(bytes_, frames_[2] + 5);
  ASSERT_TRUE(into_a_frame.fault);
  EXPECT_EQ(into_a_frame.fault->position, frames_[2]);
}

TEST_F(SegmentScanTest, FramesLargerThanAChunkAreRead) {
  for (const std::size_t size : {1 << 20, 700000, 1 << 20, 1}) add(std::string(size, 'a'));
  const SegmentScan found = scan(bytes_);
  EXPECT_FALSE(found.fault);
  EXPECT_EQ(found.next_offset, 14);
  EXPECT_EQ(found.points.size(), 4U);
}

TEST_F(SegmentScanTest, PointsLeadToFrames) {
  for (int i = 0; i < 3000; ++i) add(std::string(100, 'x'));
  const SegmentScan found = scan(bytes_);
  ASSERT_GT(found.points.size(), 3U);
  ASSERT_LT(found.points.size(), 10U);
  for (const SegmentPoint& point : found.points) {
    EXPECT_EQ(load_frame_header(bytes_.data() + point.position).base_offset, point.offset);
  }
}

TEST_F(SegmentScanTest, FindsEveryFlippedBit) {
  for (const char* value : {"one", "two", "three"}) add(value);
  for (std::size_t bit = 0; bit < bytes_.size() * 8; ++bit) {
    std::string bytes = bytes_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const SegmentScan found = scan(bytes);
    ASSERT_TRUE(found.fault) << bit;
    std::size_t expected = 0;
    for (const std::size_t frame : frames_) {
      if (frame <= bit / 8) expected = frame;
    }
    EXPECT_EQ(found.fault->position, expected) << bit;
  }
}

TEST_F(SegmentScanTest, FindsEveryCut) {
  for (const char* value : {"one", "two"}) add(value);
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    const SegmentScan found = scan(bytes_.substr(0, size));
    const bool whole = size == frames_[0] || size == frames_[1];
    EXPECT_EQ(found.fault.has_value(), !whole) << size;
  }
}

TEST_F(SegmentScanTest, FindsAFrameThatIsMissing) {
  for (const char* value : {"one", "two", "three"}) add(value);
  const SegmentScan found = scan(bytes_.substr(0, frames_[1]) + bytes_.substr(frames_[2]));
  ASSERT_TRUE(found.fault);
  EXPECT_EQ(found.fault->position, frames_[1]);
  EXPECT_EQ(found.next_offset, 11);
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
