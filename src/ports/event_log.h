// A partitioned, durable, append-only log of records (Kafka's shape; embedded: engine/segment_log). Order holds within
// a partition. Readers see only what is durable. A consumer keeps its own position, in the transaction of its effects
// (delivery/subscriber.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/task.h"

namespace jangteo {

struct TopicSettings {
  std::string name;              // "order.events": lower case, digits, dots, dashes
  std::uint32_t partitions = 1;  // fixed once created; another count at a later start is an error
  Millis retention{7 * 24 * 3600 * 1000LL};
  std::int64_t retention_bytes_max = 1LL << 30;  // per partition
};

inline constexpr std::size_t kEntryKeyBytesMax = 1 << 10;
inline constexpr std::size_t kEntryValueBytesMax = 1 << 20;

// What is appended; views live until the append is resumed.
struct LogEntry {
  std::string_view topic;
  std::uint32_t partition = 0;
  std::string_view key;    // at most kEntryKeyBytesMax
  std::string_view value;  // at most kEntryValueBytesMax
};

struct LogRecord {
  std::int64_t offset = 0;
  Timestamp at;
  std::string_view key;
  std::string_view value;
};

// Records in order with the bytes that their views point into.
struct LogBatch {
  std::shared_ptr<const void> memory;
  std::vector<LogRecord> records;
  std::int64_t next_offset = 0;  // where to read on
};

struct LogRange {
  std::int64_t begin = 0;  // first offset still held
  std::int64_t end = 0;    // offset of the next record to become visible
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  virtual Status create_topic(const TopicSettings& settings) = 0;  // blocking, at start; idempotent
  virtual Result<LogRange> range(std::string_view topic, std::uint32_t partition) = 0;
  virtual std::uint32_t partitions(std::string_view topic) const = 0;  // 0: no such topic

  // Resumes when all entries are durable, in the order given. A full queue: `unavailable`. After an error some of them
  // may be in the log.
  virtual Task<Status> append(std::vector<LogEntry> entries) = 0;

  // At most `count_max` records and about `bytes_max` bytes from `offset` on; waits up to `wait` for the first one,
  // then may be empty. An offset before the begin (retention passed it) reads from the begin and says so by the first
  // record's offset.
  virtual Task<Result<LogBatch>> read(std::string topic, std::uint32_t partition, std::int64_t offset,
                                      std::size_t count_max, std::size_t bytes_max, Millis wait) = 0;
};

}  // namespace jangteo
