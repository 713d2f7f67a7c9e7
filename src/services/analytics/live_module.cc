#include "services/analytics/live_module.h"

#include <algorithm>
#include <string>
#include <utility>

#include "net/problem.h"

namespace jangteo {

namespace {
constexpr std::int64_t kTickUs = 1'000'000;
constexpr std::int64_t kStopSliceUs = 200'000;  // how long a stop may wait for the ticker
}  // namespace

LiveModule::LiveModule(LiveDependencies dependencies, LiveSettings settings)
    : dependencies_(std::move(dependencies)),
      viewers_(settings.viewers_count_max),
      orders_(*dependencies_.log, *dependencies_.clock, *dependencies_.metrics,
              [this](std::string order) { send("order", order); }),
      numbers_(settings.currency_without_revenue),
      reporter_(settings.report_interval, *dependencies_.clock, dependencies_.http,
                Reporter::print_to_standard_output) {
  dependencies_.metrics->gauge_function("live_viewers", "Open streams of live numbers", {},
                                        [this] { return static_cast<double>(viewers_.viewers()); });
}

std::vector<Route> LiveModule::routes() {
  std::vector<Route> out;
  Route live{HttpMethod::get, "/api/live", "watchLive"};
  live.handle = [this](HttpRequest* request) { return watch(request); };
  out.push_back(std::move(live));
  return out;
}

Task<HttpResponse> LiveModule::watch(HttpRequest* request) {
  if (ended_ || viewers_.full()) {
    Error full{ErrorCode::unavailable, "too many watch the live numbers", {}, 5, {}};
    co_return problem(full, *request);
  }
  co_return event_stream([this](std::shared_ptr<HttpStream> viewer) {
    const auto latest = *latest_tick_.lock();
    if (viewers_.add(viewer) && latest != nullptr) viewer->push(latest);
  });
}

std::shared_ptr<const std::string> LiveModule::send(std::string_view event, std::string_view data) {
  auto chunk = std::make_shared<const std::string>(format_event(event, data));
  viewers_.publish(chunk);
  return chunk;
}

Status LiveModule::open() { return orders_.open(dependencies_.orders); }

void LiveModule::start(TaskScope& scope) {
  orders_.start(scope);
  scope.spawn(tick_every_second(&scope));
}

Task<void> LiveModule::tick_every_second(TaskScope* scope) {
  Clock& clock = *dependencies_.clock;
  std::int64_t due_us = clock.monotonic_us();
  while (!scope->stopping()) {
    const std::int64_t left_us = due_us - clock.monotonic_us();
    if (left_us > 0) {
      co_await sleep_for(Millis{(std::min(left_us, kStopSliceUs) + 999) / 1000});
      continue;
    }
    tick();
    due_us = std::max(due_us + kTickUs, clock.monotonic_us());  // a late tick is not made up for by a burst
  }
  ended_ = true;
  viewers_.close();  // so that the server's drain need not wait for streams without an end
}

void LiveModule::tick() {
  LiveSample sample{dependencies_.clock->now(), dependencies_.clock->monotonic_us(), dependencies_.http(),
                    dependencies_.cache(),      dependencies_.connections(),         orders_.tally()};
  const auto numbers = numbers_.tick(std::move(sample));
  if (numbers) *latest_tick_.lock() = send("tick", to_json(*numbers));
  reporter_.step();
}

}  // namespace jangteo
