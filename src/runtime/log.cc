#include "runtime/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "runtime/clock.h"

namespace jangteo {

namespace {

constexpr std::size_t kTextBytesMax = 4096;  // of one field's text; longer ones are cut

std::string text_json(std::string_view text) {
  std::string cut;
  if (text.size() > kTextBytesMax) {
    std::size_t end = kTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    cut.assign(text.substr(0, end));
    cut += "...";
    text = cut;
  }
  if (!is_utf8(text)) {  // a log line is JSON whatever came from outside
    cut.assign(text);
    std::replace_if(cut.begin(), cut.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    text = cut;
  }
  std::string out;
  append_json_string(out, text);
  return out;
}

void write_fully(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return;  // a log that cannot be written must not stop the shop
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Takes lines from every thread, writes them in gulps from its own. Lives as long as the process.
class Writer {
 public:
  void start(int file, std::size_t queue_count_max) {
    const std::lock_guard lock(mutex_);
    JT_ASSERT(!running_, "the log is started once");
    running_ = true;
    stopping_ = false;
    file_ = file;
    queue_count_max_ = queue_count_max;
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "log");
      work_on();
    });
  }

  void stop() {
    std::thread ending;
    {
      const std::lock_guard lock(mutex_);
      if (!running_ || stopping_) return;
      stopping_ = true;
      ending = std::move(thread_);
    }
    wake_.notify_one();
    ending.join();
    const std::lock_guard lock(mutex_);
    running_ = false;
    if (file_ != STDERR_FILENO) close(file_);
  }

  void add(std::string_view line) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (!running_ || stopping_) {
        write_fully(STDERR_FILENO, line);
        return;
      }
      if (queued_count_ >= queue_count_max_) {
        dropped_count_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
      ++queued_count_;
      queued_ += line;
      wake = std::exchange(idle_, false);
    }
    if (wake) wake_.notify_one();
  }

  std::uint64_t dropped() const { return dropped_count_.load(std::memory_order_relaxed); }

 private:
  void work_on() {
    std::string writing;
    std::unique_lock lock(mutex_);
    for (;;) {
      idle_ = queued_.empty();
      wake_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
      if (queued_.empty()) return;
      writing.swap(queued_);
      queued_count_ = 0;
      lock.unlock();
      write_fully(file_, writing);
      writing.clear();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::string queued_;
  std::size_t queued_count_ = 0;
  std::size_t queue_count_max_ = 0;
  int file_ = STDERR_FILENO;
  bool running_ = false;
  bool stopping_ = false;
  bool idle_ = false;  // the thread sleeps and must be woken
  std::atomic<std::uint64_t> dropped_count_{0};
  std::thread thread_;
};

Writer& writer() {
  static auto* instance = new Writer;  // threads may log until the very end
  return *instance;
}

std::atomic<LogLevel> lowest_level{LogLevel::info};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

}  // namespace

LogField::LogField(std::string_view name, std::string_view value) : key(name), json(text_json(value)) {}
LogField::LogField(std::string_view name, std::int64_t value) : key(name) { append_decimal(json, value); }
LogField::LogField(std::string_view name, std::uint64_t value) : key(name), json(std::to_string(value)) {}
LogField::LogField(std::string_view name, double value) : key(name) { JsonWriter(json).value(value); }
LogField::LogField(std::string_view name, bool value) : key(name), json(value ? "true" : "false") {}
LogField::LogField(std::string_view name, const TraceContext& value)
    : key(name), json(value.empty() ? "null" : '"' + value.trace_id_hex() + '"') {}

Status start_log(const LogSettings& settings) {
  int file = STDERR_FILENO;
  if (!settings.file.empty()) {
    file = open(settings.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file < 0) return fail(ErrorCode::unavailable, settings.file + ": " + std::strerror(errno));
  }
  lowest_level = settings.level;
  writer().start(file, settings.queue_count_max);
  return {};
}

void stop_log() { writer().stop(); }

std::uint64_t log_lines_dropped() { return writer().dropped(); }

bool log_enabled(LogLevel level) { return level >= lowest_level.load(std::memory_order_relaxed); }

void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!log_enabled(level)) return;
  std::string line;
  line.reserve(256);
  JsonWriter json(line);
  json.begin_object()
      .field("at", SystemClock::instance().now())
      .field("level", level_name(level))
      .field("event", event);
  for (const auto& field : fields) json.key(field.key).raw(field.json);
  json.end_object();
  line += '\n';
  writer().add(line);
}

}  // namespace jangteo
