// The live numbers' wiring: once a second all figures are taken at one moment, rendered once and pushed to everybody
// who watches GET /api/live; orders that end are pushed as they come; the reporter prints its line.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/event_stream.h"
#include "net/http_metrics.h"
#include "net/router.h"
#include "ports/event_log.h"
#include "runtime/clock.h"
#include "runtime/guarded.h"
#include "runtime/metrics.h"
#include "runtime/scope.h"
#include "services/analytics/live_numbers.h"
#include "services/analytics/live_orders.h"
#include "services/analytics/reporter.h"

namespace jangteo {

struct LiveDependencies {
  EventLog* log = nullptr;  // has the topic order.events
  Clock* clock = nullptr;
  MetricsRegistry* metrics = nullptr;
  std::function<HttpTotals()> http;
  std::function<CacheTotals()> cache;
  std::function<std::uint64_t()> connections;
  std::function<OrderTotals()> orders;  // what the order store holds; called once, by open()
};

struct LiveSettings {
  std::size_t viewers_count_max = 10'000;
  Millis report_interval{60'000};
  Currency currency_without_revenue;  // shown until the first order is confirmed
};

class LiveModule {
 public:
  LiveModule(LiveDependencies dependencies, LiveSettings settings);

  Status open();                 // blocking; before anything that changes orders starts
  void start(TaskScope& scope);  // on the background loop
  std::vector<Route> routes();   // they live as long as the module

 private:
  Task<void> tick_every_second(TaskScope* scope);
  void tick();
  std::shared_ptr<const std::string> send(std::string_view event, std::string_view data);
  Task<HttpResponse> watch(HttpRequest* request);

  LiveDependencies dependencies_;
  Broadcaster viewers_;
  std::atomic<bool> ended_{false};
  Guarded<std::shared_ptr<const std::string>> latest_tick_;  // for those who come between two
  LiveOrders orders_;
  LiveNumbers numbers_;
  Reporter reporter_;
};

}  // namespace jangteo
