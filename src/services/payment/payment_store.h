// The payment database: the only file with its SQL. All functions run inside units of work.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ports/sql_database.h"
#include "services/payment/domain/payment_state.h"
#include "services/payment/payment_api.h"

namespace jangteo {

struct Payment {
  PaymentId id;
  OrderId order;
  PaymentState state = PaymentState::created;
  Money amount;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::string reason;
};

class PaymentStore {
 public:
  static std::optional<Payment> find(SqlReader& reader, OrderId order);
  static bool insert(SqlTx& tx, const Payment& payment, Timestamp now);  // false: the order has a payment already
  // Changes the state when it still is `from`; false otherwise.
  static bool move(SqlTx& tx, OrderId order, PaymentState from, PaymentState to, Timestamp now);
  static bool capture(SqlTx& tx, OrderId order, Timestamp now);  // authorized → captured, all of it
  static bool refund(SqlTx& tx, const Payment& payment, RefundId refund,
                     Timestamp now);  // captured → refunded, all of it

  static void add_task(SqlTx& tx, const PaymentCommand& command, std::string_view body, Timestamp now);
  static void remove_task(SqlTx& tx, const PaymentCommand& command);
  static void tasks(SqlReader& reader, const std::function<void(std::string_view body)>& task);
};

}  // namespace jangteo
