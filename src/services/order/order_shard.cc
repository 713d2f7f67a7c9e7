#include "services/order/order_shard.h"

#include <algorithm>
#include <bit>

#include "base/json.h"
#include "delivery/outbox.h"
#include "runtime/entropy.h"
#include "runtime/log.h"

namespace jangteo {

OrderInstruments::OrderInstruments(MetricsRegistry& metrics)
    : placed(
          metrics.counter("jangteo_orders_total", "Orders since start by what became of them", {{"state", "placed"}})),
      confirmed(metrics.counter("jangteo_orders_total", "Orders since start by what became of them",
                                {{"state", "confirmed"}})),
      rejected(metrics.counter("jangteo_orders_total", "Orders since start by what became of them",
                               {{"state", "rejected"}})),
      cancelled(metrics.counter("jangteo_orders_total", "Orders since start by what became of them",
                                {{"state", "cancelled"}})),
      sagas_running(metrics.gauge("jangteo_sagas_running", "Checkout sagas that have not ended")),
      saga_seconds(metrics.histogram("jangteo_saga_seconds", "From placing an order to the end of its saga")) {}

namespace {

void write_order_event(std::string& out, const OrderFacts& facts, std::string_view type, Timestamp now,
                       std::string_view reason, bool was_confirmed, std::string_view trace) {
  JsonWriter writer(out);
  writer.begin_object()
      .field("id", std::string_view(new_id<EventId>(now).text()))
      .field("type", type)
      .field("at", now.ms)
      .field("orderId", std::string_view(facts.id.text()));
  writer.key("userId");
  if (facts.user.empty()) {
    writer.null();
  } else {
    writer.value(std::string_view(facts.user.text()));
  }
  writer.field("total", facts.total);
  if (!reason.empty()) writer.field("reason", reason);
  if (was_confirmed) writer.field("wasConfirmed", true);
  writer.key("items").raw(facts.items);
  writer.field("trace", trace).end_object();
}

}  // namespace

PlacedOrder prepare_order(OrderFacts facts, const std::vector<QuotedItem>& items, std::string trace,
                          std::int64_t started_us, OrderTopics topics) {
  PlacedOrder order;
  order.trace = std::move(trace);
  order.started_us = started_us;
  std::string body;
  write_order_event(body, facts, "order.pending", facts.created_at, {}, false, order.trace);
  const IdText key = facts.id.text();
  order.frames.reserve(body.size() + items.size() * 256 + 256);
  append_frame(order.frames, kOrderEventsTopic, facts.id.route() % topics.order_partitions, key, body);
  std::vector<StockCommand> commands(topics.stock_partitions);
  for (const auto& item : items) {
    const auto shard = stock_partition(item.variant, topics.stock_partitions);
    order.stock_shards |= 1ULL << shard;
    auto& lines = commands[shard].lines;
    const auto same =
        std::find_if(lines.begin(), lines.end(), [&](const StockLine& line) { return line.variant == item.variant; });
    if (same != lines.end()) {
      same->quantity += item.quantity;
    } else {
      lines.push_back(StockLine{item.variant, item.quantity});
    }
  }
  for (std::uint32_t shard = 0; shard < topics.stock_partitions; ++shard) {
    auto& command = commands[shard];
    if (command.lines.empty()) continue;
    std::sort(command.lines.begin(), command.lines.end(),
              [](const StockLine& a, const StockLine& b) { return a.variant < b.variant; });
    command.order = facts.id;
    command.trace = order.trace;
    body.clear();
    write_stock_command(body, command);
    append_frame(order.frames, kStockCommandsTopic, shard, key, body);
  }
  order.facts = std::make_shared<const OrderFacts>(std::move(facts));
  return order;
}

SagaRecord* OrderShard::saga(SqlReader& reader, OrderId order) {
  const auto found = running_.find(order);
  if (found != running_.end()) return &found->second;
  auto stored = OrderStore::find_saga(reader, order);
  if (!stored) return nullptr;
  return &running_.insert_or_assign(order, std::move(*stored)).first->second;
}

void OrderShard::send_stock(SqlTx& tx, const SagaRecord& saga, std::uint64_t shards, StockCommand::Type type) {
  StockCommand command;
  command.type = type;
  command.order = saga.facts->id;
  command.trace = saga.trace;
  for (; shards != 0; shards &= shards - 1) {
    const auto shard = static_cast<std::uint32_t>(std::countr_zero(shards));
    if (type == StockCommand::Type::reserve)
      command.lines = stock_lines(saga.facts->items, shard, topics_.stock_partitions);
    body_.clear();
    write_stock_command(body_, command);
    emit(tx, kStockCommandsTopic, shard, command.order.text(), body_);
  }
}

void OrderShard::send_payment(SqlTx& tx, const SagaRecord& saga, PaymentCommand::Type type) {
  PaymentCommand command;
  command.type = type;
  command.order = saga.facts->id;
  command.trace = saga.trace;
  if (type == PaymentCommand::Type::authorize) {
    command.token = saga.facts->payment_token;
    command.amount = saga.facts->total;
  }
  body_.clear();
  write_payment_command(body_, command);
  emit(tx, kPaymentCommandsTopic, 0, command.order.text(), body_);
}

void OrderShard::publish(SqlTx& tx, const SagaRecord& saga, std::string_view type, bool was_confirmed) {
  const auto& facts = *saga.facts;
  body_.clear();
  write_order_event(body_, facts, type, clock_.now(), saga.state.reason, was_confirmed, saga.trace);
  emit(tx, kOrderEventsTopic, facts.id.route() % topics_.order_partitions, facts.id.text(), body_);
}

void OrderShard::carry_out(SqlTx& tx, SagaRecord& saga, const SagaActions& actions, bool was_ended) {
  const auto& facts = *saga.facts;
  const Timestamp now = clock_.now();
  const std::int64_t offset_us = clock_.now_us() - saga.started_us;
  for (const auto event : actions.timeline) append_timeline(saga.timeline, event, offset_us);
  if (actions.confirm) {
    OrderStore::set_status(tx, facts.id, OrderStatus::confirmed, "", now);
    publish(tx, saga, "order.confirmed", false);
    ++tally_.confirmed;
  }
  if (actions.reject) {
    OrderStore::set_status(tx, facts.id, OrderStatus::rejected, saga.state.reason, now);
    publish(tx, saga, "order.rejected", false);
    ++tally_.rejected;
  }
  send_stock(tx, saga, actions.reserve, StockCommand::Type::reserve);
  send_stock(tx, saga, actions.commit, StockCommand::Type::commit);
  send_stock(tx, saga, actions.release, StockCommand::Type::release);
  send_stock(tx, saga, actions.restock, StockCommand::Type::restock);
  if (actions.authorize) send_payment(tx, saga, PaymentCommand::Type::authorize);
  if (actions.capture) send_payment(tx, saga, PaymentCommand::Type::capture);
  if (actions.cancel_payment) send_payment(tx, saga, PaymentCommand::Type::cancel);
  const bool ended = saga.state.ended();
  if (actions.changed) {
    saga.updated_at = now;
    if (ended && !was_ended) {
      OrderStore::end_saga(tx, facts.id, saga);
      --tally_.running;
      tally_.ended.emplace_back(facts.id, offset_us);
    } else if (!ended && was_ended) {
      OrderStore::reopen_saga(tx, facts.id, saga);
      ++tally_.running;
    } else {
      OrderStore::update_saga(tx, facts.id, saga);
    }
  }
  if (ended) {
    const OrderId id = facts.id;
    running_.erase(id);  // `saga` is gone from here on
  }
}

void OrderShard::place(SqlTx& tx, const PlacedOrder& order) {
  SagaRecord saga;
  SagaActions actions;
  saga.state = begin_saga(order.stock_shards, actions);
  saga.trace = order.trace;
  saga.started_us = order.started_us;
  saga.updated_at = order.facts->created_at;
  saga.facts = order.facts;
  for (const auto event : actions.timeline) append_timeline(saga.timeline, event, 0);
  OrderStore::insert(tx, *order.facts, saga);
  tx.emissions() += order.frames;
  ++tally_.placed;
  ++tally_.running;
  running_.insert_or_assign(order.facts->id, std::move(saga));
}

Status OrderShard::on_stock_reply(SqlTx& tx, const StockReply& reply) {
  auto* found = saga(tx, reply.order);
  if (found == nullptr) return fail(ErrorCode::not_found, "no order " + reply.order.str());
  std::string reason;
  if (reply.type == StockReply::Type::refused) reason = "out_of_stock";
  const bool was_ended = found->state.ended();
  const auto actions = on_stock(found->state, reply.shard, static_cast<StockOutcome>(reply.type), reason);
  carry_out(tx, *found, actions, was_ended);
  return {};
}

Status OrderShard::on_payment_reply(SqlTx& tx, const PaymentReply& reply) {
  auto* found = saga(tx, reply.order);
  if (found == nullptr) return fail(ErrorCode::not_found, "no order " + reply.order.str());
  const bool was_ended = found->state.ended();
  const auto actions = on_payment(found->state, static_cast<PaymentOutcome>(reply.type), reply.reason);
  carry_out(tx, *found, actions, was_ended);
  return {};
}

Status OrderShard::cancel(SqlTx& tx, OrderId order) {
  const auto record = OrderStore::find(tx, order);
  if (!record) return fail(ErrorCode::not_found, "no such order");
  if (record->status == OrderStatus::cancelled) return {};
  if (!may_become(record->status, OrderStatus::cancelled)) {
    return fail(ErrorCode::invalid_transition,
                "an order that is " + std::string(to_string(record->status)) + " cannot be cancelled");
  }
  auto* found = saga(tx, order);
  const bool was_ended = found->state.ended();
  const bool was_confirmed = record->status == OrderStatus::confirmed;
  const auto actions = on_cancel(found->state, "cancelled");
  OrderStore::set_status(tx, order, OrderStatus::cancelled, "cancelled", clock_.now());
  publish(tx, *found, "order.cancelled", was_confirmed);
  ++tally_.cancelled;
  carry_out(tx, *found, actions, was_ended);
  return {};
}

void OrderShard::revive(SqlTx& tx, OrderId order) {
  auto* found = saga(tx, order);
  if (found == nullptr || found->state.ended()) return;
  const Millis age = clock_.now() - Timestamp{found->started_us / 1000};
  SagaActions actions;
  if (found->state.phase == SagaPhase::compensating && age > kStuckAfter) {
    found->state.phase = SagaPhase::stuck;
    actions.changed = true;
    log_error("order.saga_stuck", {{"order", order.text()}, {"trace", found->trace}});
  } else if (age > kDeadline &&
             (found->state.phase == SagaPhase::reserving || found->state.phase == SagaPhase::authorizing)) {
    actions = on_expired(found->state);
    log_warn("order.saga_expired", {{"order", order.text()}, {"trace", found->trace}});
  } else {
    actions = repeat(found->state);
    actions.changed = true;  // updated_at: not looked at again before the next round
    log_warn("order.saga_repeated",
             {{"order", order.text()}, {"phase", to_string(found->state.phase)}, {"trace", found->trace}});
  }
  carry_out(tx, *found, actions, false);
}

void OrderShard::forget_cache() { running_.clear(); }

void OrderShard::after_commit(std::string) noexcept {
  const Tally done = std::exchange(tally_, {});
  if (done.placed != 0) instruments_.placed.add(done.placed);
  if (done.confirmed != 0) instruments_.confirmed.add(done.confirmed);
  if (done.rejected != 0) instruments_.rejected.add(done.rejected);
  if (done.cancelled != 0) instruments_.cancelled.add(done.cancelled);
  if (done.running != 0) instruments_.sagas_running.add(static_cast<double>(done.running));
  for (const auto& [order, took_us] : done.ended) {
    instruments_.saga_seconds.observe(static_cast<double>(took_us) * 1e-6);
    waiters_.ended(order);
  }
  if (running_.size() > kCacheCountMax) running_.clear();
}

void OrderShard::after_rollback() noexcept {
  tally_ = {};
  forget_cache();
}

}  // namespace jangteo
