#include "services/order/order_store.h"

#include <algorithm>

namespace jangteo {

namespace {

const SqlStatement kInsertOrder{
    "INSERT INTO orders(id, user_id, status, total, currency, items, payment_token, reason, created_at, updated_at)"
    " VALUES (?, ?, 'pending', ?, ?, ?, ?, '', ?, ?)"};
const SqlStatement kInsertSaga{
    "INSERT INTO saga(order_id, phase, pending, stock_shards, reserved, flags, refusal, trace, timeline, started_us, "
    "updated_at, ended)"
    " VALUES (?, ?, ?, ?, 0, 0, '', ?, ?, ?, ?, 0)"};
constexpr const char* kOrderColumns =
    "SELECT o.id, o.user_id, o.status, o.total, o.currency, o.items, o.payment_token, o.reason, o.created_at, s.phase, "
    "s.pending,"
    " s.stock_shards, s.reserved, s.flags, s.refusal, s.trace, s.timeline, s.started_us, s.updated_at FROM orders o "
    "JOIN saga s ON"
    " s.order_id = o.id WHERE ";
const std::string kFindText = std::string(kOrderColumns) + "o.id = ?";
const SqlStatement kFind{kFindText.c_str()};
const std::string kListText =
    std::string(kOrderColumns) + "o.user_id = ? AND o.id < ? ORDER BY o.user_id, o.id DESC LIMIT ?";
const SqlStatement kList{kListText.c_str()};
const SqlStatement kSetStatus{"UPDATE orders SET status = ?, reason = ?, updated_at = ? WHERE id = ?"};
const SqlStatement kUpdateSaga{
    "UPDATE saga SET phase = ?, pending = ?, reserved = ?, flags = ?, refusal = ?, timeline = ?, updated_at = ? WHERE "
    "order_id = ?"};
const SqlStatement kEndSaga{
    "UPDATE saga SET phase = ?, pending = ?, reserved = ?, flags = ?, refusal = ?, timeline = ?, updated_at = ?, ended "
    "= ? WHERE order_id = ?"};
const SqlStatement kCountRunning{"SELECT COUNT(*) FROM saga WHERE ended = 0"};
const SqlStatement kStalled{"SELECT order_id FROM saga WHERE ended = 0 AND updated_at < ? LIMIT ?"};
const SqlStatement kSums{"SELECT status, currency, COUNT(*), SUM(total) FROM orders GROUP BY status, currency"};
const SqlStatement kInsertKey{
    "INSERT INTO idempotency(principal, idempotency_key, fingerprint, order_id, answer_status, answer_body, at)"
    " VALUES (?, ?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kFindKey{
    "SELECT fingerprint, order_id, answer_status, answer_body FROM idempotency WHERE principal = ? AND idempotency_key "
    "= ?"};
const SqlStatement kStoreAnswer{
    "UPDATE idempotency SET answer_status = ?, answer_body = ? WHERE principal = ? AND idempotency_key = ? AND "
    "answer_status IS NULL"};
const SqlStatement kForgetKeys{
    "DELETE FROM idempotency WHERE (principal, idempotency_key) IN (SELECT principal, idempotency_key FROM idempotency "
    "WHERE at < ? LIMIT ?)"};

constexpr const char* kLastId = "ord_~";  // behind every order id

OrderRecord read_record(const SqlRow& row) {
  OrderRecord record;
  record.facts.id = row.id<OrderId>(0);
  record.facts.user = row.id<UserId>(1);
  const auto status = parse_order_status(row.text(2));
  JT_ASSERT(status.has_value(), "a stored order has a known status");
  record.status = *status;
  record.facts.total = Money{row.integer(3), Currency::parse(row.text(4)).value_or(Currency{})};
  record.facts.items = row.text(5);
  record.facts.payment_token = row.text(6);
  record.reason = row.text(7);
  record.facts.created_at = row.time(8);
  auto& saga = record.saga;
  saga.state.phase = static_cast<SagaPhase>(row.integer(9));
  saga.state.pending = static_cast<std::uint64_t>(row.integer(10));
  saga.state.stock_shards = static_cast<std::uint64_t>(row.integer(11));
  saga.state.reserved = static_cast<std::uint64_t>(row.integer(12));
  saga.state.flags = static_cast<std::uint32_t>(row.integer(13));
  saga.state.reason = row.text(14);
  saga.trace = row.text(15);
  saga.timeline = row.text(16);
  saga.started_us = row.integer(17);
  saga.updated_at = row.time(18);
  return record;
}

std::int64_t as_integer(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

void write_saga(SqlTx& tx, OrderId id, const SagaRecord& saga, int ended) {
  const auto changed = tx.exec(
      kEndSaga, {static_cast<int>(saga.state.phase), as_integer(saga.state.pending), as_integer(saga.state.reserved),
                 saga.state.flags, saga.state.reason, SqlValue::blob(saga.timeline), saga.updated_at, ended, id});
  JT_ASSERT(changed == 1, "every order has its saga");
}

}  // namespace

void OrderStore::insert(SqlTx& tx, const OrderFacts& facts, const SagaRecord& saga) {
  tx.exec(kInsertOrder, {facts.id, facts.user, facts.total.amount, facts.total.currency.code(), facts.items,
                         facts.payment_token, facts.created_at, facts.created_at});
  tx.exec(kInsertSaga, {facts.id, static_cast<int>(saga.state.phase), as_integer(saga.state.pending),
                        as_integer(saga.state.stock_shards), saga.trace, SqlValue::blob(saga.timeline), saga.started_us,
                        facts.created_at});
}

std::optional<OrderRecord> OrderStore::find(SqlReader& reader, OrderId id) {
  std::optional<OrderRecord> found;
  reader.query(kFind, {id}, [&](const SqlRow& row) { found = read_record(row); });
  return found;
}

std::vector<OrderRecord> OrderStore::list(SqlReader& reader, UserId user, OrderId before, std::int64_t limit) {
  std::vector<OrderRecord> records;
  const std::string below = before.empty() ? kLastId : before.str();
  reader.query(kList, {user, below, limit}, [&](const SqlRow& row) { records.push_back(read_record(row)); });
  return records;
}

void OrderStore::set_status(SqlTx& tx, OrderId id, OrderStatus status, std::string_view reason, Timestamp now) {
  const auto changed = tx.exec(kSetStatus, {to_string(status), reason, now, id});
  JT_ASSERT(changed == 1, "an order that changes exists");
}

std::optional<SagaRecord> OrderStore::find_saga(SqlReader& reader, OrderId id) {
  auto record = find(reader, id);
  if (!record) return {};
  record->saga.facts = std::make_shared<const OrderFacts>(std::move(record->facts));
  return std::move(record->saga);
}

void OrderStore::update_saga(SqlTx& tx, OrderId id, const SagaRecord& saga) {
  const auto changed = tx.exec(
      kUpdateSaga, {static_cast<int>(saga.state.phase), as_integer(saga.state.pending), as_integer(saga.state.reserved),
                    saga.state.flags, saga.state.reason, SqlValue::blob(saga.timeline), saga.updated_at, id});
  JT_ASSERT(changed == 1, "every order has its saga");
}

void OrderStore::end_saga(SqlTx& tx, OrderId id, const SagaRecord& saga) { write_saga(tx, id, saga, 1); }
void OrderStore::reopen_saga(SqlTx& tx, OrderId id, const SagaRecord& saga) { write_saga(tx, id, saga, 0); }

std::int64_t OrderStore::count_running(SqlReader& reader) {
  std::int64_t count = 0;
  reader.query(kCountRunning, {}, [&](const SqlRow& row) { count = row.integer(0); });
  return count;
}

std::vector<OrderId> OrderStore::stalled(SqlReader& reader, Timestamp before, std::int64_t limit) {
  std::vector<OrderId> ids;
  reader.query(kStalled, {before, limit}, [&](const SqlRow& row) { ids.push_back(row.id<OrderId>(0)); });
  return ids;
}

OrderSums OrderStore::sums(SqlReader& reader) {
  OrderSums sums;
  reader.query(kSums, {}, [&](const SqlRow& row) {
    const auto count = static_cast<std::uint64_t>(row.integer(2));
    const auto status = row.text(0);
    sums.counts.placed += count;
    if (status == "rejected") {
      sums.counts.rejected += count;
    } else if (status == "cancelled") {
      sums.counts.cancelled += count;
    } else if (status != "pending") {
      sums.counts.confirmed += count;
      const auto currency = Currency::parse(row.text(1)).value_or(Currency{});
      const auto same = std::find_if(sums.revenue.begin(), sums.revenue.end(),
                                     [&](const Money& sum) { return sum.currency == currency; });
      if (same == sums.revenue.end()) {
        sums.revenue.push_back(Money{row.integer(3), currency});
      } else {
        same->amount += row.integer(3);
      }
    }
  });
  return sums;
}

bool OrderStore::insert_key(SqlTx& tx, std::string_view principal, std::string_view key, std::int64_t fingerprint,
                            OrderId order, std::optional<int> answer_status, Timestamp now) {
  const SqlValue status = answer_status ? SqlValue(*answer_status) : SqlValue(nullptr);
  return tx.exec(kInsertKey, {principal, key, fingerprint, order, status, now}) == 1;
}

std::optional<IdempotencyRow> OrderStore::find_key(SqlReader& reader, std::string_view principal,
                                                   std::string_view key) {
  std::optional<IdempotencyRow> found;
  reader.query(kFindKey, {principal, key}, [&](const SqlRow& row) {
    IdempotencyRow entry;
    entry.fingerprint = row.integer(0);
    entry.order = row.id<OrderId>(1);
    if (!row.is_null(2)) entry.answer_status = static_cast<int>(row.integer(2));
    entry.answer_body = row.text(3);
    found = std::move(entry);
  });
  return found;
}

void OrderStore::store_answer(SqlTx& tx, std::string_view principal, std::string_view key, int status,
                              std::string_view body) {
  tx.exec(kStoreAnswer, {status, body, principal, key});
}

std::int64_t OrderStore::forget_keys(SqlTx& tx, Timestamp before, std::int64_t limit) {
  return tx.exec(kForgetKeys, {before, limit});
}

}  // namespace jangteo
