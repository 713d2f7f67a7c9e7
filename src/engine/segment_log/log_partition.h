// LogPartition: the segments of one partition, its newest frames in memory, and the readers that wait at its end.
// Written by the flusher (segment_log.h), read from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/segment_log/log_waiter.h"
#include "engine/segment_log/segment_file.h"
#include "engine/segment_log/segment_frame.h"

namespace jangteo {

struct PartitionSettings {
  Millis retention{0};
  std::int64_t retention_bytes_max = 0;
  std::int64_t segment_bytes = 64 << 20;
};

// A reader at the end of a partition; lives in the reading coroutine.
struct EndWaiter : LogWaiter {
  std::int64_t offset = 0;       // resumed when the record with this offset is visible
  std::int64_t deadline_us = 0;  // monotonic
};

enum class RecentRead : std::uint8_t { found, at_end, in_file, after_end };

class LogPartition {
 public:
  // Opens what `directory` holds, repairs a torn tail; the first segment when there is none. Blocks.
  static Result<std::unique_ptr<LogPartition>> open(std::string directory, const PartitionSettings& settings);

  const std::string& directory() const { return directory_; }
  std::int64_t begin() const;
  std::int64_t end() const;

  // Any thread. Frames in memory that hold records from `offset` on are added to `frames`; never blocks on a file. An
  // offset that retention has passed becomes the begin.
  RecentRead read_recent(std::int64_t& offset, std::size_t count_max, std::size_t bytes_max,
                         std::vector<SegmentFrame>& frames) const;
  // The same from the files; blocks. An offset that retention has passed reads from the begin.
  Result<std::vector<SegmentFrame>> read_files(std::int64_t offset, std::size_t count_max, std::size_t bytes_max) const;

  // False when there is something to read or the partition is closed: then the waiter was not taken.
  bool wait_at_end(EndWaiter* waiter);
  // Moves those whose time is over to `wakeups`; returns the earliest deadline of the others, INT64_MAX without any.
  std::int64_t expire_waiters(std::int64_t now_us, Wakeups& wakeups);
  void close(Wakeups& wakeups);  // wakes all; from now on nobody waits

  // Flusher only, in this order. write() gives offsets and starts a new segment when the last is full.
  Status write(std::span<FrameBuilder> builders, Timestamp at);
  Status sync();
  std::size_t publish(Wakeups& wakeups);  // what was written becomes visible; bytes now held in memory for it
  std::size_t drop_oldest_frame();        // from memory; its bytes
  Status apply_retention(Timestamp now);  // deletes whole segments

  // Frames being filled, and what belongs to them. Guarded by the log's queue lock.
  struct Pending {
    std::vector<FrameBuilder> frames;
    std::uint64_t append_number = 0;  // the append that touched this partition last
    std::size_t frame_bytes_hint = 0;
  } pending;

 private:
  LogPartition(std::string directory, const PartitionSettings& settings);
  Status roll();

  const std::string directory_;
  const PartitionSettings settings_;
  std::shared_ptr<SegmentFile> last_;      // flusher only
  std::vector<SegmentFrame> unpublished_;  // flusher only

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<SegmentFile>> segments_;  // by offset; the last is being written
  std::int64_t end_ = 0;
  std::deque<SegmentFrame> recent_;  // without gaps up to end_
  WaiterList waiters_;
  bool closed_ = false;
};

}  // namespace jangteo
