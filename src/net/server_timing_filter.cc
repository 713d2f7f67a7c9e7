#include "net/server_timing_filter.h"

#include <algorithm>

#include "base/json.h"

namespace jangteo {

namespace {

void append_ms(std::string& out, std::int64_t us) {
  append_decimal(out, us / 1000);
  const auto rest = static_cast<int>(us % 1000);
  out += '.';
  out += static_cast<char>('0' + rest / 100);
  out += static_cast<char>('0' + rest / 10 % 10);
  out += static_cast<char>('0' + rest % 10);
}

}  // namespace

void ServerTimingFilter::after(const HttpRequest& request, const Route*, HttpResponse& response) {
  const CallTimings& timings = request.call.timings;
  std::string& out = response.head_lines;
  out += "Server-Timing: queue;dur=";
  append_ms(out, timings.queue_us);
  out += ", db;dur=";
  append_ms(out, timings.database_us);
  out += ", fsync;dur=";
  append_ms(out, timings.fsync_us);
  out += ", queries;desc=\"";
  append_decimal(out, timings.queries);
  out += "\", total;dur=";
  append_ms(out, std::max<std::int64_t>(request.finished_us - request.started_us, 0));
  out += "\r\n";
}

}  // namespace jangteo
