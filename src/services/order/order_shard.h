// One order shard on its storage thread: places orders, applies replies to their sagas, cancels. Keeps the running
// sagas in memory (the table is the truth; dropped when a commit is lost). Everything but the constructor runs in units
// of work of the shard's database. As CommitHook it tells waiting requests and the counters what a commit made true.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ports/sql_database.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "services/order/order_store.h"
#include "services/order/saga_waiters.h"
#include "services/payment/payment_api.h"

namespace jangteo {

// Shared by the shards.
struct OrderInstruments {
  explicit OrderInstruments(MetricsRegistry& metrics);
  Counter& placed;
  Counter& confirmed;
  Counter& rejected;
  Counter& cancelled;
  Gauge& sagas_running;
  Histogram& saga_seconds;
};

struct OrderTopics {
  std::uint32_t stock_partitions = 0;
  std::uint32_t order_partitions = 0;
};

// A new order with everything that can be rendered before its unit of work: the storage thread only writes.
struct PlacedOrder {
  std::shared_ptr<const OrderFacts> facts;
  std::string trace;
  std::int64_t started_us = 0;
  std::uint64_t stock_shards = 0;  // bits
  std::string frames;              // order.pending and the reserve commands, as outbox frames
};
PlacedOrder prepare_order(OrderFacts facts, const std::vector<QuotedItem>& items, std::string trace,
                          std::int64_t started_us, OrderTopics topics);

class OrderShard final : public CommitHook {
 public:
  OrderShard(OrderTopics topics, SagaWaiters& waiters, OrderInstruments& instruments, Clock& clock)
      : topics_(topics), waiters_(waiters), instruments_(instruments), clock_(clock) {}

  // A new order: its row, its saga, its first event and commands.
  void place(SqlTx& tx, const PlacedOrder& order);
  Status on_stock_reply(SqlTx& tx, const StockReply& reply);
  Status on_payment_reply(SqlTx& tx, const PaymentReply& reply);
  // not_found; invalid_transition when the order cannot become cancelled any more; success without effect when it is.
  Status cancel(SqlTx& tx, OrderId order);
  // A saga that has not moved for long: repeats what it waits for, expires or parks it.
  void revive(SqlTx& tx, OrderId order);

  void before_commit(SqlTx&, std::string_view) override {}
  void after_commit(std::string) noexcept override;
  void after_unit_rollback(SqlReader&) noexcept override { forget_cache(); }
  void after_rollback() noexcept override;
  void forget_cache();

 private:
  static constexpr std::size_t kCacheCountMax = 200'000;
  static constexpr Millis kDeadline{15 * 60 * 1000};
  static constexpr Millis kStuckAfter{24 * 3600 * 1000};

  SagaRecord* saga(SqlReader& reader, OrderId order);
  // Carries out what the pure saga decided, in this transaction.
  void carry_out(SqlTx& tx, SagaRecord& saga, const SagaActions& actions, bool was_ended);
  void send_stock(SqlTx& tx, const SagaRecord& saga, std::uint64_t shards, StockCommand::Type type);
  void send_payment(SqlTx& tx, const SagaRecord& saga, PaymentCommand::Type type);
  void publish(SqlTx& tx, const SagaRecord& saga, std::string_view type, bool was_confirmed);

  OrderTopics topics_;
  SagaWaiters& waiters_;
  OrderInstruments& instruments_;
  Clock& clock_;
  std::unordered_map<OrderId, SagaRecord> running_;
  std::string body_;  // scratch

  // What the group under way does; counted and told after its commit.
  struct Tally {
    std::uint32_t placed = 0, confirmed = 0, rejected = 0, cancelled = 0;
    std::int64_t running = 0;
    std::vector<std::pair<OrderId, std::int64_t>> ended;  // with the microseconds that the saga took
  };
  Tally tally_;
};

}  // namespace jangteo
