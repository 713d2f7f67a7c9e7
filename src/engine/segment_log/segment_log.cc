#include "engine/segment_log/segment_log.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "engine/segment_log/log_recovery.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr std::size_t kFrameBytesSoftMax = 256 << 10;  // a frame this big takes no further append
constexpr std::size_t kSegmentWriteBytes = 256 << 10;  // a partition with this much unwritten is written to its segment
constexpr std::int64_t kJournalsOverdue = 4;           // a journal this many times its size waits for the checkpoint
constexpr std::int64_t kExpiryStepUs = 5000;           // readers whose wait ends within this are woken together
constexpr std::int64_t kDeadlineSleepUsMax = 3600LL * 1000 * 1000;
constexpr Millis kReadWaitMax{24LL * 3600 * 1000};
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
  std::size_t count = 0;
  std::size_t bytes = 0;
};

// What must be durable for the positions to hold, and the journal that is free then.
struct SegmentLog::Checkpoint {
  std::vector<LogPartition::Unsynced> unsynced;
  std::vector<std::pair<LogPartition*, PartitionPosition>> positions;
  std::uint64_t journal_sequence = 0;
  std::uint64_t journal_position = 0;
  std::string old_journal;  // empty: the journal goes on
  bool keep_old_journal = false;
};

struct SegmentLog::Instruments {
  explicit Instruments(MetricsRegistry& registry)
      : records(registry.counter("jangteo_event_log_records_total", "Records that became durable")),
        bytes(
            registry.counter("jangteo_event_log_bytes_total", "Bytes of keys, values and record headers made durable")),
        rounds(
            registry.counter("jangteo_event_log_rounds_total", "Rounds of the flusher: one write and one fdatasync")),
        refused(registry.counter("jangteo_event_log_refused_total", "Appends refused because the queue was full")),
        checkpoints(registry.counter("jangteo_event_log_checkpoints_total", "Checkpoints stored")),
        file_reads(registry.counter("jangteo_event_log_file_reads_total", "Reads that memory could not serve")),
        queued(registry.gauge("jangteo_event_log_queue_records", "Records that wait for the flusher")),
        memory_bytes(registry.gauge("jangteo_event_log_memory_bytes", "Newest frames kept in memory")),
        read_only(registry.gauge("jangteo_event_log_read_only", "1 after a disk error, until the next start")),
        sync_s(registry.histogram("jangteo_event_log_sync_seconds", "Time of a round's fdatasync", {}, kSyncBoundsS)) {}
  Counter& records;
  Counter& bytes;
  Counter& rounds;
  Counter& refused;
  Counter& checkpoints;
  Counter& file_reads;
  Gauge& queued;
  Gauge& memory_bytes;
  Gauge& read_only;
  Histogram& sync_s;
};

// ---- start and stop ----

SegmentLog::SegmentLog(const SegmentLogSettings& settings, Clock& clock, MetricsRegistry& metrics,
                       DataDirectory directory)
    : settings_(settings),
      clock_(clock),
      directory_(std::move(directory)),
      instruments_(std::make_unique<Instruments>(metrics)) {
  tables_.push_back(std::make_unique<const TopicTable>());
  topics_ = tables_.back().get();
}

Result<std::unique_ptr<SegmentLog>> SegmentLog::open(const SegmentLogSettings& settings, Clock& clock,
                                                     MetricsRegistry& metrics) {
  JT_ASSERT(settings.segment_bytes > 0 && settings.segment_bytes <= 1 << 30, "positions in a segment have 32 bits");
  JT_ASSERT(settings.journal_bytes > 0 && settings.journal_bytes <= 256 << 20, "positions in a journal have 32 bits");
  JT_ASSERT(settings.queue_bytes_max <= kFrameBytesMax, "what is queued fits a frame");
  auto directory = DataDirectory::open(settings.directory);
  if (!directory) return fail(directory.error());
  std::unique_ptr<SegmentLog> log(new SegmentLog(settings, clock, metrics, std::move(*directory)));
  JT_TRY(log->start());
  return log;
}

