#include "services/payment/payment_store.h"

namespace jangteo {

namespace {

const SqlStatement kFind{
    "SELECT id, state, amount, currency, captured, refunded, reason FROM payment WHERE order_id = ?"};
const SqlStatement kInsert{
    "INSERT INTO payment(order_id, id, state, amount, currency, captured, refunded, reason, created_at, updated_at)"
    " VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kMove{"UPDATE payment SET state = ?, updated_at = ? WHERE order_id = ? AND state = ?"};
const SqlStatement kCapture{
    "UPDATE payment SET state = 'captured', captured = amount, updated_at = ? WHERE order_id = ? AND state = "
    "'authorized'"};
const SqlStatement kRefund{
    "UPDATE payment SET state = 'refunded', refunded = captured, updated_at = ? WHERE order_id = ? AND state = "
    "'captured'"};
const SqlStatement kInsertRefund{"INSERT INTO refund(id, order_id, amount, currency, at) VALUES (?, ?, ?, ?, ?)"};
const SqlStatement kAddTask{
    "INSERT INTO payment_task(order_id, type, body, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kRemoveTask{"DELETE FROM payment_task WHERE order_id = ? AND type = ?"};
const SqlStatement kTasks{"SELECT body FROM payment_task ORDER BY at, order_id, type"};

}  // namespace

std::optional<Payment> PaymentStore::find(SqlReader& reader, OrderId order) {
  std::optional<Payment> found;
  reader.query(kFind, {order}, [&](const SqlRow& row) {
    Payment payment;
    payment.order = order;
    payment.id = row.id<PaymentId>(0);
    payment.state = parse_payment_state(row.text(1)).value_or(PaymentState::failed);
    payment.amount = Money{row.integer(2), Currency::parse(row.text(3)).value_or(Currency{})};
    payment.captured = row.integer(4);
    payment.refunded = row.integer(5);
    payment.reason = row.text(6);
    found = std::move(payment);
  });
  return found;
}

bool PaymentStore::insert(SqlTx& tx, const Payment& payment, Timestamp now) {
  return tx.exec(kInsert, {payment.order, payment.id, to_string(payment.state), payment.amount.amount,
                           payment.amount.currency.code(), payment.reason, now, now}) == 1;
}

bool PaymentStore::move(SqlTx& tx, OrderId order, PaymentState from, PaymentState to, Timestamp now) {
  JT_ASSERT(may_become(from, to), "a payment takes only the edges of its state machine");
  return tx.exec(kMove, {to_string(to), now, order, to_string(from)}) == 1;
}

bool PaymentStore::capture(SqlTx& tx, OrderId order, Timestamp now) { return tx.exec(kCapture, {now, order}) == 1; }

bool PaymentStore::refund(SqlTx& tx, const Payment& payment, RefundId refund, Timestamp now) {
  if (tx.exec(kRefund, {now, payment.order}) != 1) return false;
  tx.exec(kInsertRefund, {refund, payment.order, payment.captured, payment.amount.currency.code(), now});
  return true;
}

void PaymentStore::add_task(SqlTx& tx, const PaymentCommand& command, std::string_view body, Timestamp now) {
  tx.exec(kAddTask, {command.order, to_string(command.type), body, now});
}

void PaymentStore::remove_task(SqlTx& tx, const PaymentCommand& command) {
  tx.exec(kRemoveTask, {command.order, to_string(command.type)});
}

void PaymentStore::tasks(SqlReader& reader, const std::function<void(std::string_view body)>& task) {
  reader.query(kTasks, {}, [&](const SqlRow& row) { task(row.text(0)); });
}

}  // namespace jangteo
