// LogCheckpoint: up to where each partition's segments are durable, and from where on the journal must be read. One
// small text file, replaced atomically:
//
//   jangteo event log checkpoint 1
//   journal 12 32                                         sequence, byte
//   order.events/0 4711 10485776 5120 1764150000000       first offset of the last segment, its bytes, next offset,
//   order.events/1 0 32 0 0                               time of the last record in UTC milliseconds
//   crc32c 89abcdef                                       of all bytes before this line
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace jangteo {

struct PartitionPosition {
  std::int64_t first_offset = 0;
  std::uint64_t bytes = 0;
  std::int64_t next_offset = 0;
  Timestamp last_at;

  bool operator==(const PartitionPosition&) const = default;
};

struct LogCheckpoint {
  std::uint64_t journal_sequence = 0;
  std::uint64_t journal_position = 0;
  std::map<std::string, PartitionPosition, std::less<>> partitions;  // by "<topic>/<partition>"

  bool operator==(const LogCheckpoint&) const = default;
};

std::string to_text(const LogCheckpoint& checkpoint);
Result<LogCheckpoint> parse_checkpoint(std::string_view text);  // `malformed` names the line

// In `directory`. Load: `not_found` when there is none, `internal` when it is damaged.
Result<LogCheckpoint> load_checkpoint(const std::string& directory);
Status store_checkpoint(const std::string& directory, const LogCheckpoint& checkpoint);

}  // namespace jangteo
