// LogJournal: where a round becomes durable. All partitions share it, so that a round costs one write and one fdatasync
// however many partitions it touches; their segments are written later, in large pieces and without haste.
//
//   journal-<sequence>   ┌──────────────┬───────┬───────┬─ ─ ─┬───────────────────────────────────┐
//                        │ header 32 B  │ entry │ entry │     │ zeros, or entries of the sequence │
//                        │              │       │       │     │ that used this file before        │
//                        └──────────────┴───────┴───────┴─ ─ ─┴───────────────────────────────────┘
//   header    0 "JTJRN001"   8 u64 sequence   16 u64 where the entries of the sequence before end (0: not known)
//            24 u32 CRC32C of bytes 0-23   28 zeros
//   entry     0 u32 CRC32C of bytes 4 to the end of the name
//             4 u32 size of the frame   8 u64 sequence
//            16 u32 round position: where in this file the round began that wrote the entry. All bytes before it were
//                   durable when the entry was written, which tells damage from a torn write.
//            20 u16 size of the name   22 u16 zero
//            24 name "<topic>/<partition>", then the frame (segment_frame.h)
//
// All integers are little endian. A file is used again under another sequence once its entries stand in segments
// (log_checkpoint.h): overwriting needs no new blocks, so fdatasync commits no metadata.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/segment_frame.h"

namespace jangteo {

constexpr std::size_t kLogJournalHeaderBytes = 32;
constexpr std::size_t kLogJournalEntryHeaderBytes = 24;

struct LogJournalHeader {
  std::uint64_t sequence = 0;
  std::uint64_t previous_end = 0;
};

struct LogJournalEntry {
  std::string_view name;  // of the partition
  DecodedFrame frame;
  std::size_t frame_at = 0;  // where in `bytes` it begins
  std::uint32_t round_position = 0;
};

std::string log_journal_name(std::uint64_t sequence);
// Empty when the bytes are no such header.
std::optional<LogJournalHeader> decode_log_journal_header(std::string_view bytes);
// The entry that begins `bytes`; empty when there is none of this sequence, or it is torn or damaged. Any bytes are
// safe.
std::optional<LogJournalEntry> decode_log_journal_entry(std::string_view bytes, std::uint64_t sequence);

// One journal file being written. One thread at a time.
class LogJournal {
 public:
  // Durable and empty when it returns. `spare`: a journal file that is no longer needed and becomes this one, or empty.
  static Result<std::unique_ptr<LogJournal>> start(const std::string& directory, std::uint64_t sequence,
                                                   std::uint64_t previous_end, const std::string& spare);
  ~LogJournal();
  LogJournal(const LogJournal&) = delete;
  LogJournal& operator=(const LogJournal&) = delete;

  // A round: add() frames (what they and `name` view lives until write() returns), write(), sync().
  void add(std::string_view name, std::span<const SegmentFrame> frames);
  Status write();
  Status sync();

  const std::string& path() const { return path_; }
  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t size_bytes() const { return end_position_; }

 private:
  LogJournal(std::string path, int file, std::uint64_t sequence);
  Status write_pieces(std::span<iovec> pieces, std::uint64_t position);
  Error broken(const char* what) const;  // with errno

  const std::string path_;
  const int file_;
  const std::uint64_t sequence_;
  std::uint64_t end_position_ = kLogJournalHeaderBytes;
  std::uint64_t space_end_ = 0;  // up to here bytes exist and are overwritten

  std::deque<std::string> headers_;  // of the entries of this round, with their names
  std::vector<iovec> pieces_;
  std::uint64_t round_bytes_ = 0;
};

}  // namespace jangteo
