#include "services/product/stock_shard.h"

namespace jangteo {

namespace {

const SqlStatement kAllLevels{"SELECT variant_id, on_hand, reserved FROM stock_level"};
const SqlStatement kReadLevel{"SELECT on_hand, reserved FROM stock_level WHERE variant_id = ?"};
const SqlStatement kCreateLevel{"INSERT INTO stock_level(variant_id, on_hand, reserved) VALUES (?, ?, ?)"};
const SqlStatement kWriteLevel{"UPDATE stock_level SET on_hand = ?, reserved = ? WHERE variant_id = ?"};
const SqlStatement kMove{"INSERT INTO stock_movement(variant_id, kind, quantity, order_id, at) VALUES (?, ?, ?, ?, ?)"};
const SqlStatement kHasMovement{
    "SELECT 1 FROM stock_movement WHERE variant_id = ? AND kind IN ('receipt', 'correction') LIMIT 1"};
const SqlStatement kReservations{
    "SELECT variant_id, quantity, state FROM reservation WHERE order_id = ? AND state <> 'refused' ORDER BY "
    "variant_id"};
const SqlStatement kRefusal{
    "SELECT quantity, refused_variant_id, refused_available FROM reservation WHERE order_id = ? AND state = "
    "'refused'"};
const SqlStatement kReserve{
    "INSERT INTO reservation(order_id, variant_id, quantity, state, at) VALUES (?, ?, ?, 'held', ?) ON CONFLICT DO "
    "NOTHING"};
const SqlStatement kRefuse{
    "INSERT INTO reservation(order_id, variant_id, quantity, state, at, refused_variant_id, refused_available)"
    " VALUES (?, ?, ?, 'refused', ?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kSetState{"UPDATE reservation SET state = ?, at = ? WHERE order_id = ? AND variant_id = ?"};

StockReply reply_to(const StockCommand& command, StockReply::Type type, std::uint32_t shard) {
  StockReply reply;
  reply.type = type;
  reply.order = command.order;
  reply.shard = shard;
  reply.trace = command.trace;
  return reply;
}

}  // namespace

Status StockShard::load(SqlReader& reader) {
  reader.query(kAllLevels, {}, [&](const SqlRow& row) {
    levels_.cell(row.id<VariantId>(0)).store(row.integer(1) - row.integer(2), std::memory_order_relaxed);
  });
  return {};
}

StockShard::Level& StockShard::level(SqlReader& reader, VariantId variant) {
  const auto [place, is_new] = cache_.try_emplace(variant);
  Level& level = place->second;
  if (is_new) {
    level.cell = &levels_.cell(variant);
    reader.query(kReadLevel, {variant}, [&](const SqlRow& row) {
      level.on_hand = row.integer(0);
      level.reserved = row.integer(1);
      level.known = true;
    });
  }
  return level;
}

void StockShard::touch(VariantId variant, Level& level) {
  JT_ASSERT(level.reserved >= 0 && level.on_hand >= level.reserved, "stock never goes below zero");
  if (!level.dirty) dirty_.push_back(variant);
  level.dirty = true;
}

void StockShard::move(SqlTx& tx, VariantId variant, std::string_view kind, std::int64_t quantity, OrderId order) {
  tx.exec(kMove, {variant, kind, quantity, order, clock_.now()});
}

std::vector<StockShard::Reserved> StockShard::reservations(SqlReader& reader, OrderId order) const {
  std::vector<Reserved> found;
  reader.query(kReservations, {order}, [&](const SqlRow& row) {
    found.push_back(Reserved{row.id<VariantId>(0), row.integer(1), std::string(row.text(2))});
  });
  return found;
}

StockReply StockShard::reserve(SqlTx& tx, const StockCommand& command) {
  JT_ASSERT(!command.lines.empty(), "a reservation has lines");
  const VariantId first = command.lines.front().variant;
  const Timestamp now = clock_.now();
  auto reply = reply_to(command, StockReply::Type::reserved, number_);
  for (const auto& line : command.lines) {
    const Level& wanted = level(tx, line.variant);
    const std::int64_t available = wanted.on_hand - wanted.reserved;
    if (available >= line.quantity) continue;
    if (tx.exec(kRefuse, {command.order, first, line.quantity, now, line.variant, available}) == 0)
      return earlier_reply(tx, command);
    reply.type = StockReply::Type::refused;
    reply.variant = line.variant;
    reply.requested = line.quantity;
    reply.available = available;
    return reply;
  }
  for (const auto& line : command.lines) {
    if (tx.exec(kReserve, {command.order, line.variant, line.quantity, now}) == 0) {
      JT_ASSERT(line.variant == first, "a reservation has all its lines, each variant once, or none");
      return earlier_reply(tx, command);
    }
    Level& taken = level(tx, line.variant);
    taken.reserved += line.quantity;
    touch(line.variant, taken);
  }
  return reply;
}

// The command came before: what it was answered then.
StockReply StockShard::earlier_reply(SqlReader& reader, const StockCommand& command) const {
  auto reply = reply_to(command, StockReply::Type::reserved, number_);
  reader.query(kRefusal, {command.order}, [&](const SqlRow& row) {
    reply.type = StockReply::Type::refused;
    reply.requested = row.integer(0);
    reply.variant = row.id<VariantId>(1);
    reply.available = row.integer(2);
  });
  return reply;
}

StockReply StockShard::commit(SqlTx& tx, const StockCommand& command) {
  for (const auto& held : reservations(tx, command.order)) {
    if (held.state != "held") continue;
    tx.exec(kSetState, {"committed", clock_.now(), command.order, held.variant});
    move(tx, held.variant, "sale", -held.quantity, command.order);
    Level& sold = level(tx, held.variant);
    sold.on_hand -= held.quantity;
    sold.reserved -= held.quantity;
    touch(held.variant, sold);
  }
  return reply_to(command, StockReply::Type::committed, number_);
}

StockReply StockShard::release(SqlTx& tx, const StockCommand& command) {
  for (const auto& held : reservations(tx, command.order)) {
    if (held.state != "held") continue;
    tx.exec(kSetState, {"released", clock_.now(), command.order, held.variant});
    Level& freed = level(tx, held.variant);
    freed.reserved -= held.quantity;
    touch(held.variant, freed);
  }
  return reply_to(command, StockReply::Type::released, number_);
}

StockReply StockShard::restock(SqlTx& tx, const StockCommand& command) {
  for (const auto& sold : reservations(tx, command.order)) {
    if (sold.state != "committed" && sold.state != "held") continue;
    Level& back = level(tx, sold.variant);
    if (sold.state == "committed") {
      tx.exec(kSetState, {"restocked", clock_.now(), command.order, sold.variant});
      move(tx, sold.variant, "restock", sold.quantity, command.order);
      back.on_hand += sold.quantity;
    } else {
      tx.exec(kSetState, {"released", clock_.now(), command.order, sold.variant});
      back.reserved -= sold.quantity;
    }
    touch(sold.variant, back);
  }
  return reply_to(command, StockReply::Type::restocked, number_);
}

StockReply StockShard::apply(SqlTx& tx, const StockCommand& command) {
  switch (command.type) {
    case StockCommand::Type::reserve:
      return reserve(tx, command);
    case StockCommand::Type::commit:
      return commit(tx, command);
    case StockCommand::Type::release:
      return release(tx, command);
    case StockCommand::Type::restock:
      return restock(tx, command);
  }
  JT_ASSERT(false, "a stock command has one of its types");
}

Status StockShard::adjust(SqlTx& tx, const StockAdjustment& adjustment) {
  Level& changed = level(tx, adjustment.variant);
  const bool receipt = adjustment.kind == StockAdjustment::Kind::receipt;
  if (receipt && adjustment.quantity < 0) return fail_field("quantity", "a receipt is not negative");
  std::int64_t on_hand = 0;
  if (__builtin_add_overflow(changed.on_hand, adjustment.quantity, &on_hand))
    return fail_field("quantity", "too large");
  if (on_hand < changed.reserved) return fail(ErrorCode::conflict, "pieces that are reserved cannot be taken away");
  if (adjustment.quantity != 0)
    move(tx, adjustment.variant, receipt ? "receipt" : "correction", adjustment.quantity, OrderId{});
  changed.on_hand = on_hand;
  touch(adjustment.variant, changed);
  return {};
}

bool StockShard::has_movement(SqlReader& reader, VariantId variant) {
  const Level& now = level(reader, variant);
  if (now.on_hand != 0) return true;  // the sum of its movements
  if (!now.known && !now.dirty) return false;
  return reader.query(kHasMovement, {variant}, [](const SqlRow&) {}) > 0;  // all sold, or nothing ever came
}

void StockShard::flush(SqlTx& tx) {
  for (const auto& variant : dirty_) {
    Level& level = cache_.at(variant);
    if (level.known) {
      tx.exec(kWriteLevel, {level.on_hand, level.reserved, variant});
    } else {
      tx.exec(kCreateLevel, {variant, level.on_hand, level.reserved});
      level.known = true;
    }
    level.dirty = false;
    changed_.push_back(variant);
  }
  dirty_.clear();
}

void StockShard::after_unit_rollback(SqlReader& reader) {
  // Levels that the lost unit wrote, and perhaps some that earlier units of the commit did: these are to be published.
  changed_.insert(changed_.end(), dirty_.begin(), dirty_.end());
  dirty_.clear();
  for (const auto& variant : changed_) {
    cache_.erase(variant);
    level(reader, variant);
  }
}

void StockShard::forget_cache() {
  cache_.clear();
  dirty_.clear();
  changed_.clear();
}

void StockShard::after_commit(std::string) noexcept {
  for (const auto& variant : changed_) {
    const auto found = cache_.find(variant);
    if (found != cache_.end()) {
      found->second.cell->store(found->second.on_hand - found->second.reserved, std::memory_order_relaxed);
    }
  }
  changed_.clear();
  if (cache_.size() > kCacheCountMax && dirty_.empty()) cache_.clear();
}

}  // namespace jangteo
