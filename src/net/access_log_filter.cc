#include "net/access_log_filter.h"

#include "runtime/log.h"

namespace jangteo {

bool AccessLogFilter::wants(int status, std::int64_t took_us) {
  if (status >= 500 || took_us >= settings_.slow_ms * 1000) return true;
  const bool client_error = status >= 400;
  const std::uint32_t every = client_error ? settings_.client_error_sample_every : settings_.sample_every;
  auto& count = client_error ? client_errors_ : ordinary_;
  return every != 0 && count.fetch_add(1, std::memory_order_relaxed) % every == 0;
}

void AccessLogFilter::after(const HttpRequest& request, const Route* route, HttpResponse& response) {
  const std::int64_t took_us = request.finished_us - request.started_us;
  if (!wants(response.status, took_us)) return;
  const std::size_t bytes = response.shared_body ? response.shared_body->size() : response.body.size();
  const LogLevel level = response.status >= 500 ? LogLevel::error : LogLevel::info;
  const CallTimings& timings = request.call.timings;
  log_line(level, "http.request",
           {{"method", to_string(request.method)},
            {"path", request.path.substr(0, 200)},
            {"route", route == nullptr ? std::string_view() : route->name},
            {"status", response.status},
            {"ms", static_cast<double>(took_us) / 1000},
            {"bytes", static_cast<std::uint64_t>(bytes)},
            {"queries", static_cast<std::uint64_t>(timings.queries)},
            {"peer", request.peer_address},
            {"user", request.principal.authenticated() ? request.principal.user.str() : std::string()},
            {"request", request.request_id},
            {"trace", request.call.trace}});
}

}  // namespace jangteo
