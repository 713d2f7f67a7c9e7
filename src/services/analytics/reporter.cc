#include "services/analytics/reporter.h"

#include <cstdio>
#include <utility>

#include "runtime/log.h"

namespace jangteo {

Reporter::Reporter(Millis interval, Clock& clock, std::function<HttpTotals()> totals,
                   std::function<void(const std::string&)> print)
    : interval_(interval),
      clock_(clock),
      totals_(std::move(totals)),
      print_(std::move(print)),
      began_us_(clock.monotonic_us()),
      before_(totals_()) {}

void Reporter::step() {
  const std::int64_t now_us = clock_.monotonic_us();
  const std::int64_t passed_us = now_us - began_us_;
  if (passed_us < std::chrono::duration_cast<std::chrono::microseconds>(interval_).count()) return;
  HttpTotals totals = totals_();
  const double tps = static_cast<double>(totals.requests - before_.requests) / (static_cast<double>(passed_us) / 1e6);
  const double p95_ms = quantile(difference(totals.latency, before_.latency), latency_bounds_s(), 0.95) * 1000;
  began_us_ = now_us;
  before_ = std::move(totals);
  char line[96];
  std::snprintf(line, sizeof line, "TPS: %.1f, P95 Latency: %.1fms", tps, p95_ms);
  print_(line);
  log_info("metrics.report", {{"tps", tps}, {"p95_ms", p95_ms}, {"seconds", static_cast<double>(passed_us) / 1e6}});
}

void Reporter::print_to_standard_output(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

}  // namespace jangteo
