// Walks a segment file from its header to its end, checking every frame. Used at start (last segment), to index an
// older segment when it is first read, and by verify.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace jangteo {

// Where reading may start: the frame at `position` begins with `offset`.
struct SegmentPoint {
  std::int64_t offset = 0;
  std::uint32_t position = 0;
};

constexpr std::uint32_t kSegmentPointBytes = 64 << 10;  // about one point for this many bytes

struct SegmentFault {
  std::uint64_t position = 0;  // first byte that is not part of a whole frame
  std::string what;
};

struct SegmentScan {
  std::uint64_t end_position = 0;  // after the last whole frame; 0 when the file header is at fault
  std::int64_t next_offset = 0;
  Timestamp last_at;  // of the last frame; 0 without any
  std::uint64_t frames = 0;
  std::vector<SegmentPoint> points;
  std::optional<SegmentFault> fault;  // none: the last frame ends where the file, or what was to be scanned, ends
};

// Scans `bytes` of the file, or what there is. `unavailable` when it cannot be read.
Result<SegmentScan> scan_segment(int file, const std::string& path, std::int64_t first_offset,
                                 std::uint64_t bytes = UINT64_MAX);

// Name of a segment file, and back; empty for other names.
std::string segment_name(std::int64_t first_offset);
std::optional<std::int64_t> segment_first_offset(std::string_view name);
// First offsets of the segments of a partition, ascending.
Result<std::vector<std::int64_t>> segment_offsets(const std::string& directory);

// No longer than a header: no record was ever in it.
bool is_empty_segment(const std::string& path);

// pread until `size` bytes or the end of the file. Returns what there is.
Result<std::size_t> read_file_at(int file, const std::string& path, char* out, std::size_t size,
                                 std::uint64_t position);

}  // namespace jangteo
