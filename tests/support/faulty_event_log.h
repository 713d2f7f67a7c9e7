// FaultyEventLog: an event log whose appends and reads fail, or wait, as a test wants. Thread-safe.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ports/event_log.h"
#include "runtime/loop.h"

namespace jangteo {

class FaultyEventLog final : public EventLog {
 public:
  explicit FaultyEventLog(EventLog& inner) : inner_(inner) {}

  std::atomic<int> appends_lost{0};       // the next n appends do nothing and fail
  std::atomic<int> appends_unsure{0};     // the next n appends are carried out and yet fail
  std::atomic<int> appends_doubled{0};    // the next n appends are carried out twice
  std::atomic<int> reads_lost{0};         // the next n reads fail
  std::atomic<bool> appends_held{false};  // appends wait while this is set

  Status create_topic(const TopicSettings& settings) override { return inner_.create_topic(settings); }
  Result<LogRange> range(std::string_view topic, std::uint32_t partition) override {
    return inner_.range(topic, partition);
  }
  std::uint32_t partitions(std::string_view topic) const override { return inner_.partitions(topic); }

  Task<Status> append(std::vector<LogEntry> entries) override {
    while (appends_held) co_await sleep_for(Millis{1});
    std::size_t bytes = 0;
    for (const auto& entry : entries) bytes += entry.key.size() + entry.value.size();
    {
      const std::lock_guard lock(mutex_);
      append_bytes_.push_back(bytes);
    }
    if (take(appends_lost)) co_return fail(ErrorCode::unavailable, "the log is away");
    if (take(appends_doubled)) {
      auto copy = entries;
      const auto first = co_await inner_.append(std::move(copy));
      if (!first) co_return first;
    }
    const auto appended = co_await inner_.append(std::move(entries));
    if (take(appends_unsure)) co_return fail(ErrorCode::unavailable, "no answer from the log");
    co_return appended;
  }

  Task<Result<LogBatch>> read(std::string topic, std::uint32_t partition, std::int64_t offset, std::size_t count_max,
                              std::size_t bytes_max, Millis wait) override {
    if (take(reads_lost)) co_return fail(ErrorCode::unavailable, "the log is away");
    auto batch = co_await inner_.read(std::move(topic), partition, offset, count_max, bytes_max, wait);
    co_return batch;
  }

  std::vector<std::size_t> append_bytes() {  // of every append tried so far
    const std::lock_guard lock(mutex_);
    return append_bytes_;
  }

 private:
  static bool take(std::atomic<int>& count) {
    for (int left = count; left > 0;) {
      if (count.compare_exchange_weak(left, left - 1)) return true;
    }
    return false;
  }
  EventLog& inner_;
  std::mutex mutex_;
  std::vector<std::size_t> append_bytes_;
};

}  // namespace jangteo
