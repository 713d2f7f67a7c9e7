#include "adapters/local/local_event_log.h"

#include <algorithm>
#include <utility>

namespace jangteo {

namespace {

// Records of `frames` from `offset` on; `memory` keeps the frames.
LogBatch to_batch(std::vector<SegmentFrame> frames, std::int64_t offset, std::size_t count_max, std::size_t bytes_max) {
  LogBatch batch;
  batch.next_offset = offset;
  std::size_t count = 0;
  for (const SegmentFrame& frame : frames) count += frame.header.count;
  batch.records.reserve(std::min(count, count_max));
  std::size_t bytes = 0;
  for (const SegmentFrame& frame : frames) {
    for (RecordCursor record(frame); record.next();) {
      if (record.offset() < offset) continue;
      if (batch.records.size() == count_max || (bytes >= bytes_max && !batch.records.empty())) break;
      batch.records.push_back({record.offset(), frame.header.at, record.key(), record.value()});
      bytes += record.key().size() + record.value().size();
    }
  }
  if (!batch.records.empty()) batch.next_offset = batch.records.back().offset + 1;
  if (frames.size() == 1) {
    batch.memory = std::move(frames.front().bytes);
  } else if (!frames.empty()) {
    batch.memory = std::make_shared<const std::vector<SegmentFrame>>(std::move(frames));
  }
  return batch;
}

}  // namespace

Result<std::unique_ptr<LocalEventLog>> LocalEventLog::open(const SegmentLogSettings& settings, Clock& clock,
                                                           MetricsRegistry& metrics) {
  auto log = SegmentLog::open(settings, clock, metrics);
  if (!log) return fail(log.error());
  return std::unique_ptr<LocalEventLog>(new LocalEventLog(std::move(*log)));
}

Status LocalEventLog::create_topic(const TopicSettings& settings) {
  return log_->create_topic({settings.name, settings.partitions, settings.retention, settings.retention_bytes_max});
}

Result<LogPartition*> LocalEventLog::find(std::string_view topic, std::uint32_t partition) const {
  const SegmentTopic* found = log_->find(topic);
  if (found == nullptr) return fail(ErrorCode::not_found, "no topic " + std::string(topic));
  if (partition >= found->partitions.size()) {
    return fail(ErrorCode::not_found, "no partition " + std::to_string(partition) + " of topic " + std::string(topic));
  }
  return found->partitions[partition].get();
}

Result<LogRange> LocalEventLog::range(std::string_view topic, std::uint32_t partition) {
  auto found = find(topic, partition);
  if (!found) return fail(found.error());
  return LogRange{(*found)->begin(), (*found)->end()};
}

std::uint32_t LocalEventLog::partitions(std::string_view topic) const {
  const SegmentTopic* found = log_->find(topic);
  return found == nullptr ? 0 : static_cast<std::uint32_t>(found->partitions.size());
}

Task<Status> LocalEventLog::append(std::vector<LogEntry> entries) {
  std::vector<SegmentEntry> resolved;
  resolved.reserve(entries.size());
  const SegmentTopic* topic = nullptr;
  for (const LogEntry& entry : entries) {
    if (topic == nullptr || topic->name != entry.topic) topic = log_->find(entry.topic);
    if (topic == nullptr || entry.partition >= topic->partitions.size()) {
      co_return fail(find(entry.topic, entry.partition).error());
    }
    resolved.push_back({topic->partitions[entry.partition].get(), entry.key, entry.value});
  }
  SegmentLog::Append append(*log_, resolved);
  co_return co_await append;
}

Task<Result<LogBatch>> LocalEventLog::read(std::string topic, std::uint32_t partition, std::int64_t offset,
                                           std::size_t count_max, std::size_t bytes_max, Millis wait) {
  auto found = find(topic, partition);
  if (!found) co_return fail(found.error());
  auto frames = co_await log_->read(*found, offset, count_max, bytes_max, wait);
  if (!frames) co_return fail(frames.error());
  co_return to_batch(std::move(*frames), std::max(offset, (*found)->begin()), std::max<std::size_t>(count_max, 1),
                     bytes_max);
}

}  // namespace jangteo
