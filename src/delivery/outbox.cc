#include "delivery/outbox.h"

#include <algorithm>

#include "base/bytes.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

const SqlStatement kInsert{"INSERT INTO outbox(seq, body) VALUES (?, ?)"};
const SqlStatement kLastSeq{"SELECT COALESCE(MAX(seq), 0), COALESCE(MIN(seq), 0) FROM outbox"};
const SqlStatement kRead{"SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT 8"};
const SqlStatement kRemove{"DELETE FROM outbox WHERE seq <= ?"};

constexpr Millis kRemoveDelay{250};
constexpr std::size_t kTopicBytesMax = 255;

bool fits(std::string_view topic, std::string_view key, std::string_view value) {
  return topic.size() <= kTopicBytesMax && key.size() <= kEntryKeyBytesMax && value.size() <= kEntryValueBytesMax;
}

}  // namespace

void append_frame(std::string& out, std::string_view topic, std::uint32_t partition, std::string_view key,
                  std::string_view value) {
  JT_ASSERT(fits(topic, key, value), "a message is no larger than the event log takes");
  append_le<std::uint16_t>(out, static_cast<std::uint16_t>(topic.size()));
  out += topic;
  append_le<std::uint32_t>(out, partition);
  append_le<std::uint16_t>(out, static_cast<std::uint16_t>(key.size()));
  out += key;
  append_le<std::uint32_t>(out, static_cast<std::uint32_t>(value.size()));
  out += value;
}

void emit(SqlTx& tx, std::string_view topic, std::uint32_t partition, std::string_view key, std::string_view value) {
  if (!fits(topic, key, value)) {
    const std::string detail = "a message for topic " + std::string(topic.substr(0, kTopicBytesMax)) + " is too large";
    throw SqlFailure{Error{ErrorCode::too_large, detail, {}, 0, {}}};
  }
  append_frame(tx.emissions(), topic, partition, key, value);
}

Status read_frames(std::string_view body, std::vector<LogEntry>& entries) {
  const auto broken = [] { return fail(ErrorCode::internal, "an outbox row holds no whole frames"); };
  while (!body.empty()) {
    LogEntry entry;
    const auto take = [&](std::size_t size, std::string_view& out) {
      if (body.size() < size) return false;
      out = body.substr(0, size);
      body.remove_prefix(size);
      return true;
    };
    std::string_view field;
    if (!take(2, field) || !take(load_le<std::uint16_t>(field.data()), entry.topic)) return broken();
    if (!take(4, field)) return broken();
    entry.partition = load_le<std::uint32_t>(field.data());
    if (!take(2, field) || !take(load_le<std::uint16_t>(field.data()), entry.key)) return broken();
    if (!take(4, field) || !take(load_le<std::uint32_t>(field.data()), entry.value)) return broken();
    entries.push_back(entry);
  }
  return {};
}

OutboxRelay::OutboxRelay(SqlDatabase& database, EventLog& log, MetricsRegistry& metrics, CommitHook* next,
                         OutboxLimits limits)
    : database_(database),
      log_(log),
      next_(next),
      limits_(limits),
      published_(metrics.counter("jangteo_outbox_published_total", "Messages moved from an outbox into the event log",
                                 {{"database", database.name()}})),
      retries_(metrics.counter("jangteo_outbox_retries_total", "Appends to the event log that failed and were repeated",
                               {{"database", database.name()}})) {
  metrics.gauge_function("jangteo_outbox_queue_bytes", "Bytes of committed messages that wait for the event log",
                         {{"database", database.name()}}, [this] {
                           const std::lock_guard lock(mutex_);
                           return static_cast<double>(queue_bytes_);
                         });
}

Status OutboxRelay::open() {
  JT_TRY(database_.read_blocking([&](SqlReader& reader) -> Status {
    reader.query(kLastSeq, {}, [&](const SqlRow& row) {
      last_seq_ = row.integer(0);
      published_seq_ = removed_seq_ = std::max<std::int64_t>(row.integer(1) - 1, 0);
    });
    return {};
  }));
  committed_seq_ = last_seq_;
  behind_ = last_seq_ > published_seq_;
  database_.set_commit_hook(this);
  return {};
}

void OutboxRelay::before_commit(SqlTx& tx, std::string_view emissions) {
  if (next_ != nullptr) next_->before_commit(tx, emissions);
  tx.exec(kInsert, {last_seq_ + 1, SqlValue::blob(emissions)});
}

void OutboxRelay::after_commit(std::string emissions) noexcept {
  if (next_ != nullptr) next_->after_commit({});
  if (emissions.empty()) return;
  ++last_seq_;
  {
    const std::lock_guard lock(mutex_);
    committed_seq_ = last_seq_;
    if (!behind_) {
      if (queue_bytes_ + emissions.size() > limits_.queue_bytes_max) {
        behind_ = true;
      } else {
        queue_bytes_ += emissions.size();
        queue_.push_back(Row{last_seq_, std::move(emissions)});
      }
    }
  }
  event_.set();
}

