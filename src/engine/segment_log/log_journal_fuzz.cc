// Any bytes as a journal and as a checkpoint: what is not whole is refused, and nothing is read past the end.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/log_journal.h"

namespace {

using namespace jangteo;

void walk(std::string_view bytes, std::uint64_t sequence) {
  while (auto entry = decode_log_journal_entry(bytes, sequence)) {
    const std::size_t size = entry->frame_at + entry->frame.header.size_bytes;
    JT_ASSERT(size <= bytes.size(), "an entry lies in its bytes");
    JT_ASSERT(entry->frame_at == kLogJournalEntryHeaderBytes + entry->name.size(), "the frame follows the name");
    bytes.remove_prefix(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  decode_log_journal_header(bytes);
  walk(bytes, 1);
  if (bytes.size() > kLogJournalHeaderBytes) walk(std::string_view(bytes).substr(kLogJournalHeaderBytes), 1);
  // The same with a checksum of the entry's header that fits.
  if (bytes.size() >= kLogJournalEntryHeaderBytes) {
    const std::size_t end = kLogJournalEntryHeaderBytes + load_le<std::uint16_t>(bytes.data() + 20);
    if (end <= bytes.size()) {
      std::string fitting = bytes;
      store_le(fitting.data(), crc32c(std::string_view(fitting).substr(4, end - 4)));
      walk(fitting, load_le<std::uint64_t>(fitting.data() + 8));
    }
  }
  if (auto checkpoint = parse_checkpoint(bytes)) {
    JT_ASSERT(parse_checkpoint(to_text(*checkpoint)).value() == *checkpoint, "a checkpoint survives being written");
  }
  return 0;
}