Status SegmentLog::start() {
  auto recovered = recover_log(settings_.directory, settings_.segment_bytes);
  if (!recovered) return fail(recovered.error());
  if (recovered->frames > 0) log_info("event_log.recovered", {{"frames", recovered->frames}});
  auto journal =
      LogJournal::start(settings_.directory, recovered->last_sequence + 1, recovered->last_end, std::string());
  if (!journal) return fail(journal.error());
  journal_ = std::move(*journal);
  checkpoint_ = std::move(recovered->checkpoint);
  checkpoint_.journal_sequence = journal_->sequence();
  checkpoint_.journal_position = journal_->size_bytes();
  JT_TRY(store_checkpoint(settings_.directory, checkpoint_));
  for (const std::string& old : recovered->old_journals) {
    if (old == journal_->path()) continue;
    if (spare_journal_.empty()) {
      spare_journal_ = old;
    } else {
      ::unlink(old.c_str());
    }
  }
  readers_ = std::make_unique<BlockingPool>("log-read", settings_.read_threads, settings_.read_queue_count_max);
  flusher_ = std::thread([this] { run(); });
  deadlines_ = std::thread([this] { run_deadlines(); });
  return {};
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
    for (std::uint32_t i = 0; i < settings.partitions; ++i) {
      if (!error) fs::create_directories(unfinished + "/" + std::to_string(i), error);
    }
    if (error) return fail(ErrorCode::unavailable, unfinished + ": cannot be made: " + error.message());
    JT_TRY(sync_directory(unfinished));
    fs::rename(unfinished, directory, error);
    if (error) return fail(ErrorCode::unavailable, directory + ": cannot be made: " + error.message());
    JT_TRY(sync_directory(settings_.directory));
  }
  std::size_t found = 0;
  while (fs::is_directory(directory + "/" + std::to_string(found), error)) ++found;
  if (found != settings.partitions) return other_count(found);

  auto topic = std::make_shared<SegmentTopic>();
  topic->name = settings.name;
  const LogPartitionSettings partition_settings{settings.retention, settings.retention_bytes_max,
                                                settings_.segment_bytes};
  const std::lock_guard lock(checkpoint_mutex_);
  bool is_new = false;
  for (std::uint32_t i = 0; i < settings.partitions; ++i) {
    std::string name = settings.name + "/" + std::to_string(i);
    const auto known = checkpoint_.partitions.find(name);
    std::optional<PartitionPosition> position;
    if (known != checkpoint_.partitions.end()) position = known->second;
    auto partition = LogPartition::open(name, settings_.directory + "/" + name, partition_settings, position);
    if (!partition) return fail(partition.error());
    if (!position) {
      // An empty one needs nothing durable: the first checkpoint that finds records in it syncs it.
      if ((*partition)->position().next_offset > 0) JT_TRY((*partition)->take_unsynced().sync());
      checkpoint_.partitions.emplace(std::move(name), (*partition)->position());
      is_new = true;
    }
    topic->partitions.push_back(std::move(*partition));
  }
  if (is_new) JT_TRY(store_checkpoint(settings_.directory, checkpoint_));
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
    wake = flusher_sleeps_ || half_full();
    flusher_sleeps_ = false;
  }
  if (wake) wake_.notify_one();
  return true;
}

bool SegmentLog::half_full() const {
  return queued_bytes_ > settings_.queue_bytes_max / 2 || queued_count_ > settings_.queue_count_max / 2;
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
      const std::int64_t left_us = retention_at_us - clock_.monotonic_us();
      if (left_us <= 0) break;
      flusher_sleeps_ = true;
      wake_.wait_for(lock, microseconds(left_us));
      flusher_sleeps_ = false;
    }
    if (queued_appends_ == 0 && stopping_) break;
    if (queued_appends_ > 0) {
      if (last_appends > 1) {
        wake_.wait_for(lock, microseconds(round_at_us + sync_interval_us - clock_.monotonic_us()),
                       [this] { return stopping_ || half_full(); });
      }
      round_at_us = clock_.monotonic_us();
      Round round;
      round.partitions = std::exchange(dirty_, {});
      round.frames.reserve(round.partitions.size());
      for (LogPartition* partition : round.partitions) {
        LogPartition::Pending& pending = partition->pending;
        std::size_t& hint = pending.frame_bytes_hint;
        hint -= hint / 8;
        for (const FrameBuilder& frame : pending.frames) hint = std::max(hint, frame.size_bytes());
        round.frames.push_back(std::exchange(pending.frames, {}));
      }
      round.waiting = std::move(waiting_);
      last_appends = std::exchange(queued_appends_, 0);
      round.count = std::exchange(queued_count_, 0);
      round.bytes = std::exchange(queued_bytes_, 0);
      instruments_->queued.set(0);
      const Status status = failure_;
      lock.unlock();
      flush(std::move(round), status);
      lock.lock();
    }
    if (retention_at_us <= clock_.monotonic_us()) {
      const bool sound = failure_.has_value();
      lock.unlock();
      if (sound) tidy_up();
      retention_at_us = clock_.monotonic_us() + retention_interval_us;
      lock.lock();
    }
  }
  const bool sound = failure_.has_value();
  lock.unlock();
  checkpoint_running_.wait(true);
  if (sound) begin_final_checkpoint();
}

