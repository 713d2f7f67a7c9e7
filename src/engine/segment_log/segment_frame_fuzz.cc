// Any bytes as a segment's frames: decode_frame() says what they are without reading past them, and the records of a
// whole frame lie inside it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/hash.h"
#include "engine/segment_log/segment_frame.h"

namespace {

using namespace jangteo;

void walk(std::string_view bytes) {
  while (!bytes.empty()) {
    const DecodedFrame decoded = decode_frame(bytes);
    if (decoded.state != FrameState::whole) return;
    const std::size_t size = decoded.header.size_bytes;
    JT_ASSERT(size >= kFrameHeaderBytes && size <= bytes.size(), "a whole frame lies in its bytes");
    // A copy of exactly its size, so that a sanitizer sees a step past the end.
    std::shared_ptr<char[]> copy(new char[size]);
    bytes.copy(copy.get(), size);
    const SegmentFrame frame{std::shared_ptr<const char>(copy, copy.get()), decoded.header};
    std::size_t total = kFrameHeaderBytes;
    std::int64_t offset = decoded.header.base_offset;
    unsigned sum = 0;
    for (RecordCursor record(frame); record.next(); ++offset) {
      JT_ASSERT(record.offset() == offset, "offsets have no gaps");
      for (const char c : record.key()) sum += static_cast<unsigned char>(c);
      for (const char c : record.value()) sum += static_cast<unsigned char>(c);
      total += kRecordHeaderBytes + record.key().size() + record.value().size();
    }
    JT_ASSERT(total == size && offset == decoded.header.next_offset(), "records fill their frame");
    asm volatile("" : : "r"(sum));  // the bytes are really read
    bytes.remove_prefix(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  walk(bytes);
  // The same with a checksum that fits, to get behind it.
  if (size >= kFrameHeaderBytes) {
    const std::size_t claimed = load_frame_header(bytes.data()).size_bytes;
    const std::size_t covered = claimed >= kFrameHeaderBytes && claimed <= size ? claimed : size;
    const std::uint32_t crc = crc32c(std::string_view(bytes).substr(4, covered - 4));
    bytes.replace(0, sizeof(crc), reinterpret_cast<const char*>(&crc), sizeof(crc));
    walk(bytes);
  }
  is_segment_header(bytes, 0);
  return 0;
}
