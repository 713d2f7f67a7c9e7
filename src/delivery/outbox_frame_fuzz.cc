// Rows of an outbox from anywhere: bytes that are read as frames are exactly what writing these frames gives.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "delivery/outbox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jangteo;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  std::vector<LogEntry> entries;
  const auto read = read_frames(body, entries);
  std::string again;
  for (const auto& entry : entries) {
    if (entry.topic.size() > 255 || entry.key.size() > kEntryKeyBytesMax || entry.value.size() > kEntryValueBytesMax)
      return 0;
    append_frame(again, entry.topic, entry.partition, entry.key, entry.value);
  }
  JT_ASSERT(body.starts_with(again), "frames are read as they were written");
  JT_ASSERT(read.has_value() == (again.size() == body.size()), "all bytes belong to frames, or the row is refused");
  return 0;
}
