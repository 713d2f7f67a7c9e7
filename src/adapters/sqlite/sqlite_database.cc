#include "adapters/sqlite/sqlite_database.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "base/hash.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

const SqlStatement kBegin{"BEGIN IMMEDIATE"};
const SqlStatement kBeginRead{"BEGIN"};
const SqlStatement kCommit{"COMMIT"};
const SqlStatement kRollback{"ROLLBACK"};
const SqlStatement kSavepoint{"SAVEPOINT unit"};
const SqlStatement kRelease{"RELEASE unit"};
const SqlStatement kRollbackUnit{"ROLLBACK TO unit"};

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error overloaded(const std::string& name) {
  return Error{ErrorCode::unavailable, "too many units of work wait for database " + name, {}, 1, {}};
}

void name_thread(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

// A unit of work of a thread that is no loop.
template <class Argument>
class BlockingJob final : public SqlJob {
 public:
  explicit BlockingJob(const std::function<Status(Argument&)>& work) : work_(work) {}
  bool run(SqlTx& tx) override {
    if constexpr (std::is_same_v<Argument, SqlTx>) status_ = work_(tx);
    return status_.has_value();
  }
  bool run_read(SqlReader& reader) override {
    if constexpr (std::is_same_v<Argument, SqlReader>) status_ = work_(reader);
    return true;
  }
  void finish(std::optional<Error> error) noexcept override {
    const std::lock_guard lock(mutex_);
    if (error) status_ = std::unexpected<Error>(std::move(*error));
    done_ = true;
    wake_.notify_one();
  }
  Status wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return done_; });
    return std::move(status_);
  }

 private:
  const std::function<Status(Argument&)>& work_;
  Status status_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
};

}  // namespace

SqliteReadPool::SqliteReadPool(std::size_t threads, std::size_t queue_count_max)
    : running_(threads, nullptr), queue_count_max_(queue_count_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { serve(i); });
}

SqliteReadPool::~SqliteReadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool SqliteReadPool::submit(SqliteDatabase& database, SqlJob& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_count_max_) return false;
    queue_.push_back(Waiting{&database, &job});
  }
  wake_.notify_one();
  return true;
}

void SqliteReadPool::forget(SqliteDatabase& database) {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] {
    return std::none_of(queue_.begin(), queue_.end(),
                        [&](const Waiting& entry) { return entry.database == &database; }) &&
           std::none_of(running_.begin(), running_.end(),
                        [&](const SqliteDatabase* running) { return running == &database; });
  });
}

void SqliteReadPool::serve(std::size_t index) {
  name_thread("sql-read-" + std::to_string(index));
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Waiting next = queue_.front();
    queue_.pop_front();
    running_[index] = next.database;
    lock.unlock();
    next.database->run_read(*next.job, index);
    lock.lock();
    running_[index] = nullptr;
    idle_.notify_all();
  }
}

struct SqliteDatabase::Instruments {
  Instruments(MetricsRegistry& registry, const std::string& name)
      : units(registry.counter("jangteo_sql_units_total", "Units of work committed", {{"database", name}})),
        commits(registry.counter("jangteo_sql_commits_total", "Group commits", {{"database", name}})),
        refused(registry.counter("jangteo_sql_refused_total", "Units of work refused because the queue was full",
                                 {{"database", name}})),
        commit_seconds(registry.histogram("jangteo_sql_commit_seconds", "Time of one group commit with its fsync",
                                          {{"database", name}})),
        queue(registry.gauge("jangteo_sql_queue", "Units of work that wait for the writer", {{"database", name}})) {}
  Counter& units;
  Counter& commits;
  Counter& refused;
  Histogram& commit_seconds;
  Gauge& queue;
};

SqliteDatabase::SqliteDatabase(SqliteSettings settings, SqliteReadPool& readers)
    : settings_(std::move(settings)), read_pool_(readers), read_connections_(readers.size()) {}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(SqliteSettings settings, SqliteReadPool& readers) {
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(std::move(settings), readers));
  auto writer =
      SqliteConnection::open(database->settings_.path, SqliteConnection::Mode::write, database->settings_.cache_kib);
  if (!writer) return std::unexpected<Error>(std::move(writer).error());
  database->writer_ = std::move(*writer);
  if (database->settings_.metrics != nullptr) {
    database->instruments_ = std::make_unique<Instruments>(*database->settings_.metrics, database->settings_.name);
  }
  database->thread_ = std::thread([self = database.get()] { self->write_loop(); });
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  read_pool_.forget(*this);
  read_connections_.clear();
  if (writer_) writer_->checkpoint(SqliteConnection::Checkpoint::truncate);
}

