// Wiring of the order service: per shard a database with its outbox relay, an OrderShard behind it, subscribers to the
// shard's partitions of stock.replies and payment.replies; and the round that looks after sagas that do not move and
// keys that are old.
#pragma once

#include <memory>
#include <vector>

#include "delivery/outbox.h"
#include "delivery/subscriber.h"
#include "services/order/order_routes.h"
#include "services/order/order_service.h"

namespace jangteo {

struct OrderDependencies {
  std::vector<SqlDatabase*> databases;
  EventLog* log = nullptr;
  ProductApi* products = nullptr;
  PaymentApi* payments = nullptr;
  const LinkSigner* links = nullptr;
  Clock* clock = nullptr;
  MetricsRegistry* metrics = nullptr;
  OrderRouteSettings settings;
};

class OrderModule {
 public:
  explicit OrderModule(OrderDependencies dependencies);
  ~OrderModule();
  Status open();  // blocking; the topics exist
  void start(TaskScope& scope);
  void wake();
  std::vector<Route> routes();
  OrderService& service() { return *service_; }
  // By what is stored; reads whole tables.
  Task<Result<OrderSums>> sums(Call call);

  static Status migrate(SqlDatabase& database);

 private:
  Task<void> look_after(TaskScope* scope);
  Task<void> revive_stalled(std::size_t shard);
  Task<void> forget_old_keys(std::size_t shard);

  OrderDependencies dependencies_;
  SagaWaiters waiters_;
  OrderInstruments instruments_;
  std::vector<std::unique_ptr<OrderShard>> shards_;
  std::vector<std::unique_ptr<OutboxRelay>> relays_;
  std::vector<std::unique_ptr<SubscriberBase>> subscribers_;
  std::unique_ptr<OrderService> service_;
};

}  // namespace jangteo