void SegmentLog::flush(Round round, Status status) {
  if (status) {
    status = write(round);
    if (!status) turn_read_only(status);
  }
  Wakeups wakeups;
  if (status) {
    for (std::size_t i = 0; i < round.partitions.size(); ++i) {
      recent_bytes_ += round.partitions[i]->publish(wakeups);
      recent_order_.insert(recent_order_.end(), round.frames[i].size(), round.partitions[i]);
    }
  }
  while (LogWaiter* waiter = round.waiting.pop()) {
    static_cast<Append*>(waiter)->status_ = status;
    wakeups.add(waiter);
  }
  wakeups.post();
  if (!status) return;
  if (Status settled = settle(round); !settled) return turn_read_only(settled);
  if (journal_->size_bytes() >= static_cast<std::uint64_t>(settings_.journal_bytes)) begin_checkpoint();
}

Status SegmentLog::write(Round& round) {
  const Timestamp at = clock_.now();
  for (std::size_t i = 0; i < round.partitions.size(); ++i) {
    journal_->add(round.partitions[i]->name(), round.partitions[i]->seal(round.frames[i], at));
  }
  JT_TRY(journal_->write());
  if (settings_.before_sync) JT_TRY(settings_.before_sync());
  const std::int64_t before_us = clock_.monotonic_us();
  JT_TRY(journal_->sync());
  instruments_->sync_s.observe(static_cast<double>(clock_.monotonic_us() - before_us) * 1e-6);
  instruments_->rounds.add();
  instruments_->records.add(round.count);
  instruments_->bytes.add(round.bytes);
  return {};
}

Status SegmentLog::settle(const Round& round) {
  for (LogPartition* partition : round.partitions) {
    if (partition->unwritten_bytes() >= kSegmentWriteBytes) JT_TRY(partition->write_segments());
  }
  while (recent_bytes_ > settings_.memory_bytes_max) {
    LogPartition* oldest = recent_order_.front();
    if (!oldest->oldest_frame_is_written()) JT_TRY(oldest->write_segments());
    recent_bytes_ -= oldest->drop_oldest_frame();
    recent_order_.pop_front();
  }
  instruments_->memory_bytes.set(static_cast<double>(recent_bytes_));
  return {};
}

void SegmentLog::turn_read_only(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (!failure_) return;
  failure_ = status;
  instruments_->read_only.set(1);
  log_error("event_log.read_only", {{"error", status.error().detail}});
}

void SegmentLog::tidy_up() {
  if (checkpoint_wanted_ || journal_->size_bytes() > kLogJournalHeaderBytes) begin_checkpoint();
  const Timestamp now = clock_.now();
  for (LogPartition* partition : all_partitions()) {
    auto rolled = partition->apply_retention(now);
    if (!rolled) log_warn("event_log.retention_failed", {{"error", rolled.error().detail}});
    if (rolled && *rolled) checkpoint_wanted_ = true;
  }
}

// ---- checkpoints ----

Status SegmentLog::collect(Checkpoint& checkpoint) {
  for (LogPartition* partition : all_partitions()) {
    JT_TRY(partition->write_segments());
    checkpoint.positions.emplace_back(partition, partition->position());
    checkpoint.unsynced.push_back(partition->take_unsynced());
  }
  return {};
}

