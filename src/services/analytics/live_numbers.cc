#include "services/analytics/live_numbers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"

namespace jangteo {

namespace {

double rounded(double value, double steps_per_unit) { return std::round(value * steps_per_unit) / steps_per_unit; }

}  // namespace

std::string to_json(const LiveTick& tick) {
  std::string out;
  out.reserve(512);
  JsonWriter json(out);
  json.begin_object()
      .field("at", tick.at)
      .field("requestsPerSecond", rounded(tick.requests_per_second, 10))
      .field("errorsPerSecond", rounded(tick.errors_per_second, 10))
      .field("p50Ms", rounded(tick.p50_ms, 1000))
      .field("p95Ms", rounded(tick.p95_ms, 1000))
      .field("p99Ms", rounded(tick.p99_ms, 1000))
      .field("ordersPerSecond", rounded(tick.orders_per_second, 10));
  json.key("orders")
      .begin_object()
      .field("placed", tick.orders.placed)
      .field("confirmed", tick.orders.confirmed)
      .field("rejected", tick.orders.rejected)
      .field("cancelled", tick.orders.cancelled)
      .end_object();
  json.field("revenue", tick.revenue)
      .field("revenuePerSecond", tick.revenue_per_second)
      .field("cacheHitRate", rounded(tick.cache_hit_rate, 10'000))
      .field("connections", tick.connections)
      // Rounded down: 100 % is said only when every request was good.
      .field("availability", std::floor(tick.availability * 1e6) / 1e6)
      .end_object();
  return out;
}

std::optional<LiveTick> LiveNumbers::tick(LiveSample sample) {
  service_level_.record(sample.at, sample.http.requests, sample.http.errors_5xx + sample.http.slow_500ms);
  if (!last_ || sample.monotonic_us <= last_->monotonic_us) {
    last_ = std::move(sample);
    return {};
  }
  const double seconds = static_cast<double>(sample.monotonic_us - last_->monotonic_us) / 1e6;
  const auto rate = [&](std::uint64_t now, std::uint64_t before) {
    return static_cast<double>(now - before) / seconds;
  };
  const auto latency = difference(sample.http.latency, last_->http.latency);
  const auto percentile_ms = [&](double q) { return quantile(latency, latency_bounds_s(), q) * 1000; };
  if (const auto lookups = sample.cache.lookups - last_->cache.lookups; lookups > 0) {
    cache_hit_rate_ = static_cast<double>(sample.cache.hits - last_->cache.hits) / static_cast<double>(lookups);
  }
  currency_ = sample.orders.leading_currency(currency_);
  const auto earned = sample.orders.revenue(currency_) - last_->orders.revenue(currency_);

  LiveTick tick;
  tick.at = sample.at;
  tick.requests_per_second = rate(sample.http.requests, last_->http.requests);
  tick.errors_per_second = rate(sample.http.errors_5xx, last_->http.errors_5xx);
  tick.p50_ms = percentile_ms(0.5);
  tick.p95_ms = percentile_ms(0.95);
  tick.p99_ms = percentile_ms(0.99);
  tick.orders_per_second = rate(sample.orders.counts().placed, last_->orders.counts().placed);
  tick.orders = sample.orders.counts();
  tick.revenue = Money{sample.orders.revenue(currency_), currency_};
  // Ticks are a second apart but for a few microseconds: to the last won what came in between two of them.
  tick.revenue_per_second = Money{earned / std::max(1LL, std::llround(seconds)), currency_};
  tick.cache_hit_rate = cache_hit_rate_;
  tick.connections = sample.connections;
  tick.availability = service_level_.availability();
  last_ = std::move(sample);
  return tick;
}

}  // namespace jangteo
