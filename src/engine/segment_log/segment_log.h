// SegmentLog: a partitioned, durable, append-only log in one directory.
//
//   any thread                    flusher thread                                        any loop
//   append ──► pending frames ──► journal: one write, one fdatasync ──► visible: appends and readers are resumed
//              (bounded)          │ one round after another
//                                 └─► later, in large pieces: segments per partition ──► checkpoint: journal free again
//
// A round takes all that is waiting. When the last round carried more than one append, the next begins no earlier than
// `sync_interval` after it, so that rounds grow under load; an idle log flushes at once. The newest frames stay in
// memory and are handed to readers without a copy; older ones are read from segments by a small pool of threads.
//
//   <directory>/lock                  owned by one process
//   <directory>/journal-<n>           log_journal.h: what is durable but not yet in segments
//   <directory>/checkpoint            log_checkpoint.h: up to where segments are durable
//   <directory>/<topic>/<partition>/00000000000000000000.log ...     segment_frame.h
//
// Failure: after a disk error the log is read-only until it is opened again; appends get `unavailable`, what was
// visible stays readable. Damage found at open refuses to open, naming file and byte; segments before the checkpoint
// are checked when they are read, and as a whole by verify_segment_log().
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/segment_log/log_checkpoint.h"
#include "engine/segment_log/log_journal.h"
#include "engine/segment_log/log_partition.h"
#include "engine/segment_log/log_waiter.h"
#include "engine/segment_log/segment_frame.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/file.h"
#include "runtime/metrics.h"
#include "runtime/task.h"

namespace jangteo {

struct SegmentLogSettings {
  std::string directory;
  std::int64_t segment_bytes = 64 << 20;    // a segment ends at about this size; at most 1 GiB
  std::int64_t journal_bytes = 16 << 20;    // a checkpoint begins when the journal has this size; at most 256 MiB
  Millis sync_interval{2};                  // between the starts of rounds under load; 0: no pause
  std::size_t queue_count_max = 65536;      // records that wait for the flusher
  std::size_t queue_bytes_max = 64 << 20;   // the same in bytes; at most 1 GiB
  std::size_t memory_bytes_max = 8 << 20;   // newest frames of all partitions
  Millis retention_interval{60 * 1000};     // how often old segments are looked for and an idle journal emptied
  std::size_t read_threads = 2;             // for records that are no longer in memory
  std::size_t read_queue_count_max = 1024;  // reads that wait for them
  // A seam for tests and simulation: called on the flusher between a round's write and its fdatasync; an error stands
  // for the disk's.
  std::function<Status()> before_sync;
};

struct SegmentTopicSettings {
  std::string name;
  std::uint32_t partitions = 1;
  Millis retention{0};
  std::int64_t retention_bytes_max = 0;  // per partition
};

struct SegmentTopic {
  std::string name;
  std::vector<std::unique_ptr<LogPartition>> partitions;
};

struct SegmentEntry {
  LogPartition* partition = nullptr;
  std::string_view key;
  std::string_view value;
};

class SegmentLog {
 public:
  // `conflict` when another process holds the directory. Blocks. `clock` and `metrics` outlive the log.
  static Result<std::unique_ptr<SegmentLog>> open(const SegmentLogSettings& settings, Clock& clock,
                                                  MetricsRegistry& metrics);
  ~SegmentLog();  // stop()
  SegmentLog(const SegmentLog&) = delete;
  SegmentLog& operator=(const SegmentLog&) = delete;

  // Opens the topic, or makes it. `invalid`: a bad name or count, or another count than it was made with. `internal`:
  // damaged. Blocks; calls of one thread at a time.
  Status create_topic(const SegmentTopicSettings& settings);
  const SegmentTopic* find(std::string_view name) const;  // any thread; lives as long as the log

  // Writes what is queued, refuses what comes, wakes who waits (`unavailable`). Idempotent; not from a loop's thread
  // that must still resume appends. Loops outlive the log.
  void stop();