void SegmentLog::begin_checkpoint() {
  if (checkpoint_running_) {
    if (journal_->size_bytes() < static_cast<std::uint64_t>(kJournalsOverdue * settings_.journal_bytes)) return;
    checkpoint_running_.wait(true);
  }
  checkpoint_wanted_ = false;
  auto checkpoint = std::make_shared<Checkpoint>();
  if (Status collected = collect(*checkpoint); !collected) return turn_read_only(collected);
  std::string spare;
  {
    const std::lock_guard lock(checkpoint_mutex_);
    spare = std::exchange(spare_journal_, {});
  }
  auto next = LogJournal::start(settings_.directory, journal_->sequence() + 1, journal_->size_bytes(), spare);
  if (!next) return turn_read_only(fail(next.error()));
  checkpoint->old_journal = journal_->path();
  checkpoint->keep_old_journal = journal_->size_bytes() < static_cast<std::uint64_t>(2 * settings_.journal_bytes);
  journal_ = std::move(*next);
  checkpoint->journal_sequence = journal_->sequence();
  checkpoint->journal_position = journal_->size_bytes();
  checkpoint_running_ = true;
  if (!readers_->submit([this, checkpoint] { finish_checkpoint(*checkpoint); })) finish_checkpoint(*checkpoint);
}

void SegmentLog::begin_final_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.journal_sequence = journal_->sequence();
  checkpoint.journal_position = journal_->size_bytes();
  if (Status collected = collect(checkpoint); !collected) return turn_read_only(collected);
  finish_checkpoint(checkpoint);
}

void SegmentLog::finish_checkpoint(const Checkpoint& checkpoint) {
  Status status;
  for (const LogPartition::Unsynced& unsynced : checkpoint.unsynced) {
    if (status) status = unsynced.sync();
  }
  if (status) {
    const std::lock_guard lock(checkpoint_mutex_);
    checkpoint_.journal_sequence = checkpoint.journal_sequence;
    checkpoint_.journal_position = checkpoint.journal_position;
    for (const auto& [partition, position] : checkpoint.positions) {
      checkpoint_.partitions.insert_or_assign(partition->name(), position);
    }
    status = store_checkpoint(settings_.directory, checkpoint_);
    if (status && !checkpoint.old_journal.empty()) {
      if (checkpoint.keep_old_journal && spare_journal_.empty()) {
        spare_journal_ = checkpoint.old_journal;
      } else {
        ::unlink(checkpoint.old_journal.c_str());
      }
    }
  }
  if (status) {
    for (const auto& [partition, position] : checkpoint.positions) partition->set_checkpointed(position);
    instruments_->checkpoints.add();
  } else {
    turn_read_only(status);
  }
  checkpoint_running_ = false;
  checkpoint_running_.notify_all();
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
  const std::int64_t deadline_us =
      clock_.monotonic_us() + std::chrono::microseconds(std::min(wait, kReadWaitMax)).count();
  std::vector<SegmentFrame> frames;
  count_max = std::max<std::size_t>(count_max, 1);
  bytes_max = std::max<std::size_t>(bytes_max, 1);
  for (;;) {
    const RecentRead found = partition->read_recent(offset, count_max, bytes_max, frames);
    if (found == RecentRead::found) co_return frames;
    if (found == RecentRead::after_end) {
      co_return fail(ErrorCode::invalid,
                     "offset " + std::to_string(offset) + " is after the end of " + partition->name());
    }
    if (found == RecentRead::in_file) break;
    if (wait <= Millis{0} || clock_.monotonic_us() >= deadline_us) co_return frames;
    if (stopped_) co_return busy("the event log is stopping");
    AtEnd end(*this, partition);
    end.offset = offset;
    end.deadline_us = deadline_us;
    co_await end;
  }
  instruments_->file_reads.add();
  auto work = [partition, offset, count_max, bytes_max] { return partition->read_files(offset, count_max, bytes_max); };
  auto done = co_await readers_->run(std::move(work));
  if (!done) co_return fail(done.error());
  co_return std::move(*done);
}

}  // namespace jangteo