void SqliteDatabase::submit_write(SqlJob& job) {
  job.queued_at_us = now_us();
  bool taken = false;
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    taken = !stopping_ && waiting_.size() < settings_.queue_count_max;
    if (taken) {
      waiting_.push_back(&job);
      notify = writer_sleeps_ || waiting_.size() == settings_.group_count_max;
    }
  }
  if (notify) wake_.notify_one();
  if (taken) return;
  if (instruments_) instruments_->refused.add();
  job.finish(overloaded(settings_.name));
}

void SqliteDatabase::submit_read(SqlJob& job) {
  job.queued_at_us = now_us();
  if (!read_pool_.submit(*this, job)) job.finish(overloaded(settings_.name));
}

void SqliteDatabase::write_loop() {
  name_thread(settings_.name);
  std::vector<SqlJob*> group;
  std::size_t last_count = 0;
  auto last_start = std::chrono::steady_clock::now();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (waiting_.empty() && !stopping_) {
        writer_sleeps_ = true;
        wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        writer_sleeps_ = false;
      }
      if (last_count > 1 && settings_.group_wait_us > 0) {
        // Busy: more units arrive while this one waits, and they share its commit.
        const auto until = last_start + std::chrono::microseconds(settings_.group_wait_us);
        wake_.wait_until(lock, until, [&] { return stopping_ || waiting_.size() >= settings_.group_count_max; });
      }
      if (waiting_.empty()) {
        if (stopping_) return;
        last_count = 0;
        continue;
      }
      if (waiting_.size() <= settings_.group_count_max) {
        group.swap(waiting_);
      } else {
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(settings_.group_count_max);
        group.assign(waiting_.begin(), end);
        waiting_.erase(waiting_.begin(), end);
      }
      if (instruments_) instruments_->queue.set(static_cast<double>(waiting_.size()));
    }
    last_count = group.size();
    last_start = std::chrono::steady_clock::now();
    for (std::span<SqlJob* const> rest(group); !rest.empty();) rest = rest.subspan(run_group(rest));
    group.clear();
    if (writer_->wal_pages_since_checkpoint() > settings_.checkpoint_pages) {
      writer_->checkpoint(writer_->wal_pages() > 4 * settings_.checkpoint_pages
                              ? SqliteConnection::Checkpoint::truncate
                              : SqliteConnection::Checkpoint::passive);
    }
  }
}

bool SqliteDatabase::run_unit(SqlJob& job, bool alone, std::optional<Error>& error, bool& kept) {
  auto& emissions = writer_->emissions();
  const std::size_t emitted_before = emissions.size();
  kept = false;
  try {
    if (!alone) writer_->exec(kSavepoint, {});
    writer_->take_statement_count();
    kept = job.run(*writer_);
  } catch (const SqlFailure& failure) {
    error = failure.error;
  }
  job.timings.queries = writer_->take_statement_count();
  if (!kept) emissions.resize(emitted_before);
  if (!writer_->in_transaction()) return false;  // SQLite gave the whole transaction up (disk full, I/O error)
  if (alone) return true;                        // the caller rolls back or commits
  try {
    if (!kept) writer_->exec(kRollbackUnit, {});
    writer_->exec(kRelease, {});
    if (!kept && hook_ != nullptr) hook_->after_unit_rollback(*writer_);
  } catch (const SqlFailure& failure) {
    error = failure.error;
    return false;
  }
  return true;
}

void SqliteDatabase::finish_all(std::span<SqlJob* const> group, const Error& error) {
  if (writer_->in_transaction()) {
    try {
      writer_->exec(kRollback, {});
    } catch (const SqlFailure&) {
    }
  }
  writer_->emissions().clear();
  if (hook_ != nullptr) hook_->after_rollback();
  log_error("sql.group_lost",
            {{"database", settings_.name}, {"units", static_cast<std::int64_t>(group.size())}, {"why", error.detail}});
  for (auto* job : group) job->finish(error);
}

