// Structured logs: one JSON object a line on standard error or a file, written by a background thread through a bounded
// queue (full: the line is dropped and counted: log_lines_dropped()). Event names are stable dotted words:
// log_warn("payment.provider_timeout", {{"order", id}, {"ms", 12}}).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "runtime/trace.h"

namespace jangteo {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

// One key with a value; the value is rendered at once, so temporaries are fine.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value);
  LogField(std::string_view key, const char* value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, const std::string& value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, const IdText& value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, std::int64_t value);
  LogField(std::string_view key, int value) : LogField(key, static_cast<std::int64_t>(value)) {}
  LogField(std::string_view key, std::uint64_t value);
  LogField(std::string_view key, double value);
  LogField(std::string_view key, bool value);
  LogField(std::string_view key, const TraceContext& value);

  std::string_view key;
  std::string json;
};

struct LogSettings {
  LogLevel level = LogLevel::info;
  std::string file;                    // empty: standard error
  std::size_t queue_count_max = 8192;  // lines
};

// Once, from main; before it and after stop_log() lines go straight to standard error. `unavailable` when the file
// cannot be opened.
Status start_log(const LogSettings& settings);
void stop_log();  // flushes
std::uint64_t log_lines_dropped();

void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
bool log_enabled(LogLevel level);
inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  if (log_enabled(LogLevel::debug)) log_line(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::error, event, fields);
}

}  // namespace jangteo
