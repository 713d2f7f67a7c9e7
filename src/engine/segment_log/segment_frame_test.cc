#include "engine/segment_log/segment_frame.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace jangteo {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

SegmentFrame make_frame(const Records& records, std::int64_t base_offset = 40) {
  FrameBuilder builder;
  for (const auto& [key, value] : records) builder.add(key, value);
  return builder.finish(base_offset, Timestamp{1234567890123});
}
std::string bytes_of(const SegmentFrame& frame) { return {frame.bytes.get(), frame.header.size_bytes}; }
void fix_checksum(std::string& bytes) {
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(4));
  std::memcpy(bytes.data(), &crc, sizeof(crc));
}

TEST(SegmentFrame, KeepsItsRecords) {
  const Records records{{"key", "value"}, {"", ""}, {std::string(1024, 'k'), std::string(1 << 20, 'v')}, {"", "x"}};
  const SegmentFrame frame = make_frame(records);
  const DecodedFrame decoded = decode_frame(bytes_of(frame));
  ASSERT_EQ(decoded.state, FrameState::whole);
  EXPECT_EQ(decoded.header.base_offset, 40);
  EXPECT_EQ(decoded.header.next_offset(), 44);
  EXPECT_EQ(decoded.header.at.ms, 1234567890123);
  Records found;
  std::int64_t offset = 40;
  for (RecordCursor record(frame); record.next(); ++offset) {
    EXPECT_EQ(record.offset(), offset);
    found.emplace_back(record.key(), record.value());
  }
  EXPECT_EQ(found, records);
}

TEST(SegmentFrame, LayoutOnDiskStaysAsItIs) {
  std::string expected(
      "\x00\x00\x00\x00"                  // checksum, below
      "\x27\x00\x00\x00"                  // 39 bytes
      "\x28\x00\x00\x00\x00\x00\x00\x00"  // offset 40
      "\xcb\x04\xfb\x71\x1f\x01\x00\x00"  // 1234567890123 ms
      "\x01\x00\x00\x00"                  // one record
      "\x03\x00\x00\x00"                  // 3 bytes of value
      "\x02\x00"                          // 2 of key
      "idabc",
      39);
  fix_checksum(expected);
  EXPECT_EQ(bytes_of(make_frame({{"id", "abc"}})), expected);
}

TEST(SegmentFrame, FindsEveryFlippedBit) {
  const std::string whole = bytes_of(make_frame({{"key", "value"}, {"other", "more"}}));
  for (std::size_t i = 0; i < whole.size() * 8; ++i) {
    std::string bytes = whole;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    EXPECT_NE(decode_frame(bytes).state, FrameState::whole) << "bit " << i;
  }
}

TEST(SegmentFrame, IsCutAtEveryLengthButItsOwn) {
  const std::string whole = bytes_of(make_frame({{"key", "value"}}));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(decode_frame(std::string_view(whole).substr(0, size)).state, FrameState::cut) << size;
  }
  EXPECT_EQ(decode_frame(whole + "what follows").state, FrameState::whole);
}

TEST(SegmentFrame, ZerosAreNoFrame) {
  EXPECT_EQ(decode_frame({}).state, FrameState::cut);
  EXPECT_EQ(decode_frame(std::string(7, '\0')).state, FrameState::cut);
  EXPECT_EQ(decode_frame(std::string(500, '\0')).state, FrameState::broken);
}

TEST(SegmentFrame, RefusesAStructureThatItsChecksumCovers) {
  const std::string whole = bytes_of(make_frame({{"key", "value"}, {"a", "b"}}));
  const auto with = [&](std::size_t at, std::uint32_t number) {
    std::string bytes = whole;
    std::memcpy(bytes.data() + at, &number, sizeof(number));
    fix_checksum(bytes);
    return decode_frame(bytes).state;
  };
  EXPECT_EQ(with(24, 2), FrameState::whole);
  EXPECT_EQ(with(24, 0), FrameState::broken);           // no record
  EXPECT_EQ(with(24, 1), FrameState::broken);           // bytes are left over
  EXPECT_EQ(with(24, 3), FrameState::broken);           // a record is missing
  EXPECT_EQ(with(12, 0x80000000), FrameState::broken);  // a negative offset
  EXPECT_EQ(with(28, 0xffffffff), FrameState::broken);  // a value past the end
  EXPECT_EQ(with(4, kFrameHeaderBytes - 1), FrameState::broken);
  EXPECT_EQ(with(4, 0x7fffffff), FrameState::broken);  // larger than any frame
}

TEST(SegmentFrame, ABuilderStartsAgainAfterItsFrame) {
  FrameBuilder builder;
  builder.add("a", "1");
  const SegmentFrame first = builder.finish(0, Timestamp{1});
  EXPECT_EQ(builder.count(), 0U);
  builder.add("b", "2");
  const SegmentFrame second = builder.finish(1, Timestamp{2});
  EXPECT_EQ(first.header.size_bytes, second.header.size_bytes);
  EXPECT_EQ(decode_frame(bytes_of(first)).state, FrameState::whole);
  EXPECT_EQ(decode_frame(bytes_of(second)).state, FrameState::whole);
}

TEST(SegmentHeader, KnowsItsOffset) {
  char bytes[kSegmentHeaderBytes];
  store_segment_header(bytes, 4711);
  const std::string_view header(bytes, sizeof(bytes));
  EXPECT_TRUE(is_segment_header(header, 4711));
  EXPECT_FALSE(is_segment_header(header, 4712));
  EXPECT_FALSE(is_segment_header(header.substr(0, 31), 4711));
}

}  // namespace
}  // namespace jangteo
