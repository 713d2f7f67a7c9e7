// SegmentFile: one segment of one partition (format: segment_frame.h). The flusher alone writes, to the last segment;
// any thread that may block reads. Space is written ahead as zeros, so that a round overwrites bytes and fdatasync need
// not commit a new file size each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/segment_frame.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {

class SegmentFile {
 public:
  // A new, empty, durable segment.
  static Result<std::shared_ptr<SegmentFile>> create(const std::string& directory, std::int64_t first_offset);
  // A segment that others follow: only its header and first frame's time are looked at.
  static Result<std::shared_ptr<SegmentFile>> open_full(const std::string& directory, std::int64_t first_offset);
  // The last segment of a partition: every frame is checked and a torn tail is cut off. `internal`, naming file and
  // byte, when what is wrong cannot be a torn write.
  static Result<std::shared_ptr<SegmentFile>> recover(const std::string& directory, std::int64_t first_offset);

  ~SegmentFile();
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t first_offset() const { return first_offset_; }
  std::uint64_t size_bytes() const { return end_position_; }  // without the zeros
  Timestamp first_at() const { return first_at_; }            // of the first frame; 0 without any

  // Flusher only.
  std::int64_t next_offset() const { return next_offset_; }
  Timestamp last_at() const { return last_at_; }
  Status write(std::span<const SegmentFrame> frames);  // behind the last frame, one system call for up to 1,000 frames
  Status sync();
  Status finish();  // no more writes: the zeros go

  // The frames that hold the records from `offset` up to `visible_end`, whole, until about `count_max` records or
  // `bytes_max` bytes. Blocks. `internal` when the file is damaged there.
  Result<std::vector<SegmentFrame>> read(std::int64_t offset, std::int64_t visible_end, std::size_t count_max,
                                         std::size_t bytes_max);

 private:
  SegmentFile(std::string path, int file, std::int64_t first_offset);
  static Result<std::shared_ptr<SegmentFile>> open(const std::string& directory, std::int64_t first_offset, bool make);
  Result<std::uint32_t> start_position(std::int64_t offset);
  Error broken(const char* what) const;  // with errno

  const std::string path_;
  const int file_;
  const std::int64_t first_offset_;
  std::int64_t next_offset_;
  std::uint64_t end_position_ = 0;
  std::uint64_t zeros_end_ = 0;
  Timestamp first_at_;
  Timestamp last_at_;

  std::mutex mutex_;  // points
  bool indexed_ = false;
  std::vector<SegmentPoint> points_;
};

}  // namespace jangteo
