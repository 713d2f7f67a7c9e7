#include "engine/segment_log/segment_frame.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"

namespace jangteo {

namespace {

constexpr std::string_view kMagic = "JTSEG001";
constexpr std::size_t kFirstCapacityBytes = 1024;

bool records_fill_frame(const char* at, const char* end, std::uint32_t count) {
  for (; count > 0; --count) {
    if (static_cast<std::size_t>(end - at) < kRecordHeaderBytes) return false;
    const std::size_t value_bytes = load_le<std::uint32_t>(at);
    const std::size_t key_bytes = load_le<std::uint16_t>(at + 4);
    at += kRecordHeaderBytes;
    if (key_bytes > kLogKeyBytesMax || value_bytes > kLogValueBytesMax) return false;
    if (static_cast<std::size_t>(end - at) < key_bytes + value_bytes) return false;
    at += key_bytes + value_bytes;
  }
  return at == end;
}

}  // namespace

FrameHeader load_frame_header(const char* bytes) {
  FrameHeader header;
  header.crc = load_le<std::uint32_t>(bytes);
  header.size_bytes = load_le<std::uint32_t>(bytes + 4);
  header.base_offset = load_le<std::int64_t>(bytes + 8);
  header.at.ms = load_le<std::int64_t>(bytes + 16);
  header.count = load_le<std::uint32_t>(bytes + 24);
  return header;
}

DecodedFrame decode_frame(std::string_view bytes) {
  DecodedFrame decoded;
  if (bytes.size() < kFrameHeaderBytes) {
    decoded.state = FrameState::cut;
    return decoded;
  }
  decoded.header = load_frame_header(bytes.data());
  const FrameHeader& header = decoded.header;
  if (header.size_bytes < kFrameHeaderBytes || header.size_bytes > kFrameBytesMax) {
    decoded.state = FrameState::broken;
  } else if (header.size_bytes > bytes.size()) {
    decoded.state = FrameState::cut;
  } else if (header.count == 0 || header.base_offset < 0 || header.base_offset > INT64_MAX - header.count ||
             crc32c(bytes.substr(4, header.size_bytes - 4)) != header.crc ||
             !records_fill_frame(bytes.data() + kFrameHeaderBytes, bytes.data() + header.size_bytes, header.count)) {
    decoded.state = FrameState::broken;
  } else {
    decoded.state = FrameState::whole;
  }
  return decoded;
}

void FrameBuilder::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  auto larger = std::make_unique_for_overwrite<char[]>(bytes);
  if (count_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = bytes;
}

void FrameBuilder::add(std::string_view key, std::string_view value) {
  JT_ASSERT(key.size() <= kLogKeyBytesMax && value.size() <= kLogValueBytesMax, "record sizes are checked before");
  const std::size_t more = kRecordHeaderBytes + key.size() + value.size();
  if (size_ + more > capacity_) reserve(std::max({size_ + more, capacity_ * 2, kFirstCapacityBytes}));
  char* at = bytes_.get() + size_;
  store_le(at, static_cast<std::uint32_t>(value.size()));
  store_le(at + 4, static_cast<std::uint16_t>(key.size()));
  if (!key.empty()) std::memcpy(at + kRecordHeaderBytes, key.data(), key.size());
  if (!value.empty()) std::memcpy(at + kRecordHeaderBytes + key.size(), value.data(), value.size());
  size_ += more;
  ++count_;
}

SegmentFrame FrameBuilder::finish(std::int64_t base_offset, Timestamp at) {
  JT_ASSERT(count_ > 0, "a frame holds a record");
  SegmentFrame frame;
  frame.header.size_bytes = static_cast<std::uint32_t>(size_);
  frame.header.base_offset = base_offset;
  frame.header.at = at;
  frame.header.count = count_;
  char* out = bytes_.get();
  store_le(out + 4, frame.header.size_bytes);
  store_le(out + 8, frame.header.base_offset);
  store_le(out + 16, frame.header.at.ms);
  store_le(out + 24, frame.header.count);
  frame.header.crc = crc32c({out + 4, size_ - 4});
  store_le(out, frame.header.crc);
  std::shared_ptr<char[]> owner(std::move(bytes_));
  frame.bytes = std::shared_ptr<const char>(owner, owner.get());
  size_ = kFrameHeaderBytes;
  capacity_ = 0;
  count_ = 0;
  return frame;
}

void store_segment_header(char* out, std::int64_t first_offset) {
  std::memset(out, 0, kSegmentHeaderBytes);
  std::memcpy(out, kMagic.data(), kMagic.size());
  store_le(out + 8, first_offset);
  store_le(out + 16, crc32c({out, 16}));
}

bool is_segment_header(std::string_view bytes, std::int64_t first_offset) {
  char expected[kSegmentHeaderBytes];
  store_segment_header(expected, first_offset);
  return bytes.substr(0, kSegmentHeaderBytes) == std::string_view(expected, kSegmentHeaderBytes);
}

}  // namespace jangteo
