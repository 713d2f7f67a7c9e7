// Subscriber: reads one partition of a topic and hands batches on. Where to read on is stored in the database of the
// effects, in their transaction: a record is applied at least once, and exactly once when its producer appended it
// once.
//
// Failures: a batch that fails is tried again after a pause (10 ms doubling to 1 s, ± 25 %) for as long as the error is
// retryable. Otherwise, after three tries, its records are applied one by one and the one that still fails becomes a
// dead letter with the reason. A record that cannot be read becomes one at once. Nothing else waits for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ports/event_log.h"
#include "ports/sql_database.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "runtime/scope.h"

namespace jangteo {

struct SubscriberSettings {
  std::string consumer;  // "order.saga"
  std::string topic;
  std::uint32_t partition = 0;
  std::size_t batch_count_max = 512;
  std::size_t batch_bytes_max = 1 << 20;
};

// Where a consumer of a partition stands; lives in the database of its effects.
class ConsumerPosition {
 public:
  ConsumerPosition(std::string consumer, std::string topic, std::uint32_t partition)
      : consumer_(std::move(consumer)), topic_(std::move(topic)), partition_(partition) {}

  // Creates the row when there is none (`first` = where a new consumer starts). Blocking, at start.
  Status open(SqlDatabase& database, std::int64_t first);
  std::int64_t next_offset() const { return next_offset_; }
  void store(SqlTx& tx, std::int64_t next_offset) const;
  void advance(std::int64_t next_offset) { next_offset_ = next_offset; }  // after the commit
  void bury(SqlTx& tx, const LogRecord& record, std::string_view reason, Timestamp now) const;

  const std::string& consumer() const { return consumer_; }
  const std::string& topic() const { return topic_; }
  std::uint32_t partition() const { return partition_; }

 private:
  std::string consumer_;
  std::string topic_;
  std::uint32_t partition_;
  std::int64_t next_offset_ = 0;
};

class SubscriberBase {
 public:
  SubscriberBase(SubscriberSettings settings, SqlDatabase& database, EventLog& log, Clock& clock,
                 MetricsRegistry& metrics);
  virtual ~SubscriberBase() = default;
  Status open();                 // blocking, at start; a new consumer begins at the begin of the partition
  void start(TaskScope& scope);  // on the background loop

 protected:
  // Applies the records [0, batch.records.size()) and stores `next_offset`, all in one unit of work.
  virtual Task<Status> apply(const LogBatch* batch, std::int64_t next_offset) = 0;
  Task<Status> bury(const LogBatch* batch, std::string reason);
  // A record that cannot be read: with the batch's effects, in their unit; counted once that is durable.
  using Unreadable = std::vector<std::pair<const LogRecord*, std::string>>;
  void bury_unreadable(SqlTx& tx, const Unreadable& records) const;
  void count_unreadable(const Unreadable& records);

  SubscriberSettings settings_;
  SqlDatabase& database_;
  EventLog& log_;
  Clock& clock_;
  ConsumerPosition position_;

 private:
  Task<void> run(TaskScope* scope);
  Task<bool> apply_with_retries(TaskScope* scope, const LogBatch* batch);

  Counter& records_;
  Counter& retries_;
  Counter& dead_letters_;
};

// A subscriber whose effects are one synchronous unit of work. `parse` runs on the loop (off the storage thread) and
// must not touch state; `apply` runs in the unit. Message owns what it needs (views into the record stay valid through
// the unit).
template <class Message>
class Subscriber final : public SubscriberBase {
 public:
  using Parse = std::function<Result<Message>(const LogRecord&)>;
  using Apply = std::function<Status(SqlTx&, std::vector<Message>&)>;
  Subscriber(SubscriberSettings settings, SqlDatabase& database, EventLog& log, Clock& clock, MetricsRegistry& metrics,
             Parse parse, Apply apply)
      : SubscriberBase(std::move(settings), database, log, clock, metrics),
        parse_(std::move(parse)),
        apply_(std::move(apply)) {}

 protected:
  Task<Status> apply(const LogBatch* batch, std::int64_t next_offset) override {
    std::vector<Message> messages;
    Unreadable unreadable;
    messages.reserve(batch->records.size());
    for (const auto& record : batch->records) {
      auto message = parse_(record);
      if (message) {
        messages.push_back(std::move(*message));
      } else {
        unreadable.emplace_back(&record, message.error().detail);
      }
    }
    CallContext context;
    auto work = [this, &messages, &unreadable, next_offset](SqlTx& tx) -> Status {
      bury_unreadable(tx, unreadable);
      JT_TRY(apply_(tx, messages));
      position_.store(tx, next_offset);
      return {};
    };
    auto done = co_await write(database_, context, std::move(work));
    if (done) count_unreadable(unreadable);
    co_return done;
  }

 private:
  Parse parse_;
  Apply apply_;
};

}  // namespace jangteo
