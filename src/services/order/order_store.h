// The order databases: the only file with their SQL. All functions run inside units of work of the order's shard.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/sql_database.h"
#include "services/order/order_api.h"
#include "services/order/order_record.h"

namespace jangteo {

struct IdempotencyRow {
  std::int64_t fingerprint = 0;
  OrderId order;
  std::optional<int> answer_status;  // empty: the first request is not answered yet
  std::string answer_body;           // empty: the answer is the order as it was when placed
};

class OrderStore {
 public:
  static void insert(SqlTx& tx, const OrderFacts& facts, const SagaRecord& saga);
  static std::optional<OrderRecord> find(SqlReader& reader, OrderId id);
  // Newest first, ids below `before` (empty: from the newest).
  static std::vector<OrderRecord> list(SqlReader& reader, UserId user, OrderId before, std::int64_t limit);
  static void set_status(SqlTx& tx, OrderId id, OrderStatus status, std::string_view reason, Timestamp now);

  static std::optional<SagaRecord> find_saga(SqlReader& reader, OrderId id);  // with facts
  static void update_saga(SqlTx& tx, OrderId id, const SagaRecord& saga);     // a running one that goes on running
  static void end_saga(SqlTx& tx, OrderId id, const SagaRecord& saga);
  static void reopen_saga(SqlTx& tx, OrderId id, const SagaRecord& saga);  // a completed one is cancelled
  static std::int64_t count_running(SqlReader& reader);
  // Ids of running sagas that have not moved since `before`, at most `limit`.
  static std::vector<OrderId> stalled(SqlReader& reader, Timestamp before, std::int64_t limit);
  static OrderSums sums(SqlReader& reader);  // reads the whole table

  // False: the key is there already.
  static bool insert_key(SqlTx& tx, std::string_view principal, std::string_view key, std::int64_t fingerprint,
                         OrderId order, std::optional<int> answer_status, Timestamp now);
  static std::optional<IdempotencyRow> find_key(SqlReader& reader, std::string_view principal, std::string_view key);
  static void store_answer(SqlTx& tx, std::string_view principal, std::string_view key, int status,
                           std::string_view body);
  static std::int64_t forget_keys(SqlTx& tx, Timestamp before, std::int64_t limit);
};

}  // namespace jangteo
