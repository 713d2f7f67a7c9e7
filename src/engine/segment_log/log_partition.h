// LogPartition: the segments of one partition, its newest frames in memory, and the readers that wait at its end.
// Written by the flusher (segment_log.h), read from any thread.
//
//   segments (files)                     recent (memory)
//   ├──────────────────────────────┤
//                          ├──────────────────┬──────────────────┤ end: what readers see; durable in the journal
//                                 written ────┘  not written yet
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/log_waiter.h"
#include "engine/segment_log/segment_file.h"
#include "engine/segment_log/segment_frame.h"

namespace jangteo {

struct LogPartitionSettings {
  Millis retention{INT64_MAX / 4};
  std::int64_t retention_bytes_max = INT64_MAX;
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
  // Opens what `directory` holds up to `position`; what is behind it (the journal has it) goes. Without a position: all
  // that it holds, every frame of the last segment checked. Makes the first segment when there is none. Blocks.
  static Result<std::unique_ptr<LogPartition>> open(std::string name, std::string directory,
                                                    const LogPartitionSettings& settings,
                                                    const std::optional<PartitionPosition>& position);

  const std::string& name() const { return name_; }  // "<topic>/<partition>"
  std::int64_t begin() const;
  std::int64_t end() const;

  // Any thread. Frames in memory that hold records from `offset` on are added to `frames`; never blocks on a file. An
  // offset that retention has passed becomes the begin.
  RecentRead read_recent(std::int64_t& offset, std::size_t count_max, std::size_t bytes_max,
                         std::vector<SegmentFrame>& frames) const;
  // The same from the files; blocks.
  Result<std::vector<SegmentFrame>> read_files(std::int64_t offset, std::size_t count_max, std::size_t bytes_max) const;

  // False when there is something to read or the partition is closed: then the waiter was not taken.
  bool wait_at_end(EndWaiter* waiter);
  // Moves those whose time is over to `wakeups`; returns the earliest deadline of the others, INT64_MAX without any.
  std::int64_t expire_waiters(std::int64_t now_us, Wakeups& wakeups);
  void close(Wakeups& wakeups);  // wakes all; from now on nobody waits

  // The flusher, round by round.
  std::span<const SegmentFrame> seal(std::span<FrameBuilder> builders, Timestamp at);  // gives offsets
  void seal_again(std::vector<SegmentFrame> frames);  // from the journal: they have offsets, the next ones
  std::size_t publish(Wakeups& wakeups);  // what was sealed becomes visible; bytes now held in memory for it
  std::size_t unwritten_bytes() const { return unwritten_bytes_; }
  Status write_segments();          // what is only in memory and the journal
  std::size_t drop_oldest_frame();  // from memory, when it is written; its bytes
  bool oldest_frame_is_written() const { return unwritten_count_ < recent_.size(); }

  // The flusher, at a checkpoint: where the segments end, and what must be synced for it to hold.
  PartitionPosition position() const { return last_->position(); }
  struct Unsynced {
    std::vector<std::shared_ptr<SegmentFile>> segments;
    std::string directory;  // empty: no new segment
    Status sync() const;    // any thread that may block
  };
  Unsynced take_unsynced() { return std::exchange(unsynced_, {}); }
  void set_checkpointed(const PartitionPosition& position) { checkpointed_first_offset_ = position.first_offset; }

  // The flusher. Deletes whole segments, but none from the checkpoint's on. True: a new segment was begun so that the
  // last can go after the next checkpoint.
  Result<bool> apply_retention(Timestamp now);

  // Frames being filled, and what belongs to them. Guarded by the log's queue lock.
  struct Pending {
    std::vector<FrameBuilder> frames;
    std::uint64_t append_number = 0;  // the append that touched this partition last
    std::size_t frame_bytes_hint = 0;
  } pending;

 private:
  LogPartition(std::string name, std::string directory, const LogPartitionSettings& settings);
  Status open_segments(std::optional<PartitionPosition> position);
  Status begin_segment(std::int64_t first_offset);

  const std::string name_;
  const std::string directory_;
  const LogPartitionSettings settings_;

  // The flusher's own; recent_ is also read by it without the lock.
  std::shared_ptr<SegmentFile> last_;
  Unsynced unsynced_;
  std::vector<SegmentFrame> sealed_;
  std::int64_t next_offset_ = 0;
  std::size_t unwritten_count_ = 0;  // of recent_, at its end
  std::size_t unwritten_bytes_ = 0;

  std::atomic<std::int64_t> checkpointed_first_offset_{0};

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<SegmentFile>> segments_;  // by offset; the last is being written
  std::int64_t written_end_ = 0;                        // the segments hold everything before
  std::int64_t end_ = 0;
  std::deque<SegmentFrame> recent_;  // without gaps up to end_
  WaiterList waiters_;
  bool closed_ = false;
};

}  // namespace jangteo
