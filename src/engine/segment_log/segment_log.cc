#include "engine/segment_log/segment_log.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr std::size_t kFrameBytesSoftMax = 256 << 10;  // a frame this big takes no further append
constexpr std::int64_t kExpiryStepUs = 5000;           // readers whose wait ends within this are woken together
constexpr std::int64_t kDeadlineSleepUsMax = 3600LL * 1000 * 1000;
constexpr std::uint32_t kPartitionsMax = 1024;
constexpr std::size_t kTopicNameBytesMax = 100;
constexpr std::string_view kUnfinished = "~";  // ends the name of a topic's directory while it is being made

const std::vector<double> kSyncBoundsS{0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005,
                                       0.01,    0.02,   0.05,   0.1,    0.5,   1,     5};

std::unexpected<Error> busy(const char* what) {
  return std::unexpected<Error>(Error{ErrorCode::unavailable, what, {}, 1, {}});
}

bool is_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= kTopicNameBytesMax && name.front() != '.' &&
         std::ranges::all_of(
             name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

}  // namespace

struct SegmentLog::Round {
  std::vector<LogPartition*> partitions;
  std::vector<std::vector<FrameBuilder>> frames;  // per partition
  WaiterList waiting;
  std::size_t appends = 0;
  std::size_t count = 0;
  std::size_t bytes = 0;
};

struct SegmentLog::Instruments {
  explicit Instruments(MetricsRegistry& registry)
      : records(registry.counter("jangteo_event_log_records_total", "Records that became durable")),
        bytes(
            registry.counter("jangteo_event_log_bytes_total", "Bytes of keys, values and record headers made durable")),
        rounds(registry.counter("jangteo_event_log_rounds_total",
                                "Rounds of the flusher: one write and fdatasync per partition")),
        refused(registry.counter("jangteo_event_log_refused_total", "Appends refused because the queue was full")),
        read_only(registry.gauge("jangteo_event_log_read_only", "1 after a disk error, until the next start")),
        queued(registry.gauge("jangteo_event_log_queue_records", "Records that wait for the flusher")),
        sync_s(registry.histogram("jangteo_event_log_sync_seconds", "Time of all fdatasync calls of a round", {},
                                  kSyncBoundsS)) {}
  Counter& records;
  Counter& bytes;
  Counter& rounds;
  Counter& refused;
  Gauge& read_only;
  Gauge& queued;
  Histogram& sync_s;
};

SegmentLog::SegmentLog(const SegmentLogSettings& settings, Clock& clock, MetricsRegistry& metrics,
                       DataDirectory directory)
    : settings_(settings),
      clock_(clock),
      directory_(std::move(directory)),
      instruments_(std::make_unique<Instruments>(metrics)) {
  tables_.push_back(std::make_unique<const TopicTable>());
  topics_ = tables_.back().get();
  readers_ = std::make_unique<BlockingPool>("log-read", settings_.read_threads, settings_.read_queue_count_max);
  flusher_ = std::thread([this] { run(); });
  deadlines_ = std::thread([this] { run_deadlines(); });
}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(const SegmentLogSettings& settings, Clock& clock,
                                                     MetricsRegistry& metrics) {
  JT_ASSERT(settings.segment_bytes > 0 && settings.segment_bytes <= 1 << 30, "positions in a segment have 32 bits");
  JT_ASSERT(settings.queue_bytes_max <= kFrameBytesMax, "what is queued fits a frame");
  auto directory = DataDirectory::open(settings.directory);
  if (!directory) return fail(directory.error());
  return std::unique_ptr<SegmentLog>(new SegmentLog(settings, clock, metrics, std::move(*directory)));
}

SegmentLog::~SegmentLog() { stop(); }

void SegmentLog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (!flusher_.joinable()) return;
  flusher_.join();
  {
    const std::lock_guard lock(deadline_mutex_);
    stopped_ = true;
  }
  deadline_wake_.notify_all();
  deadlines_.join();
  Wakeups wakeups;
  for (LogPartition* partition : all_partitions()) partition->close(wakeups);
  wakeups.post();
}