void OutboxRelay::after_rollback() noexcept {
  if (next_ != nullptr) next_->after_rollback();
}

void OutboxRelay::after_unit_rollback(SqlReader& reader) {
  if (next_ != nullptr) next_->after_unit_rollback(reader);
}

void OutboxRelay::start(TaskScope& scope) {
  scope.spawn(run(&scope));
  event_.set();
}

Task<Result<std::vector<OutboxRelay::Row>>> OutboxRelay::read_rows(std::int64_t after_seq) {
  CallContext context;
  auto work = [after_seq](SqlReader& reader) -> Result<std::vector<Row>> {
    std::vector<Row> rows;
    reader.query(kRead, {after_seq},
                 [&](const SqlRow& row) { rows.push_back(Row{row.integer(0), std::string(row.text(1))}); });
    return rows;
  };
  auto rows = co_await read(database_, context, std::move(work));
  co_return rows;
}

// What is to be published next, from the queue or, when the relay is behind, from the table.
Task<std::vector<OutboxRelay::Row>> OutboxRelay::take() {
  std::vector<Row> rows;
  bool behind = false;
  {
    const std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    while (!queue_.empty() && (rows.empty() || bytes + queue_.front().body.size() <= limits_.append_bytes_max)) {
      bytes += queue_.front().body.size();
      rows.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    queue_bytes_ -= bytes;
    behind = behind_;
  }
  if (!rows.empty() || !behind) co_return rows;
  auto found = co_await read_rows(published_seq_);
  if (!found) {
    log_warn("outbox.read_failed", {{"database", database_.name()}, {"why", found.error().detail}});
    co_await sleep_for(Millis{500});
    event_.set();
    co_return rows;
  }
  if (found->empty()) {
    const std::lock_guard lock(mutex_);
    behind_ = committed_seq_ > published_seq_;  // a commit since that read is only in the table
    if (behind_) event_.set();
    co_return rows;
  }
  event_.set();
  co_return std::move(*found);
}

Task<void> OutboxRelay::run(TaskScope* scope) {
  while (!scope->stopping()) {
    auto rows = co_await take();
    if (rows.empty()) {
      co_await event_.wait();
      continue;
    }
    std::vector<LogEntry> entries;
    for (const auto& row : rows) {
      const auto read = read_frames(row.body, entries);
      JT_ASSERT(read.has_value(), "the outbox holds whole frames");
    }
    const bool published = co_await publish(scope, std::move(entries));
    if (!published) co_return;  // the scope stops; the rows are still in the table
    published_seq_ = rows.back().seq;
    remove_later(scope);
  }
}

// Appends all entries, in parts that the log takes; repeats a part that fails. False: the scope stops before the end.
Task<bool> OutboxRelay::publish(TaskScope* scope, std::vector<LogEntry> entries) {
  Millis pause{10};
  for (std::size_t first = 0; first < entries.size();) {
    std::size_t end = first;
    for (std::size_t bytes = 0; end < entries.size(); ++end) {
      bytes += entries[end].key.size() + entries[end].value.size();
      if (end > first && bytes > limits_.append_bytes_max) break;
    }
    std::vector<LogEntry> part(entries.begin() + static_cast<std::ptrdiff_t>(first),
                               entries.begin() + static_cast<std::ptrdiff_t>(end));
    const auto appended = co_await log_.append(std::move(part));
    if (appended) {
      published_.add(end - first);
      first = end;
      pause = Millis{10};
      continue;
    }
    retries_.add();
    log_warn("outbox.append_failed", {{"database", database_.name()}, {"why", appended.error().detail}});
    if (scope->stopping()) co_return false;
    co_await sleep_for(pause);
    if (scope->stopping()) co_return false;
    pause = std::min(pause * 2, Millis{1000});
  }
  co_return true;
}

void OutboxRelay::remove_later(TaskScope* scope) {
  if (removing_ || published_seq_ <= removed_seq_) return;
  removing_ = true;
  scope->spawn(remove_published(scope));
}

Task<void> OutboxRelay::remove_published(TaskScope* scope) {
  if (!scope->stopping()) co_await sleep_for(kRemoveDelay);
  const std::int64_t seq = published_seq_;
  CallContext context;
  auto work = [seq](SqlTx& tx) -> Result<std::int64_t> { return tx.exec(kRemove, {seq}); };
  auto removed = co_await write(database_, context, std::move(work));
  removing_ = false;
  if (removed) removed_seq_ = seq;
  if (removed || !scope->stopping()) remove_later(scope);
}

}  // namespace jangteo