std::size_t SqliteDatabase::run_group(std::span<SqlJob* const> group) {
  const std::int64_t started_us = now_us();
  const bool alone = group.size() == 1;
  std::vector<std::pair<SqlJob*, Error>> failed;
  bool any_kept = false;
  try {
    writer_->exec(kBegin, {});
  } catch (const SqlFailure& failure) {
    finish_all(group, failure.error);
    return group.size();
  }
  std::int64_t unit_start_us = started_us;
  std::size_t count = 0;
  while (count < group.size() && writer_->emissions().size() < kEmissionBytesMax) {
    auto& job = *group[count++];
    std::optional<Error> error;
    job.timings.queue_us = static_cast<std::uint32_t>(started_us - job.queued_at_us);
    bool kept = false;
    const bool alive = run_unit(job, alone, error, kept);
    any_kept = any_kept || kept;
    const std::int64_t end_us = now_us();
    job.timings.database_us = static_cast<std::uint32_t>(end_us - unit_start_us);
    unit_start_us = end_us;
    if (!alive) {
      finish_all(group, error.value_or(Error{ErrorCode::unavailable, "the transaction was lost", {}, 1, {}}));
      return group.size();
    }
    if (error) failed.emplace_back(&job, std::move(*error));
  }
  try {
    auto& emissions = writer_->emissions();
    if (!emissions.empty() && hook_ != nullptr) hook_->before_commit(*writer_, emissions);
    writer_->exec(any_kept ? kCommit : kRollback, {});
    if (!any_kept && hook_ != nullptr) hook_->after_rollback();
  } catch (const SqlFailure& failure) {
    finish_all(group, failure.error);
    return group.size();
  }
  const std::int64_t committed_us = now_us();
  if (instruments_) {
    instruments_->units.add(count);
    instruments_->commits.add();
    instruments_->commit_seconds.observe(static_cast<double>(committed_us - unit_start_us) * 1e-6);
  }
  std::string emitted = std::move(writer_->emissions());
  writer_->emissions().clear();
  if (any_kept && hook_ != nullptr) hook_->after_commit(std::move(emitted));
  auto next_failed = failed.begin();
  for (auto* job : group.first(count)) {
    job->timings.fsync_us = static_cast<std::uint32_t>(committed_us - unit_start_us);
    if (next_failed != failed.end() && next_failed->first == job) {
      job->finish(std::move(next_failed->second));
      ++next_failed;
    } else {
      job->finish({});
    }
  }
  return count;
}

void SqliteDatabase::run_read(SqlJob& job, std::size_t thread_index) {
  auto& connection = read_connections_[thread_index];
  if (!connection) {
    auto opened = SqliteConnection::open(settings_.path, SqliteConnection::Mode::read, 1024);
    if (!opened) {
      job.finish(opened.error());
      return;
    }
    connection = std::move(*opened);
  }
  const std::int64_t started_us = now_us();
  job.timings.queue_us = static_cast<std::uint32_t>(started_us - job.queued_at_us);
  std::optional<Error> error;
  try {
    connection->exec(kBeginRead, {});
    connection->take_statement_count();
    job.run_read(*connection);
    job.timings.queries = connection->take_statement_count();
  } catch (const SqlFailure& failure) {
    error = failure.error;
  }
  try {
    if (connection->in_transaction()) connection->exec(kCommit, {});
  } catch (const SqlFailure&) {
    connection.reset();
  }
  job.timings.database_us = static_cast<std::uint32_t>(now_us() - started_us);
  job.finish(std::move(error));
}

Status SqliteDatabase::write_blocking(const std::function<Status(SqlTx&)>& work) {
  BlockingJob<SqlTx> job(work);
  submit_write(job);
  return job.wait();
}

Status SqliteDatabase::read_blocking(const std::function<Status(SqlReader&)>& work) {
  BlockingJob<SqlReader> job(work);
  submit_read(job);
  return job.wait();
}

namespace {
const SqlStatement kAppliedChecksum{"SELECT checksum FROM schema_migration WHERE module = ? AND name = ?"};
const SqlStatement kRecordMigration{
    "INSERT INTO schema_migration(module, name, checksum, applied_at) VALUES (?, ?, ?, ?)"};

std::string in_sqlite_dialect(std::string_view sql) {
  static constexpr std::string_view kMark = "/*clustered*/";
  std::string text(sql);
  for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
    text.replace(at, kMark.size(), "WITHOUT ROWID");
  return text;
}
}  // namespace

Status SqliteDatabase::migrate(std::string_view module, std::span<const Migration> migrations) {
  JT_TRY(write_blocking([&](SqlTx&) -> Status {
    writer_->script(
        "CREATE TABLE IF NOT EXISTS schema_migration(module TEXT NOT NULL, name TEXT NOT NULL, checksum INTEGER NOT "
        "NULL,"
        " applied_at INTEGER NOT NULL, PRIMARY KEY(module, name)) WITHOUT ROWID");
    return {};
  }));
  std::vector<Migration> ordered(migrations.begin(), migrations.end());
  std::sort(ordered.begin(), ordered.end(), [](const Migration& a, const Migration& b) { return a.name < b.name; });
  for (const auto& migration : ordered) {
    JT_TRY(write_blocking([&](SqlTx& tx) -> Status {
      const auto checksum = static_cast<std::int64_t>(crc32c(migration.sql));
      std::optional<std::int64_t> applied;
      tx.query(kAppliedChecksum, {module, migration.name}, [&](const SqlRow& row) { applied = row.integer(0); });
      if (applied == checksum) return {};
      if (applied) {
        return fail(ErrorCode::conflict, "migration " + std::string(migration.name) + " of " + std::string(module) +
                                             " in " + settings_.path + " was applied with another content");
      }
      writer_->script(in_sqlite_dialect(migration.sql));
      tx.exec(kRecordMigration, {module, migration.name, checksum, SystemClock::instance().now()});
      return {};
    }));
  }
  return {};
}

}  // namespace jangteo