Status SegmentLog::create_topic(const SegmentTopicSettings& settings) {
  if (!is_topic_name(settings.name)) {
    return fail_field("topic", "\"" + settings.name + "\" is not lower case letters, digits, dots and dashes");
  }
  if (settings.partitions == 0 || settings.partitions > kPartitionsMax) {
    return fail_field("partitions", settings.name + ": not between 1 and " + std::to_string(kPartitionsMax));
  }
  const auto other_count = [&](std::size_t count) {
    return fail_field("partitions", settings.name + " has " + std::to_string(count) + " partitions, not " +
                                        std::to_string(settings.partitions));
  };
  if (const SegmentTopic* topic = find(settings.name)) {
    if (topic->partitions.size() != settings.partitions) return other_count(topic->partitions.size());
    return {};
  }

  namespace fs = std::filesystem;
  const std::string directory = settings_.directory + "/" + settings.name;
  std::error_code error;
  if (!fs::exists(directory, error)) {
    const std::string unfinished = directory + std::string(kUnfinished);
    fs::remove_all(unfinished, error);
    for (std::uint32_t i = 0; i < settings.partitions; ++i)
      JT_TRY(make_directories(unfinished + "/" + std::to_string(i)));
    fs::rename(unfinished, directory, error);
    if (error) return fail(ErrorCode::unavailable, directory + ": cannot be made: " + error.message());
    JT_TRY(sync_directory(settings_.directory));
  }
  std::size_t found = 0;
  while (fs::is_directory(directory + "/" + std::to_string(found), error)) ++found;
  if (found != settings.partitions) return other_count(found);

  auto topic = std::make_shared<SegmentTopic>();
  topic->name = settings.name;
  const PartitionSettings partition_settings{settings.retention, settings.retention_bytes_max, settings_.segment_bytes};
  for (std::uint32_t i = 0; i < settings.partitions; ++i) {
    auto partition = LogPartition::open(directory + "/" + std::to_string(i), partition_settings);
    if (!partition) return fail(partition.error());
    topic->partitions.push_back(std::move(*partition));
  }
  auto table = std::make_unique<TopicTable>(*topics_.load());
  table->emplace(settings.name, std::move(topic));
  tables_.push_back(std::move(table));
  topics_.store(tables_.back().get(), std::memory_order_release);
  return {};
}

const SegmentTopic* SegmentLog::find(std::string_view name) const {
  const TopicTable& topics = *topics_.load(std::memory_order_acquire);
  const auto found = topics.find(name);
  return found == topics.end() ? nullptr : found->second.get();
}

std::vector<LogPartition*> SegmentLog::all_partitions() const {
  std::vector<LogPartition*> all;
  for (const auto& [name, topic] : *topics_.load(std::memory_order_acquire)) {
    for (const auto& partition : topic->partitions) all.push_back(partition.get());
  }
  return all;
}

// ---- append ----

bool SegmentLog::Append::await_suspend(std::coroutine_handle<> waiting) {
  loop = Loop::current();
  JT_ASSERT(loop != nullptr, "append needs a loop");
  coroutine = waiting;
  return log_.queue(*this);
}

bool SegmentLog::queue(Append& append) {
  std::size_t bytes = 0;
  for (const SegmentEntry& entry : append.entries_) {
    if (entry.key.size() > kLogKeyBytesMax || entry.value.size() > kLogValueBytesMax) {
      append.status_ = fail(ErrorCode::too_large, entry.key.size() > kLogKeyBytesMax ? "the key has more than 1 KiB"
                                                                                     : "the value has more than 1 MiB");
      return false;
    }
    bytes += kRecordHeaderBytes + entry.key.size() + entry.value.size();
  }
  const std::size_t count = append.entries_.size();
  if (count == 0) return false;
  if (bytes > settings_.queue_bytes_max || count > settings_.queue_count_max) {
    append.status_ = fail(ErrorCode::too_large, "more than the log's queue can hold at all");
    return false;
  }

  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      append.status_ = busy("the event log is stopping");
      return false;
    }
    if (!failure_) {
      append.status_ = failure_;
      return false;
    }
    if (queued_bytes_ + bytes > settings_.queue_bytes_max || queued_count_ + count > settings_.queue_count_max) {
      append.status_ = busy("the event log's queue is full");
      instruments_->refused.add();
      return false;
    }
    ++append_number_;
    for (const SegmentEntry& entry : append.entries_) {
      LogPartition::Pending& pending = entry.partition->pending;
      if (pending.append_number != append_number_) {
        // An append never spans two frames of a partition, so that a crash leaves all of it there or nothing.
        pending.append_number = append_number_;
        if (pending.frames.empty()) dirty_.push_back(entry.partition);
        if (pending.frames.empty() || pending.frames.back().size_bytes() >= kFrameBytesSoftMax) {
          pending.frames.emplace_back().reserve(pending.frame_bytes_hint);
        }
      }
      pending.frames.back().add(entry.key, entry.value);
    }
    waiting_.push(&append);
    ++queued_appends_;
    queued_count_ += count;
    queued_bytes_ += bytes;
    instruments_->queued.set(static_cast<double>(queued_count_));
    // In the pause between rounds only a queue that is half full cuts it short.
    wake = flusher_sleeps_ ||
           (queued_bytes_ > settings_.queue_bytes_max / 2 || queued_count_ > settings_.queue_count_max / 2);
    flusher_sleeps_ = false;
  }
  if (wake) wake_.notify_one();
  return true;
}

