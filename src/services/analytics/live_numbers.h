// LiveNumbers: turns what was counted so far into the numbers of the last second. All numbers of a tick are of one
// moment. Belongs to one thread; asks no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/money.h"
#include "base/time.h"
#include "net/http_metrics.h"
#include "services/analytics/domain/order_tally.h"
#include "services/analytics/domain/service_level.h"

namespace jangteo {

struct CacheTotals {
  std::uint64_t hits = 0;
  std::uint64_t lookups = 0;
};

// Everything is cumulative since the start but `connections`.
struct LiveSample {
  Timestamp at;
  std::int64_t monotonic_us = 0;
  HttpTotals http;
  CacheTotals cache;
  std::uint64_t connections = 0;
  OrderTally orders;
};

struct LiveTick {
  Timestamp at;
  double requests_per_second = 0;
  double errors_per_second = 0;  // answers 5xx
  double p50_ms = 0;             // of the answers since the last tick; 0 without any
  double p95_ms = 0;
  double p99_ms = 0;
  double orders_per_second = 0;  // placed
  OrderTallies orders;
  Money revenue;              // of the currency with the most
  Money revenue_per_second;   // the same currency; negative when more was cancelled than confirmed
  double cache_hit_rate = 0;  // of the lookups since the last tick; without any, what it was
  std::uint64_t connections = 0;
  double availability = 1;
};

std::string to_json(const LiveTick& tick);

class LiveNumbers {
 public:
  explicit LiveNumbers(Currency currency_without_revenue) : currency_(currency_without_revenue) {}

  // The first sample only sets the beginning.
  std::optional<LiveTick> tick(LiveSample sample);

 private:
  Currency currency_;
  std::optional<LiveSample> last_;
  ServiceLevel service_level_;
  double cache_hit_rate_ = 0;
};

}  // namespace jangteo
