#include "delivery/subscriber.h"

#include <algorithm>

#include "runtime/entropy.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

const SqlStatement kCreate{
    "INSERT INTO consumer_position(consumer, topic, part, next_offset) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kRead{"SELECT next_offset FROM consumer_position WHERE consumer = ? AND topic = ? AND part = ?"};
const SqlStatement kStore{"UPDATE consumer_position SET next_offset = ? WHERE consumer = ? AND topic = ? AND part = ?"};
const SqlStatement kBury{
    "INSERT INTO dead_letter(consumer, topic, part, record_offset, record_key, body, reason, at) VALUES (?, ?, ?, ?, "
    "?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"};

constexpr Millis kReadWait{500};
constexpr int kBatchTriesMax = 3;

Millis with_jitter(Millis pause) {
  const auto quarter = static_cast<std::uint64_t>(std::max<std::int64_t>(pause.count() / 4, 1));
  return pause - Millis{static_cast<std::int64_t>(quarter)} +
         Millis{static_cast<std::int64_t>(random_u64() % (2 * quarter + 1))};
}

}  // namespace

Status ConsumerPosition::open(SqlDatabase& database, std::int64_t first) {
  JT_TRY(database.write_blocking([&](SqlTx& tx) -> Status {
    tx.exec(kCreate, {consumer_, topic_, partition_, first});
    return {};
  }));
  return database.read_blocking([&](SqlReader& reader) -> Status {
    reader.query(kRead, {consumer_, topic_, partition_}, [&](const SqlRow& row) { next_offset_ = row.integer(0); });
    return {};
  });
}

void ConsumerPosition::store(SqlTx& tx, std::int64_t next_offset) const {
  const auto changed = tx.exec(kStore, {next_offset, consumer_, topic_, partition_});
  JT_ASSERT(changed == 1, "a consumer's position exists from its open() on");
}

void ConsumerPosition::bury(SqlTx& tx, const LogRecord& record, std::string_view reason, Timestamp now) const {
  tx.exec(kBury, {consumer_, topic_, partition_, record.offset, record.key, SqlValue::blob(record.value), reason, now});
}

SubscriberBase::SubscriberBase(SubscriberSettings settings, SqlDatabase& database, EventLog& log, Clock& clock,
                               MetricsRegistry& metrics)
    : settings_(std::move(settings)),
      database_(database),
      log_(log),
      clock_(clock),
      position_(settings_.consumer, settings_.topic, settings_.partition),
      records_(
          metrics.counter("jangteo_consumer_records_total", "Records applied", {{"consumer", settings_.consumer}})),
      retries_(metrics.counter("jangteo_consumer_retries_total", "Batches applied again after a failure",
                               {{"consumer", settings_.consumer}})),
      dead_letters_(metrics.counter("jangteo_dead_letters_total", "Records that could not be applied",
                                    {{"consumer", settings_.consumer}})) {}

Status SubscriberBase::open() { return position_.open(database_, 0); }

void SubscriberBase::start(TaskScope& scope) { scope.spawn(run(&scope)); }

Task<void> SubscriberBase::run(TaskScope* scope) {
  while (!scope->stopping()) {
    auto batch = co_await log_.read(settings_.topic, settings_.partition, position_.next_offset(),
                                    settings_.batch_count_max, settings_.batch_bytes_max, kReadWait);
    if (!batch) {
      log_error("consumer.read_failed",
                {{"consumer", settings_.consumer}, {"topic", settings_.topic}, {"why", batch.error().detail}});
      co_await sleep_for(Millis{500});
      continue;
    }
    if (batch->records.empty()) continue;
    const bool applied = co_await apply_with_retries(scope, &*batch);
    if (applied) {
      records_.add(batch->records.size());
      position_.advance(batch->next_offset);
    }
  }
}

Task<bool> SubscriberBase::apply_with_retries(TaskScope* scope, const LogBatch* batch) {
  Millis pause{10};
  for (int tries = 1; !scope->stopping(); ++tries) {
    auto applied = co_await apply(batch, batch->next_offset);
    if (applied) co_return true;
    retries_.add();
    const Error& error = applied.error();
    log_warn("consumer.apply_failed", {{"consumer", settings_.consumer},
                                       {"topic", settings_.topic},
                                       {"offset", batch->records.front().offset},
                                       {"records", static_cast<std::int64_t>(batch->records.size())},
                                       {"why", error.detail}});
    if (!is_retryable(error.code) && tries >= kBatchTriesMax) {
      if (batch->records.size() == 1) {
        auto buried = co_await bury(batch, error.detail);
        if (buried) co_return true;
      } else {
        for (const auto& record : batch->records) {
          LogBatch single{batch->memory, {record}, record.offset + 1};
          const bool done = co_await apply_with_retries(scope, &single);
          if (!done) co_return false;
          position_.advance(single.next_offset);
        }
        co_return true;
      }
    }
    co_await sleep_for(with_jitter(pause));
    pause = std::min(pause * 2, Millis{1000});
  }
  co_return false;
}

Task<Status> SubscriberBase::bury(const LogBatch* batch, std::string reason) {
  CallContext context;
  auto work = [this, batch, &reason](SqlTx& tx) -> Status {
    for (const auto& record : batch->records) position_.bury(tx, record, reason, clock_.now());
    position_.store(tx, batch->next_offset);
    return {};
  };
  auto buried = co_await write(database_, context, std::move(work));
  if (buried) {
    dead_letters_.add(batch->records.size());
    log_error("consumer.dead_letter", {{"consumer", settings_.consumer},
                                       {"topic", settings_.topic},
                                       {"offset", batch->records.front().offset},
                                       {"why", reason}});
  }
  co_return buried;
}

void SubscriberBase::bury_unreadable(SqlTx& tx, const Unreadable& records) const {
  for (const auto& [record, reason] : records) position_.bury(tx, *record, reason, clock_.now());
}

void SubscriberBase::count_unreadable(const Unreadable& records) {
  for (const auto& [record, reason] : records) {
    dead_letters_.add();
    log_error(
        "consumer.dead_letter",
        {{"consumer", settings_.consumer}, {"topic", settings_.topic}, {"offset", record->offset}, {"why", reason}});
  }
}

}  // namespace jangteo
