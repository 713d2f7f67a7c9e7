#include "services/product/stock_module.h"

#include "delivery/delivery_schema.h"
#include "ports/sql_schema.h"
#include "services/product/product_schema.h"
#include "services/product/stock_messages.h"
#include "services/product/stock_shard.h"

namespace jangteo {

StockModule::StockModule(StockDependencies dependencies)
    : dependencies_(std::move(dependencies)), service_(dependencies_.databases, levels_, *dependencies_.clock) {}

Status StockModule::migrate(SqlDatabase& database) {
  JT_TRY(apply_schema(database, "delivery", delivery_schema()));
  return apply_schema(database, "product", product_schema());
}

Status StockModule::open() {
  auto& log = *dependencies_.log;
  const std::uint32_t reply_partitions = log.partitions(kStockRepliesTopic);
  JT_ASSERT(log.partitions(kStockCommandsTopic) == service_.shard_count() && reply_partitions > 0,
            "stock.commands has one partition per stock shard");
  for (std::uint32_t i = 0; i < service_.shard_count(); ++i) {
    auto& database = service_.database(i);
    JT_TRY(migrate(database));
    relays_.push_back(std::make_unique<OutboxRelay>(database, log, *dependencies_.metrics, &service_.shard(i)));
    JT_TRY(relays_.back()->open());
    auto apply = [this, i, reply_partitions](SqlTx& tx, std::vector<StockCommand>& commands) -> Status {
      auto& shard = service_.shard(i);
      std::string body;
      for (const auto& command : commands) {
        body.clear();
        write_stock_reply(body, shard.apply(tx, command));
        emit(tx, kStockRepliesTopic, command.order.route() % reply_partitions, command.order.text(), body);
      }
      shard.flush(tx);
      return {};
    };
    subscribers_.push_back(std::make_unique<Subscriber<StockCommand>>(
        SubscriberSettings{"stock", std::string(kStockCommandsTopic), i}, database, log, *dependencies_.clock,
        *dependencies_.metrics, [](const LogRecord& record) { return read_stock_command(record.value); },
        std::move(apply)));
    JT_TRY(subscribers_.back()->open());
  }
  return service_.load();
}

void StockModule::start(TaskScope& scope) {
  for (auto& relay : relays_) relay->start(scope);
  for (auto& subscriber : subscribers_) subscriber->start(scope);
}

void StockModule::wake() {
  for (auto& relay : relays_) relay->wake();
}

}  // namespace jangteo
