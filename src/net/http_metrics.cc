#include "net/http_metrics.h"

#include <algorithm>
#include <array>

namespace jangteo {

namespace {

constexpr std::int64_t kSlowUs = 500'000;
constexpr std::array<std::string_view, 4> kNotCounted = {"/healthz", "/readyz", "/metrics", "/api/live"};

// One slot for each status that HTTP defines below 500 + 12, the last one for all others.
constexpr std::size_t kSlotCount = 82;
std::size_t slot(int status) {
  if (status >= 200 && status < 208) return static_cast<std::size_t>(status - 200);
  if (status >= 300 && status < 309) return static_cast<std::size_t>(8 + status - 300);
  if (status >= 400 && status < 452) return static_cast<std::size_t>(17 + status - 400);
  if (status >= 500 && status < 512) return static_cast<std::size_t>(69 + status - 500);
  return kSlotCount - 1;
}

}  // namespace

struct HttpMetrics::RouteInstruments {
  std::string route;
  std::string method;
  bool in_totals = true;
  Histogram* seconds = nullptr;
  std::array<std::atomic<Counter*>, kSlotCount> by_status{};
  alignas(64) std::atomic<std::uint64_t> errors_5xx{0};
  std::atomic<std::uint64_t> slow{0};
};

HttpMetrics::HttpMetrics(MetricsRegistry& registry, const Router& router) : registry_(registry) {
  const auto make = [&](std::string_view route, std::string_view method) {
    auto instruments = std::make_unique<RouteInstruments>();
    instruments->route = route;
    instruments->method = method;
    instruments->seconds =
        &registry.histogram("http_requests_seconds", "Time from the first byte of a request to its answer",
                            {{"route", instruments->route}});
    return instruments;
  };
  for (const Route* route : router.routes()) {
    by_route_.push_back(make(route->name, to_string(route->method)));
    by_route_.back()->in_totals =
        std::find(kNotCounted.begin(), kNotCounted.end(), route->pattern) == kNotCounted.end();
  }
  for (int method = 0; method <= static_cast<int>(HttpMethod::other); ++method) {
    unmatched_.push_back(make("unmatched", to_string(static_cast<HttpMethod>(method))));
  }
}

HttpMetrics::~HttpMetrics() = default;

Counter& HttpMetrics::counter(RouteInstruments& instruments, int status) {
  auto& cached = instruments.by_status[slot(status)];
  Counter* found = cached.load(std::memory_order_acquire);
  if (found == nullptr) {
    const std::string label = slot(status) == kSlotCount - 1 ? "other" : std::to_string(status);
    found = &registry_.counter("http_requests_total", "Requests answered",
                               {{"route", instruments.route}, {"method", instruments.method}, {"status", label}});
    cached.store(found, std::memory_order_release);
  }
  return *found;
}

void HttpMetrics::after(const HttpRequest& request, const Route* route, HttpResponse& response) {
  RouteInstruments& instruments = route != nullptr && route->number < by_route_.size()
                                      ? *by_route_[route->number]
                                      : *unmatched_[static_cast<std::size_t>(request.method)];
  const std::int64_t took_us = std::max<std::int64_t>(request.finished_us - request.started_us, 0);
  counter(instruments, response.status).add();
  instruments.seconds->observe(static_cast<double>(took_us) / 1e6);
  if (response.status >= 500) instruments.errors_5xx.fetch_add(1, std::memory_order_relaxed);
  if (took_us >= kSlowUs) instruments.slow.fetch_add(1, std::memory_order_relaxed);
}

HttpTotals HttpMetrics::totals() const {
  HttpTotals totals;
  std::vector<const Histogram*> seen;  // routes of one name (HEAD and GET of it) share a histogram
  const auto add = [&](const RouteInstruments& instruments) {
    if (!instruments.in_totals) return;
    totals.errors_5xx += instruments.errors_5xx.load(std::memory_order_relaxed);
    totals.slow_500ms += instruments.slow.load(std::memory_order_relaxed);
    if (std::find(seen.begin(), seen.end(), instruments.seconds) != seen.end()) return;
    seen.push_back(instruments.seconds);
    const auto snapshot = instruments.seconds->snapshot();
    totals.latency.counts.resize(std::max(totals.latency.counts.size(), snapshot.counts.size()));
    for (std::size_t i = 0; i < snapshot.counts.size(); ++i) totals.latency.counts[i] += snapshot.counts[i];
    totals.latency.sum += snapshot.sum;
    totals.latency.count += snapshot.count;
    totals.requests += snapshot.count;
  };
  for (const auto& instruments : by_route_) add(*instruments);
  for (const auto& instruments : unmatched_) add(*instruments);
  return totals;
}

}  // namespace jangteo
