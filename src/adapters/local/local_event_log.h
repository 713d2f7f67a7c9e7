// LocalEventLog: ports/event_log.h on the segment log of this process (engine/segment_log). Any loop may call it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/segment_log/segment_log.h"
#include "ports/event_log.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "runtime/task.h"

namespace jangteo {

class LocalEventLog final : public EventLog {
 public:
  // Makes `settings.directory` when it is absent, and locks it: `conflict` when another process holds it. Blocks.
  // `clock`, `metrics` and every loop that uses the log outlive it.
  static Result<std::unique_ptr<LocalEventLog>> open(const SegmentLogSettings& settings, Clock& clock,
                                                     MetricsRegistry& metrics);

  Status create_topic(const TopicSettings& settings) override;
  Result<LogRange> range(std::string_view topic, std::uint32_t partition) override;
  std::uint32_t partitions(std::string_view topic) const override;
  Task<Status> append(std::vector<LogEntry> entries) override;
  Task<Result<LogBatch>> read(std::string topic, std::uint32_t partition, std::int64_t offset, std::size_t count_max,
                              std::size_t bytes_max, Millis wait) override;

  // Appends that wait are written, new ones and waiting readers get `unavailable`. Idempotent; blocks; not from a loop.
  void stop() { log_->stop(); }

 private:
  explicit LocalEventLog(std::unique_ptr<SegmentLog> log) : log_(std::move(log)) {}
  Result<LogPartition*> find(std::string_view topic, std::uint32_t partition) const;
  std::unique_ptr<SegmentLog> log_;
};

}  // namespace jangteo
