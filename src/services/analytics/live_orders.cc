#include "services/analytics/live_orders.h"

#include <utility>

#include "base/json.h"
#include "runtime/log.h"

namespace jangteo {

namespace {
constexpr std::size_t kBatchCountMax = 1000;
constexpr std::size_t kBatchBytesMax = 1 << 20;
constexpr Millis kReadWait{200};  // how long a stop may take
constexpr Millis kErrorPause{200};
}  // namespace

LiveOrders::LiveOrders(EventLog& log, Clock& clock, MetricsRegistry& metrics, std::function<void(std::string)> show)
    : log_(log),
      clock_(clock),
      unreadable_(metrics.counter("analytics_order_events_unreadable_total", "Order events that could not be read")),
      show_(std::move(show)),
      tally_({}, Timestamp{}) {}

Status LiveOrders::open(const std::function<OrderTotals()>& totals) {
  positions_.clear();
  for (std::uint32_t partition = 0; partition < log_.partitions(kTopic); ++partition) {
    const auto range = log_.range(kTopic, partition);
    JT_TRY(range);
    positions_.push_back(range->end);
  }
  const Timestamp now = clock_.now();
  tally_ = OrderTally(totals(), now);
  return {};
}

void LiveOrders::start(TaskScope& scope) {
  for (std::uint32_t partition = 0; partition < positions_.size(); ++partition) scope.spawn(follow(&scope, partition));
}

Task<void> LiveOrders::follow(TaskScope* scope, std::uint32_t partition) {
  const std::string topic(kTopic);
  while (!scope->stopping()) {
    auto batch = co_await log_.read(topic, partition, positions_[partition], kBatchCountMax, kBatchBytesMax, kReadWait);
    if (scope->stopping()) co_return;
    if (!batch) {
      log_warn("analytics.read_failed", {{"partition", std::uint64_t{partition}}, {"detail", batch.error().detail}});
      co_await sleep_for(kErrorPause);
      continue;
    }
    for (const auto& record : batch->records) take(record);
    positions_[partition] = batch->next_offset;
  }
}

void LiveOrders::take(const LogRecord& record) {
  const auto order = read_order_record(record.value);
  if (!order) {
    unreadable_.add();
    return;
  }
  if (!tally_.apply(*order) || order->change == OrderChange::pending) return;
  const std::int64_t second = clock_.now().ms / 1000;
  if (second != second_) {
    second_ = second;
    shown_ = 0;
  }
  if (shown_ >= kShownPerSecondMax) return;
  ++shown_;
  std::string json;
  JsonWriter(json)
      .begin_object()
      .field("id", order->order_id)
      .field("status", to_string(order->change))
      .field("total", order->total)
      .field("product", first_item_name(record.value))
      .field("at", order->at)
      .end_object();
  show_(std::move(json));
}

}  // namespace jangteo
