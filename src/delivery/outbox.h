// Outbox: messages become durable with the state change that causes them and then, at least once and in order, reach
// the event log.
//
//   unit of work ── emit() ──► frames of this commit ── before_commit: one row of table outbox ──► after_commit: handed
//   to the relay relay (background loop) ──► EventLog::append (durable) ──► row deleted, lazily
//
// A frame: [u16 topic size][topic][u32 partition][u16 key size][key][u32 value size][value], integers little-endian.
// After a crash the rows that are left are appended again: consumers see a message twice and must not mind (a state
// machine, a natural key or delivery/inbox.h).
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ports/event_log.h"
#include "ports/sql_database.h"
#include "runtime/async_event.h"
#include "runtime/metrics.h"
#include "runtime/scope.h"

namespace jangteo {

// One frame behind what `out` holds. For callers that render messages before their unit of work begins, and keep them
// within the limits of ports/event_log.h.
void append_frame(std::string& out, std::string_view topic, std::uint32_t partition, std::string_view key,
                  std::string_view value);
// Within a unit of work. A message larger than the event log takes leaves the unit as SqlFailure, `too_large`.
void emit(SqlTx& tx, std::string_view topic, std::uint32_t partition, std::string_view key, std::string_view value);

// Reads the frames of one row back; the views point into `body`. `internal` when the bytes are no frames.
Status read_frames(std::string_view body, std::vector<LogEntry>& entries);

struct OutboxLimits {
  std::size_t queue_bytes_max = 64 << 20;  // committed and not yet in the event log; beyond, read back from the table
  std::size_t append_bytes_max = 2 << 20;  // handed to the event log at once (but for one message)
};

class OutboxRelay final : public CommitHook {
 public:
  // `next` also sees the commits (an owner's cache), may be null. Everything given outlives the relay.
  OutboxRelay(SqlDatabase& database, EventLog& log, MetricsRegistry& metrics, CommitHook* next = nullptr,
              OutboxLimits limits = {});

  // Registers as the database's commit hook and finds where the rows of an earlier run end. Blocking, before the first
  // job.
  Status open();
  // On the background loop. Publishes what an earlier run left, then what is committed.
  void start(TaskScope& scope);
  // After the scope's stop(): wakes the relay so that it sees it. What is not published then is so at the next start.
  void wake() { event_.set(); }

  void before_commit(SqlTx& tx, std::string_view emissions) override;
  void after_commit(std::string emissions) noexcept override;
  void after_rollback() noexcept override;
  void after_unit_rollback(SqlReader& reader) override;

 private:
  struct Row {
    std::int64_t seq = 0;
    std::string body;
  };
  Task<void> run(TaskScope* scope);
  Task<bool> publish(TaskScope* scope, std::vector<LogEntry> entries);
  void remove_later(TaskScope* scope);
  Task<void> remove_published(TaskScope* scope);
  Task<std::vector<Row>> take();
  Task<Result<std::vector<Row>>> read_rows(std::int64_t after_seq);

  SqlDatabase& database_;
  EventLog& log_;
  CommitHook* next_;
  OutboxLimits limits_;
  Counter& published_;
  Counter& retries_;
  AsyncEvent event_;

  std::mutex mutex_;
  std::deque<Row> queue_;
  std::size_t queue_bytes_ = 0;
  bool behind_ = true;              // the table has rows that the queue lacks
  std::int64_t committed_seq_ = 0;  // newest row of the table

  std::int64_t last_seq_ = 0;       // storage thread
  std::int64_t published_seq_ = 0;  // background loop
  std::int64_t removed_seq_ = 0;    // background loop
  bool removing_ = false;           // background loop
};

}  // namespace jangteo
