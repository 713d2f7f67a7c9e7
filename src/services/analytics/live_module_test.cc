#include "services/analytics/live_module.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "adapters/local/local_event_log.h"
#include "base/json.h"
#include "runtime/entropy.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

const Currency kWon = Currency::parse("KRW").value();

// Keeps what it was sent, split into events.
class Screen final : public HttpStream {
 public:
  bool push(std::shared_ptr<const std::string> chunk) override {
    const std::lock_guard lock(mutex_);
    seen_ += *chunk;
    return true;
  }
  void close() override { ended_ = true; }
  bool closed() const override { return ended_; }

  // Data of the events of this name, in order.
  std::vector<boost::json::value> events(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<boost::json::value> out;
    const std::string head = "event: " + std::string(name) + "\ndata: ";
    for (std::size_t at = seen_.find(head); at != std::string::npos; at = seen_.find(head, at + 1)) {
      const std::size_t begin = at + head.size();
      out.push_back(parse_json(seen_.substr(begin, seen_.find('\n', begin) - begin)).value());
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::string seen_;
  std::atomic<bool> ended_ = false;
};

Task<Status> append_all(EventLog* log, std::vector<std::string> values) {
  std::vector<LogEntry> entries;
  for (std::size_t i = 0; i < values.size(); ++i) {
    entries.push_back({LiveOrders::kTopic, static_cast<std::uint32_t>(i % 2), "key", values[i]});
  }
  co_return co_await log->append(std::move(entries));
}

Task<void> start_module(LiveModule* module, TaskScope* scope) {
  module->start(*scope);
  co_return;
}

Task<void> close_scope(TaskScope* scope) { co_await scope->close(); }

class LiveModuleTest : public testing::Test {
 protected:
  LiveModuleTest() {
    SegmentLogSettings settings;
    settings.directory = directory_.path();
    log_ = LocalEventLog::open(settings, SystemClock::instance(), metrics_).value();
    TopicSettings topic;
    topic.name = std::string(LiveOrders::kTopic);
    topic.partitions = 2;
    EXPECT_TRUE(log_->create_topic(topic));
  }
  ~LiveModuleTest() override {
    runner_.run(close_scope(&scope_));
    log_->stop();
  }

  void open_module(OrderTotals totals = {}) {
    LiveDependencies dependencies;
    dependencies.log = log_.get();
    dependencies.clock = &SystemClock::instance();
    dependencies.metrics = &metrics_;
    dependencies.http = [this] { return HttpTotals{requests_, 0, 0, latency_.snapshot()}; };
    dependencies.cache = [] { return CacheTotals{9, 10}; };
    dependencies.connections = [] { return std::uint64_t{12}; };
    dependencies.orders = [totals] { return totals; };
    LiveSettings settings;
    settings.viewers_count_max = 2;
    settings.currency_without_revenue = kWon;
    module_ = std::make_unique<LiveModule>(std::move(dependencies), settings);
    ASSERT_TRUE(module_->open());
    runner_.run(start_module(module_.get(), &scope_));
  }

  void append(std::vector<std::string> records) {
    ASSERT_TRUE(runner_.run(append_all(log_.get(), std::move(records))));
  }

  static std::string record(std::string_view change, std::int64_t amount, std::string_view more = "") {
    std::string out;
    JsonWriter(out)
        .begin_object()
        .field("id", new_id<EventId>(SystemClock::instance().now()).text())
        .field("type", "order." + std::string(change))
        .field("at", SystemClock::instance().now().ms)
        .field("orderId", new_id<OrderId>(SystemClock::instance().now()).text())
        .field("total", Money{amount, kWon})
        .key("items")
        .raw(R"([{"name":"배추김치"}])")
        .end_object();
    out.insert(out.size() - 1, more);
    return out;
  }

  HttpResponse ask() { return runner_.run(module_->routes()[0].handle(&request_)); }

  std::shared_ptr<Screen> watch() {
    auto screen = std::make_shared<Screen>();
    const auto response = ask();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/event-stream");
    if (response.stream) response.stream(screen);
    return screen;
  }

  template <class Done>
  static void wait_until(Done done) {
    for (int i = 0; i < 2000 && !done(); ++i) std::this_thread::sleep_for(Millis{5});
    EXPECT_TRUE(done());
  }

  TemporaryDirectory directory_;
  MetricsRegistry metrics_;
  std::atomic<std::uint64_t> requests_ = 0;
  Histogram latency_{latency_bounds_s()};
  HttpRequest request_;
  TaskRunner runner_;
  TaskScope scope_;
  std::unique_ptr<LocalEventLog> log_;
  std::unique_ptr<LiveModule> module_;
};

TEST_F(LiveModuleTest, PushesNumbersThatAddUpToEverybodyWhoWatches) {
  append({record("confirmed", 777)});  // before the start: in the store's totals already
  open_module({{10, 7, 2, 1}, {Money{5000, kWon}}});
  const auto first = watch();
  const auto second = watch();
  append({record("pending", 1000), record("pending", 1000), record("pending", 1000), record("confirmed", 1000),
          record("confirmed", 1000), record("rejected", 1000), record("cancelled", 1000, R"(,"wasConfirmed":true)"),
          "no json"});
  const auto confirmed = [](const Screen& screen) {
    const auto ticks = screen.events("tick");
    return ticks.empty() ? 0 : ticks.back().at("orders").at("cancelled").as_int64();
  };
  wait_until([&] { return confirmed(*first) == 2 && confirmed(*second) == 2; });
  const auto tick = first->events("tick").back();
  EXPECT_EQ(tick.at("orders").at("placed").as_int64(), 13);
  EXPECT_EQ(tick.at("orders").at("confirmed").as_int64(), 8);
  EXPECT_EQ(tick.at("orders").at("rejected").as_int64(), 3);
  EXPECT_EQ(tick.at("revenue").at("amount").as_int64(), 6000);
  EXPECT_EQ(tick.at("revenue").at("currency").as_string(), "KRW");
  EXPECT_EQ(tick.at("connections").as_int64(), 12);
  EXPECT_NE(metrics_.render().find("analytics_order_events_unreadable_total 1\n"), std::string::npos);
}

TEST_F(LiveModuleTest, ShowsOrdersThatEndedAtMostTenInASecond) {
  open_module();
  const auto screen = watch();
  std::vector<std::string> records = {record("pending", 500)};
  for (int i = 0; i < 200; ++i) records.push_back(record("confirmed", 500));
  const auto began = SystemClock::instance().now();
  append(records);
  wait_until([&] {
    const auto ticks = screen->events("tick");
    return !ticks.empty() && ticks.back().at("orders").at("confirmed").as_int64() == 200;
  });
  const auto seconds = (SystemClock::instance().now() - began).count() / 1000 + 2;  // begun seconds
  const auto orders = screen->events("order");
  ASSERT_GE(orders.size(), 10U);
  EXPECT_LE(orders.size(), static_cast<std::size_t>(seconds) * 10);
  EXPECT_EQ(orders[0].at("status").as_string(), "confirmed");
  EXPECT_EQ(orders[0].at("product").as_string(), "배추김치");
  EXPECT_EQ(orders[0].at("total").at("amount").as_int64(), 500);
  EXPECT_TRUE(OrderId::parse(std::string_view(orders[0].at("id").as_string())));
  EXPECT_TRUE(parse_rfc3339(std::string_view(orders[0].at("at").as_string())));
}

TEST_F(LiveModuleTest, WhoComesBetweenTwoTicksSeesTheLatestAtOnce) {
  open_module();
  const auto first = watch();
  wait_until([&] { return first->events("tick").size() == 2; });
  EXPECT_EQ(watch()->events("tick").size(), 1U);
}

TEST_F(LiveModuleTest, RefusesWhoComesWhenThereIsNoRoom) {
  open_module();
  const auto first = watch();
  const auto second = watch();
  const auto refused = ask();
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.stream);
}

TEST_F(LiveModuleTest, AStopEndsEveryStream) {
  open_module();
  const auto screen = watch();
  runner_.run(close_scope(&scope_));
  EXPECT_TRUE(screen->closed());
  EXPECT_EQ(ask().status, 503);
}

}  // namespace
}  // namespace jangteo