  // co_await log.append(entries) → Status, on the same loop. `entries` and what they view live until then.
  class Append : private LogWaiter {
   public:
    Append(SegmentLog& log, std::span<const SegmentEntry> entries) : log_(log), entries_(entries) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting);
    Status await_resume() { return std::move(status_); }

   private:
    friend class SegmentLog;
    SegmentLog& log_;
    std::span<const SegmentEntry> entries_;
    Status status_;
  };
  Append append(std::span<const SegmentEntry> entries) { return Append(*this, entries); }

  // Whole frames that hold records from `offset` on (the first may begin before it). Empty: `wait` is over. `invalid`:
  // an offset after the end.
  Task<Result<std::vector<SegmentFrame>>> read(LogPartition* partition, std::int64_t offset, std::size_t count_max,
                                               std::size_t bytes_max, Millis wait);

 private:
  struct AtEnd : EndWaiter {
    AtEnd(SegmentLog& owner, LogPartition* waited) : log(owner), partition(waited) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting);
    void await_resume() const noexcept {}
    SegmentLog& log;
    LogPartition* partition;
  };
  using TopicTable = std::map<std::string, std::shared_ptr<SegmentTopic>, std::less<>>;
  struct Round;
  struct Checkpoint;
  struct Instruments;

  SegmentLog(const SegmentLogSettings& settings, Clock& clock, MetricsRegistry& metrics, DataDirectory directory);
  Status start();              // recovers, begins a journal, starts the threads
  bool queue(Append& append);  // false: refused, its status says why
  bool half_full() const;
  void turn_read_only(const Status& status);
  std::vector<LogPartition*> all_partitions() const;

  // The flusher.
  void run();
  void flush(Round round, Status status);
  Status write(Round& round);
  Status settle(const Round& round);  // segments and memory after a round
  void begin_checkpoint();
  void begin_final_checkpoint();
  Status collect(Checkpoint& checkpoint);
  void tidy_up();  // an idle journal is emptied, old segments go

  void finish_checkpoint(const Checkpoint& checkpoint);  // a reader thread or the flusher

  // Ends waits of readers, also while the disk is slow.
  void run_deadlines();
  std::int64_t wake_expired_readers();
  void lower_deadline(std::int64_t deadline_us);

  const SegmentLogSettings settings_;
  Clock& clock_;
  DataDirectory directory_;
  std::unique_ptr<Instruments> instruments_;

  std::atomic<const TopicTable*> topics_;
  std::vector<std::unique_ptr<const TopicTable>> tables_;  // every table that ever was: readers take no lock

  std::mutex mutex_;  // the queue
  std::condition_variable wake_;
  std::vector<LogPartition*> dirty_;
  WaiterList waiting_;
  std::size_t queued_appends_ = 0;
  std::size_t queued_count_ = 0;
  std::size_t queued_bytes_ = 0;
  std::uint64_t append_number_ = 0;
  bool flusher_sleeps_ = false;
  bool stopping_ = false;
  Status failure_;  // why the log is read-only

  std::mutex deadline_mutex_;
  std::condition_variable deadline_wake_;
  std::atomic<std::int64_t> earliest_deadline_us_{INT64_MAX};  // no waiter's is earlier; lowered with the mutex held
  std::atomic<bool> stopped_{false};                           // set with the mutex held

  // The flusher's own.
  std::unique_ptr<LogJournal> journal_;
  std::deque<LogPartition*> recent_order_;  // one entry per frame in memory, oldest first
  std::size_t recent_bytes_ = 0;
  bool checkpoint_wanted_ = false;

  std::mutex checkpoint_mutex_;
  LogCheckpoint checkpoint_;  // as stored
  std::string spare_journal_;
  std::atomic<bool> checkpoint_running_{false};

  std::unique_ptr<BlockingPool> readers_;
  std::thread flusher_;
  std::thread deadlines_;
};

}  // namespace jangteo