// ---- the flusher ----

void SegmentLog::run() {
  pthread_setname_np(pthread_self(), "log-flush");
  using std::chrono::microseconds;
  const std::int64_t sync_interval_us = microseconds(settings_.sync_interval).count();
  const std::int64_t retention_interval_us = microseconds(settings_.retention_interval).count();
  std::int64_t retention_at_us = clock_.monotonic_us() + retention_interval_us;
  std::int64_t round_at_us = 0;
  std::size_t last_appends = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (queued_appends_ == 0 && !stopping_) {
      const std::int64_t now_us = clock_.monotonic_us();
      if (retention_at_us <= now_us) break;
      flusher_sleeps_ = true;
      wake_.wait_for(lock, microseconds(retention_at_us - now_us));
      flusher_sleeps_ = false;
    }
    if (queued_appends_ == 0 && stopping_) return;

    if (queued_appends_ > 0) {
      if (last_appends > 1) {
        wake_.wait_for(lock, microseconds(round_at_us + sync_interval_us - clock_.monotonic_us()), [this] {
          return stopping_ || queued_bytes_ > settings_.queue_bytes_max / 2 ||
                 queued_count_ > settings_.queue_count_max / 2;
        });
      }
      round_at_us = clock_.monotonic_us();
      Round round;
      round.partitions = std::exchange(dirty_, {});
      for (LogPartition* partition : round.partitions) {
        LogPartition::Pending& pending = partition->pending;
        pending.frame_bytes_hint = pending.frames.back().size_bytes();
        round.frames.push_back(std::exchange(pending.frames, {}));
      }
      round.waiting = std::move(waiting_);
      round.appends = last_appends = std::exchange(queued_appends_, 0);
      round.count = std::exchange(queued_count_, 0);
      round.bytes = std::exchange(queued_bytes_, 0);
      instruments_->queued.set(0);
      Status status = failure_;
      lock.unlock();
      if (status) status = write(round);
      if (!status) turn_read_only(status);
      Wakeups wakeups;
      if (status) {
        for (std::size_t i = 0; i < round.partitions.size(); ++i) {
          const std::size_t bytes = round.partitions[i]->publish(wakeups);
          forget_old_frames(round.partitions[i], round.frames[i].size(), bytes);
        }
      }
      while (LogWaiter* waiter = round.waiting.pop()) {
        static_cast<Append*>(waiter)->status_ = status;
        wakeups.add(waiter);
      }
      wakeups.post();
      lock.lock();
    }

    const std::int64_t now_us = clock_.monotonic_us();
    if (retention_at_us <= now_us) {
      retention_at_us = now_us + retention_interval_us;
      lock.unlock();
      apply_retention();
      lock.lock();
    }
  }
}

void SegmentLog::turn_read_only(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (!failure_) return;
  failure_ = status;
  instruments_->read_only.set(1);
  log_error("event_log.read_only", {{"error", status.error().detail}});
}

Status SegmentLog::write(Round& round) {
  const Timestamp at = clock_.now();
  for (std::size_t i = 0; i < round.partitions.size(); ++i) JT_TRY(round.partitions[i]->write(round.frames[i], at));
  if (settings_.before_sync) JT_TRY(settings_.before_sync());
  const std::int64_t before_us = clock_.monotonic_us();
  for (LogPartition* partition : round.partitions) JT_TRY(partition->sync());
  instruments_->sync_s.observe(static_cast<double>(clock_.monotonic_us() - before_us) * 1e-6);
  instruments_->rounds.add();
  instruments_->records.add(round.count);
  instruments_->bytes.add(round.bytes);
  return {};
}

