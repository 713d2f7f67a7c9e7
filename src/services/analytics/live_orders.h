// LiveOrders: follows the topic order.events from its end at the start, keeps the tally and hands ended orders on to be
// shown. Belongs to the loop that runs its tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ports/event_log.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "runtime/scope.h"
#include "services/analytics/domain/order_tally.h"

namespace jangteo {

class LiveOrders {
 public:
  static constexpr std::string_view kTopic = "order.events";
  static constexpr int kShownPerSecondMax = 10;

  // `show` gets the JSON of an order that ended: {"id","status","total","product","at"}; at most kShownPerSecondMax in
  // each second.
  LiveOrders(EventLog& log, Clock& clock, MetricsRegistry& metrics, std::function<void(std::string)> show);

  // Blocking, before anything that changes orders starts: `totals` tells what the store holds now; later changes come
  // from the log.
  Status open(const std::function<OrderTotals()>& totals);
  void start(TaskScope& scope);

  const OrderTally& tally() const { return tally_; }

 private:
  Task<void> follow(TaskScope* scope, std::uint32_t partition);
  void take(const LogRecord& record);

  EventLog& log_;
  Clock& clock_;
  Counter& unreadable_;
  std::function<void(std::string)> show_;
  OrderTally tally_;
  std::vector<std::int64_t> positions_;  // by partition
  std::int64_t second_ = 0;              // in which shown_ were shown
  int shown_ = 0;
};

}  // namespace jangteo
