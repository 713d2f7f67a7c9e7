// SegmentFrame: the unit that is written, checked and handed out. A frame holds the records that one round of the
// flusher gave to one partition (closed early when it grows past a limit, always between two appends).
//
//   segment file "00000000000000004711.log" (the name is the offset of its first record)
//   ┌───────────────┬─────────┬─────────┬─ ─ ─
//   │ header 32 B   │ frame   │ frame   │          what log_checkpoint.h says is durable; behind it nothing counts
//   └───────────────┴─────────┴─────────┴─ ─ ─
//   file header    0 "JTSEG001"    8 u64 first offset    16 u32 CRC32C of bytes 0-15    20 zeros
//
//   frame          0 u32 CRC32C of bytes 4 to the end of the frame
//                  4 u32 size of the frame in bytes, this header included
//                  8 u64 offset of the first record; the others follow without gaps
//                 16 i64 time in UTC milliseconds, when the round began
//                 24 u32 count of records, at least 1
//                 28 records
//   record         0 u32 size of the value   4 u16 size of the key   6 key, value
//
// A frame first becomes durable in the journal (log_journal.h), byte for byte the same.
// All integers are little endian. CRC32C: RFC 3720 appendix B.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace jangteo {

constexpr std::size_t kSegmentHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 28;
constexpr std::size_t kRecordHeaderBytes = 6;
constexpr std::size_t kLogKeyBytesMax = 1024;
constexpr std::size_t kLogValueBytesMax = 1 << 20;
constexpr std::size_t kFrameBytesMax = 1 << 30;  // more is damage; the writer stays far below

struct FrameHeader {
  std::uint32_t crc = 0;
  std::uint32_t size_bytes = 0;
  std::int64_t base_offset = 0;
  Timestamp at;
  std::uint32_t count = 0;

  std::int64_t next_offset() const { return base_offset + count; }
};

// A frame's bytes (header and records), immutable, shared between the log and its readers.
struct SegmentFrame {
  std::shared_ptr<const char> bytes;
  FrameHeader header;
};

enum class FrameState : std::uint8_t {
  whole,
  cut,     // there are fewer bytes than a frame has
  broken,  // checksum or structure is wrong
};

struct DecodedFrame {
  FrameState state = FrameState::broken;
  FrameHeader header;  // as read, also when the state is not `whole`
};

// Reads the header alone; `bytes` holds at least kFrameHeaderBytes.
FrameHeader load_frame_header(const char* bytes);

// Checks size, checksum and structure of the frame that begins `bytes` (what follows it is ignored). Any bytes are
// safe.
DecodedFrame decode_frame(std::string_view bytes);

// Walks the records of a whole frame.
class RecordCursor {
 public:
  explicit RecordCursor(const SegmentFrame& frame)
      : at_(frame.bytes.get() + kFrameHeaderBytes), offset_(frame.header.base_offset), left_(frame.header.count) {}

  bool next() {
    if (left_ == 0) return false;
    if (started_) step();
    started_ = true;
    --left_;
    return true;
  }
  std::int64_t offset() const { return offset_; }
  std::string_view key() const { return {at_ + kRecordHeaderBytes, key_bytes()}; }
  std::string_view value() const { return {at_ + kRecordHeaderBytes + key_bytes(), value_bytes()}; }

 private:
  std::size_t value_bytes() const { return load_le<std::uint32_t>(at_); }
  std::size_t key_bytes() const { return load_le<std::uint16_t>(at_ + 4); }
  void step() {
    at_ += kRecordHeaderBytes + key_bytes() + value_bytes();
    ++offset_;
  }
  const char* at_;
  std::int64_t offset_;
  std::uint32_t left_;
  bool started_ = false;
};

// Collects records into a frame's bytes. One owner at a time; finish() empties it.
class FrameBuilder {
 public:
  void add(std::string_view key, std::string_view value);
  std::size_t size_bytes() const { return size_; }
  std::uint32_t count() const { return count_; }
  void reserve(std::size_t bytes);

  // Fills in the header. The frame's bytes are this builder's, handed over.
  SegmentFrame finish(std::int64_t base_offset, Timestamp at);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = kFrameHeaderBytes;
  std::size_t capacity_ = 0;
  std::uint32_t count_ = 0;
};

// The 32 bytes that begin a segment file.
void store_segment_header(char* out, std::int64_t first_offset);
bool is_segment_header(std::string_view bytes, std::int64_t first_offset);

}  // namespace jangteo
