// SegmentFile: one segment of one partition (format: segment_frame.h). One thread at a time writes, to the last
// segment; any thread that may block reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/segment_frame.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {

class SegmentFile {
 public:
  // A new, empty segment; durable, like what is written, with sync() and its directory's.
  static Result<std::shared_ptr<SegmentFile>> create(const std::string& directory, std::int64_t first_offset);
  // A segment that others follow: only its header and first frame's time are looked at.
  static Result<std::shared_ptr<SegmentFile>> open_full(const std::string& directory, std::int64_t first_offset);
  // The last segment as a checkpoint knows it; what is behind that is cut off. `internal` when there is less.
  static Result<std::shared_ptr<SegmentFile>> open_at(const std::string& directory, const PartitionPosition& position);
  // The last segment when no checkpoint knows it: every frame is checked. `internal`, naming file and byte, when one is
  // not whole.
  static Result<std::shared_ptr<SegmentFile>> open_scanned(const std::string& directory, std::int64_t first_offset);

  ~SegmentFile();
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t first_offset() const { return position_.first_offset; }

  // The writer.
  const PartitionPosition& position() const { return position_; }  // behind what is written
  Timestamp first_at() const { return first_at_; }                 // of the first frame; 0 without any
  Status write(std::span<const SegmentFrame> frames);              // not durable before sync()

  // Any thread.
  Status sync();
  // The frames that hold the records from `offset` up to `written_end`, whole, until about `count_max` records or
  // `bytes_max` bytes. Blocks. `internal` when the file is damaged there.
  Result<std::vector<SegmentFrame>> read(std::int64_t offset, std::int64_t written_end, std::size_t count_max,
                                         std::size_t bytes_max);

 private:
  SegmentFile(std::string path, int file, std::int64_t first_offset);
  static Result<std::shared_ptr<SegmentFile>> open(const std::string& directory, std::int64_t first_offset, int flags);
  Status read_start();  // header and first frame's time
  Result<std::uint32_t> start_position(std::int64_t offset);
  Error broken(const char* what) const;  // with errno

  const std::string path_;
  const int file_;
  PartitionPosition position_;
  Timestamp first_at_;

  std::mutex mutex_;
  std::vector<SegmentPoint> points_;  // from indexed_from_ on
  std::int64_t indexed_from_;         // the frames before are indexed when one of them is first read
};

}  // namespace jangteo
