// The stock's wiring: per shard a database with its outbox relay, a StockShard behind it, and a subscriber to the
// shard's partition of stock.commands. Number of shards = number of databases = partitions of the topic.
#pragma once

#include <memory>
#include <vector>

#include "delivery/outbox.h"
#include "delivery/subscriber.h"
#include "services/product/stock_messages.h"
#include "services/product/stock_service.h"

namespace jangteo {

struct StockDependencies {
  std::vector<SqlDatabase*> databases;
  EventLog* log = nullptr;
  Clock* clock = nullptr;
  MetricsRegistry* metrics = nullptr;
};

class StockModule {
 public:
  explicit StockModule(StockDependencies dependencies);
  // Migrates, loads the levels, registers hooks and positions. Blocking. Both topics exist already (composition makes
  // them).
  Status open();
  void start(TaskScope& scope);  // on the background loop
  void wake();                   // so that everything sees that the scope stops

  StockService& service() { return service_; }
  StockLevels& levels() { return levels_; }

  static Status migrate(SqlDatabase& database);

 private:
  StockDependencies dependencies_;
  StockLevels levels_;
  StockService service_;
  std::vector<std::unique_ptr<OutboxRelay>> relays_;
  std::vector<std::unique_ptr<Subscriber<StockCommand>>> subscribers_;
};

}  // namespace jangteo
