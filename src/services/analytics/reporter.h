// Reporter: every minute one line on standard output, exactly `TPS: 123.4, P95 Latency: 5.6ms`, over the minute that
// ended, and the same as a structured log line. step() is called about once a second by whoever owns the thread; the
// clock is a seam.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "net/http_metrics.h"
#include "runtime/clock.h"

namespace jangteo {

class Reporter {
 public:
  // `print` gets the line without its newline. The first interval begins now.
  Reporter(Millis interval, Clock& clock, std::function<HttpTotals()> totals,
           std::function<void(const std::string&)> print);

  // Prints when the interval has passed; the figures are of the time that really passed.
  void step();

  static void print_to_standard_output(const std::string& line);

 private:
  const Millis interval_;
  Clock& clock_;
  std::function<HttpTotals()> totals_;
  std::function<void(const std::string&)> print_;
  std::int64_t began_us_;
  HttpTotals before_;
};

}  // namespace jangteo
