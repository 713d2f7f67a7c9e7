#include "services/order/order_module.h"

#include <algorithm>

#include "delivery/delivery_schema.h"
#include "ports/sql_schema.h"
#include "runtime/log.h"
#include "services/order/order_schema.h"

namespace jangteo {

namespace {

constexpr Millis kRound{10'000};  // how often stalled sagas are looked for
constexpr Millis kStalledAfter{30'000};
constexpr Millis kKeyAge{72 * 3600 * 1000LL};
constexpr std::int64_t kStalledMax = 200;  // per shard and round
constexpr std::int64_t kForgottenMax = 500;

}  // namespace

OrderModule::OrderModule(OrderDependencies dependencies)
    : dependencies_(std::move(dependencies)), instruments_(*dependencies_.metrics) {}

OrderModule::~OrderModule() = default;

Status OrderModule::migrate(SqlDatabase& database) {
  JT_TRY(apply_schema(database, "delivery", delivery_schema()));
  return apply_schema(database, "order", order_schema());
}

Status OrderModule::open() {
  auto& log = *dependencies_.log;
  auto& clock = *dependencies_.clock;
  auto& metrics = *dependencies_.metrics;
  const auto shard_count = static_cast<std::uint32_t>(dependencies_.databases.size());
  const OrderTopics topics{log.partitions(kStockCommandsTopic), log.partitions(kOrderEventsTopic)};
  JT_ASSERT(topics.stock_partitions > 0 && topics.stock_partitions <= SagaState::kStockShardsMax,
            "1 to 32 stock shards");
  JT_ASSERT(log.partitions(kStockRepliesTopic) == shard_count && log.partitions(kPaymentRepliesTopic) == shard_count &&
                topics.order_partitions == shard_count,
            "the topics of orders have one partition per order shard");
  std::int64_t running = 0;
  OrderServiceDependencies service;
  for (std::uint32_t i = 0; i < shard_count; ++i) {
    auto& database = *dependencies_.databases[i];
    JT_TRY(migrate(database));
    JT_TRY(database.read_blocking([&](SqlReader& reader) -> Status {
      running += OrderStore::count_running(reader);
      return {};
    }));
    shards_.push_back(std::make_unique<OrderShard>(topics, waiters_, instruments_, clock));
    auto* shard = shards_.back().get();
    relays_.push_back(std::make_unique<OutboxRelay>(database, log, metrics, shard));
    JT_TRY(relays_.back()->open());
    subscribers_.push_back(std::make_unique<Subscriber<StockReply>>(
        SubscriberSettings{"order.stock", std::string(kStockRepliesTopic), i}, database, log, clock, metrics,
        [](const LogRecord& record) { return read_stock_reply(record.value); },
        [shard](SqlTx& tx, std::vector<StockReply>& replies) -> Status {
          for (const auto& reply : replies) JT_TRY(shard->on_stock_reply(tx, reply));
          return {};
        }));
    JT_TRY(subscribers_.back()->open());
    subscribers_.push_back(std::make_unique<Subscriber<PaymentReply>>(
        SubscriberSettings{"order.payment", std::string(kPaymentRepliesTopic), i}, database, log, clock, metrics,
        [](const LogRecord& record) { return read_payment_reply(record.value); },
        [shard](SqlTx& tx, std::vector<PaymentReply>& replies) -> Status {
          for (const auto& reply : replies) JT_TRY(shard->on_payment_reply(tx, reply));
          return {};
        }));
    JT_TRY(subscribers_.back()->open());
    service.databases.push_back(&database);
    service.shards.push_back(shard);
  }
  instruments_.sagas_running.set(static_cast<double>(running));
  service.products = dependencies_.products;
  service.payments = dependencies_.payments;
  service.waiters = &waiters_;
  service.links = dependencies_.links;
  service.clock = dependencies_.clock;
  service.topics = topics;
  service_ = std::make_unique<OrderService>(std::move(service));
  return {};
}

void OrderModule::start(TaskScope& scope) {
  for (auto& relay : relays_) relay->start(scope);
  for (auto& subscriber : subscribers_) subscriber->start(scope);
  scope.spawn(look_after(&scope));
}

void OrderModule::wake() {
  for (auto& relay : relays_) relay->wake();
}

std::vector<Route> OrderModule::routes() {
  return order_routes(*service_, *dependencies_.payments, dependencies_.settings);
}

Task<Result<OrderSums>> OrderModule::sums(Call call) {
  OrderSums all;
  for (auto* database : dependencies_.databases) {
    auto look = [](SqlReader& reader) -> Result<OrderSums> { return OrderStore::sums(reader); };
    auto part = co_await read(*database, call, std::move(look));
    if (!part) co_return fail(part.error());
    all.counts.placed += part->counts.placed;
    all.counts.confirmed += part->counts.confirmed;
    all.counts.rejected += part->counts.rejected;
    all.counts.cancelled += part->counts.cancelled;
    for (const auto& money : part->revenue) {
      const auto same = std::find_if(all.revenue.begin(), all.revenue.end(),
                                     [&](const Money& sum) { return sum.currency == money.currency; });
      if (same == all.revenue.end()) {
        all.revenue.push_back(money);
      } else {
        same->amount += money.amount;
      }
    }
  }
  co_return all;
}

Task<void> OrderModule::revive_stalled(std::size_t shard) {
  CallContext context;
  const Timestamp before = dependencies_.clock->now() - kStalledAfter;
  auto look = [before](SqlReader& reader) -> Result<std::vector<OrderId>> {
    return OrderStore::stalled(reader, before, kStalledMax);
  };
  auto ids = co_await read(*dependencies_.databases[shard], context, std::move(look));
  if (!ids || ids->empty()) co_return;
  auto* own = shards_[shard].get();
  auto unit = [own, &ids](SqlTx& tx) -> Status {
    for (const auto& id : *ids) own->revive(tx, id);
    return {};
  };
  auto done = co_await write(*dependencies_.databases[shard], context, std::move(unit));
  if (!done) log_warn("order.revive_failed", {{"why", done.error().detail}});
}

Task<void> OrderModule::forget_old_keys(std::size_t shard) {
  CallContext context;
  const Timestamp before = dependencies_.clock->now() - kKeyAge;
  auto unit = [before](SqlTx& tx) -> Result<std::int64_t> {
    return OrderStore::forget_keys(tx, before, kForgottenMax);
  };
  auto done = co_await write(*dependencies_.databases[shard], context, std::move(unit));
  if (!done) log_warn("order.forget_keys_failed", {{"why", done.error().detail}});
}

Task<void> OrderModule::look_after(TaskScope* scope) {
  const Millis step{500};
  for (;;) {
    for (Millis waited{0}; waited < kRound; waited += step) {
      if (scope->stopping()) co_return;
      co_await sleep_for(step);
    }
    for (std::size_t shard = 0; shard < shards_.size() && !scope->stopping(); ++shard) {
      co_await revive_stalled(shard);
      co_await forget_old_keys(shard);
    }
  }
}

}  // namespace jangteo