void SegmentLog::forget_old_frames(LogPartition* partition, std::size_t frames, std::size_t bytes) {
  recent_order_.insert(recent_order_.end(), frames, partition);
  recent_bytes_ += bytes;
  while (recent_bytes_ > settings_.memory_bytes_max) {
    recent_bytes_ -= recent_order_.front()->drop_oldest_frame();
    recent_order_.pop_front();
  }
}

// ---- deadlines of readers ----

void SegmentLog::lower_deadline(std::int64_t deadline_us) {
  if (deadline_us >= earliest_deadline_us_.load()) return;
  {
    const std::lock_guard lock(deadline_mutex_);
    earliest_deadline_us_ = std::min(earliest_deadline_us_.load(), deadline_us);
  }
  deadline_wake_.notify_one();
}

void SegmentLog::run_deadlines() {
  pthread_setname_np(pthread_self(), "log-deadlines");
  std::unique_lock lock(deadline_mutex_);
  while (!stopped_) {
    const std::int64_t left_us = earliest_deadline_us_.load() - clock_.monotonic_us();
    if (left_us > 0) {
      deadline_wake_.wait_for(lock, std::chrono::microseconds(std::min(left_us, kDeadlineSleepUsMax)));
      continue;
    }
    earliest_deadline_us_ = INT64_MAX;  // who waits from here on lowers it again
    lock.unlock();
    const std::int64_t next_us = wake_expired_readers();
    lock.lock();
    earliest_deadline_us_ = std::min(earliest_deadline_us_.load(), next_us);
  }
}

std::int64_t SegmentLog::wake_expired_readers() {
  const std::int64_t now_us = clock_.monotonic_us();
  Wakeups wakeups;
  std::int64_t earliest_us = INT64_MAX;
  for (LogPartition* partition : all_partitions()) {
    earliest_us = std::min(earliest_us, partition->expire_waiters(now_us, wakeups));
  }
  wakeups.post();
  return std::max(earliest_us, now_us + kExpiryStepUs);
}

void SegmentLog::apply_retention() {
  const Timestamp now = clock_.now();
  for (LogPartition* partition : all_partitions()) {
    if (Status status = partition->apply_retention(now); !status) {
      log_warn("event_log.retention_failed", {{"error", status.error().detail}});
    }
  }
}

// ---- read ----

bool SegmentLog::AtEnd::await_suspend(std::coroutine_handle<> waiting) {
  loop = Loop::current();
  JT_ASSERT(loop != nullptr, "read needs a loop");
  coroutine = waiting;
  if (!partition->wait_at_end(this)) return false;
  log.lower_deadline(deadline_us);  // this object is resumed on this thread, so it still lives
  return true;
}

Task<Result<std::vector<SegmentFrame>>> SegmentLog::read(LogPartition* partition, std::int64_t offset,
                                                         std::size_t count_max, std::size_t bytes_max, Millis wait) {
  const std::int64_t deadline_us = clock_.monotonic_us() + std::chrono::microseconds(wait).count();
  std::vector<SegmentFrame> frames;
  count_max = std::max<std::size_t>(count_max, 1);
  bytes_max = std::max<std::size_t>(bytes_max, 1);
  for (;;) {
    const RecentRead found = partition->read_recent(offset, count_max, bytes_max, frames);
    if (found == RecentRead::found) co_return frames;
    if (found == RecentRead::after_end) {
      co_return fail(ErrorCode::invalid,
                     "offset " + std::to_string(offset) + " is after the end of " + partition->directory());
    }
    if (found == RecentRead::in_file) break;
    if (wait <= Millis{0} || clock_.monotonic_us() >= deadline_us) co_return frames;
    if (stopped_) co_return busy("the event log is stopping");
    AtEnd end(*this, partition);
    end.offset = offset;
    end.deadline_us = deadline_us;
    co_await end;
  }
  auto work = [partition, offset, count_max, bytes_max] { return partition->read_files(offset, count_max, bytes_max); };
  auto done = co_await readers_->run(std::move(work));
  if (!done) co_return fail(done.error());
  co_return std::move(*done);
}

}  // namespace jangteo
