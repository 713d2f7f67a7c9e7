#include "app/data_check.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <unordered_map>

#include "adapters/sqlite/sqlite_connection.h"
#include "app/storage.h"
#include "base/json.h"
#include "engine/segment_log/segment_verify.h"
#include "services/order/domain/checkout_saga.h"
#include "services/order/domain/order_state.h"
#include "services/payment/domain/payment_state.h"

namespace jangteo {

void CheckReport::add(std::string rule, std::string where, std::string detail) {
  ++damage_count;
  if (damage.size() < kDamageMax) damage.push_back(CheckFinding{std::move(rule), std::move(where), std::move(detail)});
}

std::string CheckReport::to_json() const {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object()
      .field("clean", damage_count == 0)
      .field("damageCount", damage_count)
      .key("damage")
      .begin_array();
  for (const auto& finding : damage) {
    writer.begin_object()
        .field("rule", finding.rule)
        .field("where", finding.where)
        .field("detail", finding.detail)
        .end_object();
  }
  writer.end_array().key("pending").begin_object();
  for (const auto& [name, count] : pending) writer.field(name, count);
  writer.end_object().key("counts").begin_object();
  for (const auto& [name, count] : counts) writer.field(name, count);
  writer.end_object().end_object();
  return out;
}

namespace {

struct OrderSummary {
  OrderStatus status = OrderStatus::pending;
  std::optional<SagaPhase> phase;
  Money total;
  bool has_payment = false;
  std::uint32_t keys = 0;
};

struct LineKey {
  OrderId order;
  VariantId variant;
  bool operator==(const LineKey&) const = default;
};
struct LineHash {
  std::size_t operator()(const LineKey& key) const {
    return std::hash<OrderId>()(key.order) * 31 + std::hash<VariantId>()(key.variant);
  }
};
struct Position {  // where a consumer reads on
  std::string where;
  std::string partition;  // "payment.commands/0"
  std::int64_t next_offset = 0;
};
struct Line {
  std::int64_t quantity = 0;
  bool has_reservation = false;
};

// One pass over all databases; the facts of orders are kept to be compared with stock and payments.
class DataCheck {
 public:
  DataCheck(std::string directory, std::uint32_t shards) : directory_(std::move(directory)), shards_(shards) {}

  Result<CheckReport> run() {
    for (std::uint32_t i = 0; i < shards_; ++i)
      JT_TRY(each("order-" + std::to_string(i) + ".db", [&](auto& db) { orders(db, i); }));
    for (std::uint32_t i = 0; i < shards_; ++i)
      JT_TRY(each("stock-" + std::to_string(i) + ".db", [&](auto& db) { stock(db); }));
    JT_TRY(each("payments.db", [&](auto& db) { payments(db); }));
    for (const auto* file : {"users.db", "products.db"}) JT_TRY(each(file, [](auto&) {}));
    missing_counterparts();
    event_log();
    return std::move(report_);
  }

 private:
  using Connection = SqliteConnection;

  Status each(const std::string& file, const std::function<void(Connection&)>& look) {
    const std::string path = directory_ + "/" + file;
    file_ = file;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      report_.add("file.missing", file, "the file is gone");
      return {};
    }
    auto connection = SqliteConnection::open(path, SqliteConnection::Mode::read, 65536);
    if (!connection) {
      report_.add("file.unreadable", file, connection.error().detail);
      return {};
    }
    try {
      bool whole = true;
      // Rows against a CHECK are named by the rules below, not as a damaged file.
      rows(**connection, "PRAGMA ignore_check_constraints = ON", [](const SqlRow&) {});
      rows(**connection, "PRAGMA quick_check(20)", [&](const SqlRow& row) {
        if (row.text(0) == "ok") return;
        whole = false;
        report_.add("file.corrupt", file, std::string(row.text(0)));
      });
      if (whole && has_table(**connection, "schema_migration")) {
        look(**connection);
        delivery(**connection);
      }
    } catch (const SqlFailure& failure) {
      report_.add("file.unreadable", file, failure.error.detail);
    }
    return {};
  }

  std::int64_t rows(Connection& db, const std::string& text, const SqlReader::RowFunction& row) {
    return db.query_text(text, {}, row);
  }
  bool has_table(Connection& db, const std::string& table) {
    return rows(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '" + table + "'",
                [](const SqlRow&) {}) > 0;
  }
  std::string row_name(std::string_view table, std::string_view key) const {
    return file_ + " " + std::string(table) + " " + std::string(key);
  }
  template <class IdType>
  std::optional<IdType> id_of(const SqlRow& row, int column, std::string_view table) {
    const auto id = IdType::parse(row.text(column));
    if (!id) report_.add("id.unreadable", row_name(table, row.text(column)), "is no id of its kind");
    return id;
  }

  void delivery(Connection& db) {
    if (!has_table(db, "outbox")) return;
    rows(db, "SELECT COUNT(*) FROM outbox", [&](const SqlRow& row) { add_pending("outboxRows", row.integer(0)); });
    rows(db, "SELECT COUNT(*) FROM dead_letter", [&](const SqlRow& row) { add_count("deadLetters", row.integer(0)); });
    rows(db, "SELECT consumer, topic, part, next_offset FROM consumer_position", [&](const SqlRow& row) {
      std::string partition = std::string(row.text(1)) + "/" + std::to_string(row.integer(2));
      positions_.push_back({row_name("consumer_position", row.text(0)), std::move(partition), row.integer(3)});
    });
  }
  void add_pending(const std::string& name, std::int64_t count) {
    report_.pending[name] += static_cast<std::uint64_t>(count);
  }
  void add_count(const std::string& name, std::int64_t count) {
    report_.counts[name] += static_cast<std::uint64_t>(count);
  }

  void orders(Connection& db, std::uint32_t shard) {
    if (!has_table(db, "orders")) return;
    add_count("orders", rows(db, "SELECT id, status, total, currency, items FROM orders",
                             [&](const SqlRow& row) { order(row, shard); }));
    add_count("sagas",
              rows(db, "SELECT order_id, phase, ended, flags FROM saga", [&](const SqlRow& row) { saga(row); }));
    rows(db, "SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM saga WHERE order_id = orders.id)",
         [&](const SqlRow& row) { report_.add("order.without_saga", row_name("orders", row.text(0)), "has no saga"); });
    add_count("idempotencyKeys", rows(db, "SELECT idempotency_key, order_id, answer_status FROM idempotency",
                                      [&](const SqlRow& row) { key(row); }));
  }

  void order(const SqlRow& row, std::uint32_t shard) {
    const auto id = id_of<OrderId>(row, 0, "orders");
    if (!id) return;
    const std::string where = row_name("orders", row.text(0));
    if (id->route() % shards_ != shard) report_.add("order.wrong_shard", where, "belongs into another file");
    OrderSummary summary;
    const auto status = parse_order_status(row.text(1));
    if (!status) {
      report_.add("order.status_unknown", where, "status " + std::string(row.text(1)));
      return;
    }
    summary.status = *status;
    const auto currency = Currency::parse(row.text(3));
    if (!currency) report_.add("order.currency_unknown", where, "currency " + std::string(row.text(3)));
    summary.total = Money{row.integer(2), currency.value_or(Currency{})};
    lines(row, *id, summary.total, where);
    orders_.insert_or_assign(*id, summary);
  }

  // The lines of an order: remembered, and their sum compared with the total.
  void lines(const SqlRow& row, OrderId id, Money total, const std::string& where) {
    const auto items = parse_json(row.text(4));
    if (!items || !items->is_array() || items->get_array().empty()) {
      report_.add("order.items_unreadable", where, "items are no JSON array with lines");
      return;
    }
    std::int64_t sum = 0;
    for (const auto& item : items->get_array()) {
      const auto* variant = json_member(item, "variantId");
      const auto* quantity = json_member(item, "quantity");
      const auto* price = json_member(item, "unitPrice");
      const auto* amount = price == nullptr ? nullptr : json_member(*price, "amount");
      const auto variant_id =
          variant == nullptr || !variant->is_string()
              ? std::nullopt
              : VariantId::parse(std::string_view(variant->get_string().data(), variant->get_string().size()));
      if (!variant_id || quantity == nullptr || !quantity->is_int64() || amount == nullptr || !amount->is_int64()) {
        report_.add("order.items_unreadable", where, "a line lacks variant, quantity or price");
        return;
      }
      std::int64_t line = 0;
      if (__builtin_mul_overflow(quantity->get_int64(), amount->get_int64(), &line) ||
          __builtin_add_overflow(sum, line, &sum)) {
        report_.add("order.total_differs", where, "the lines' sum is beyond counting");
        return;
      }
      lines_[LineKey{id, *variant_id}].quantity += quantity->get_int64();
    }
    if (sum != total.amount) {
      report_.add("order.total_differs", where,
                  "total " + std::to_string(total.amount) + ", lines " + std::to_string(sum));
    }
  }

  void saga(const SqlRow& row) {
    const auto id = id_of<OrderId>(row, 0, "saga");
    if (!id) return;
    const std::string where = row_name("saga", row.text(0));
    const auto found = orders_.find(*id);
    if (found == orders_.end()) {
      report_.add("saga.without_order", where, "no such order");
      return;
    }
    if (row.integer(1) < 0 || row.integer(1) > static_cast<int>(SagaPhase::stuck)) {
      report_.add("saga.phase_unknown", where, "phase " + std::to_string(row.integer(1)));
      return;
    }
    SagaState state;
    state.phase = static_cast<SagaPhase>(row.integer(1));
    found->second.phase = state.phase;
    if (state.ended() != (row.integer(2) != 0)) report_.add("saga.ended_differs", where, "phase and ended disagree");
    if (!state.ended() || state.phase == SagaPhase::stuck) add_pending("sagas", 1);
    if (!agrees(found->second.status, state.phase)) {
      report_.add("order.saga_differs", where,
                  "order is " + std::string(to_string(found->second.status)) + ", saga is " +
                      std::string(to_string(state.phase)));
    }
  }

  static bool agrees(OrderStatus status, SagaPhase phase) {
    using enum OrderStatus;
    switch (phase) {
      case SagaPhase::reserving:
      case SagaPhase::authorizing:
        return status == pending || status == cancelled;
      case SagaPhase::finishing:
      case SagaPhase::completed:
        return status != pending && status != rejected && status != cancelled;
      case SagaPhase::compensating:
        return status == pending || status == cancelled;
      case SagaPhase::compensated:
        return status == rejected || status == cancelled;
      case SagaPhase::stuck:
        return true;
    }
    return false;
  }

  void key(const SqlRow& row) {
    const auto id = id_of<OrderId>(row, 1, "idempotency");
    if (!id) return;
    const auto found = orders_.find(*id);
    const std::string where = row_name("idempotency", row.text(0));
    if (found == orders_.end()) {
      report_.add("key.without_order", where, "bound to " + std::string(row.text(1)) + ", which does not exist");
      return;
    }
    if (++found->second.keys > 1)
      report_.add("key.two_for_one_order", where, "order " + std::string(row.text(1)) + " has another key too");
    if (row.is_null(2)) add_pending("unansweredKeys", 1);
  }

  void stock(Connection& db) {
    if (!has_table(db, "stock_level")) return;
    add_count(
        "stockLevels",
        rows(db,
             "SELECT l.variant_id, l.on_hand, l.reserved, COALESCE(m.sum, 0), COALESCE(r.sum, 0) FROM stock_level l"
             " LEFT JOIN (SELECT variant_id, SUM(quantity) AS sum FROM stock_movement GROUP BY variant_id) m"
             " ON m.variant_id = l.variant_id"
             " LEFT JOIN (SELECT variant_id, SUM(quantity) AS sum FROM reservation WHERE state = 'held' GROUP BY "
             "variant_id) r"
             " ON r.variant_id = l.variant_id",
             [&](const SqlRow& row) { level(row); }));
    rows(db,
         "SELECT variant_id FROM stock_movement UNION SELECT variant_id FROM reservation WHERE state IN ('held', "
         "'committed')"
         " EXCEPT SELECT variant_id FROM stock_level",
         [&](const SqlRow& row) {
           report_.add("stock.without_level", row_name("stock_level", row.text(0)), "moved, but has no level");
         });
    add_count("stockMovements",
              rows(db, "SELECT id, kind, quantity FROM stock_movement", [&](const SqlRow& row) { movement(row); }));
    add_count("reservations",
              rows(db, "SELECT order_id, variant_id, quantity, state FROM reservation WHERE state <> 'refused'",
                   [&](const SqlRow& row) { reservation(row); }));
    // Every sold reservation has its sale, every restocked one its restock, and the other way round.
    for (const auto& [kind, states, sign] :
         {std::tuple{"sale", "'committed', 'restocked'", -1}, std::tuple{"restock", "'restocked'", 1}}) {
      rows(db,
           "SELECT order_id, variant_id, SUM(a), SUM(b) FROM (SELECT order_id, variant_id, quantity AS a, 0 AS b FROM "
           "reservation WHERE state IN (" +
               std::string(states) + ") UNION ALL SELECT order_id, variant_id, 0, " + (sign < 0 ? "-" : "") +
               "quantity FROM stock_movement WHERE kind = '" + kind +
               "') GROUP BY order_id, variant_id HAVING SUM(a) <> SUM(b)",
           [&, kind = std::string(kind)](const SqlRow& row) {
             report_.add("stock." + kind + "_differs",
                         row_name("reservation", std::string(row.text(0)) + " " + std::string(row.text(1))),
                         "reserved " + std::to_string(row.integer(2)) + ", moved " + std::to_string(row.integer(3)));
           });
    }
  }

  void level(const SqlRow& row) {
    const std::string where = row_name("stock_level", row.text(0));
    const std::int64_t on_hand = row.integer(1);
    const std::int64_t reserved = row.integer(2);
    if (on_hand < 0 || reserved < 0 || reserved > on_hand) {
      report_.add("stock.below_zero", where,
                  "on hand " + std::to_string(on_hand) + ", reserved " + std::to_string(reserved));
    }
    if (on_hand != row.integer(3)) {
      report_.add("stock.on_hand_differs", where,
                  "on hand " + std::to_string(on_hand) + ", movements " + std::to_string(row.integer(3)));
    }
    if (reserved != row.integer(4)) {
      report_.add("stock.reserved_differs", where,
                  "reserved " + std::to_string(reserved) + ", held " + std::to_string(row.integer(4)));
    }
  }

  void movement(const SqlRow& row) {
    const auto kind = row.text(1);
    const std::int64_t quantity = row.integer(2);
    const bool fits = (kind == "receipt" && quantity > 0) || kind == "correction" || (kind == "sale" && quantity < 0) ||
                      (kind == "restock" && quantity > 0);
    if (!fits) {
      report_.add("stock.movement_invalid", row_name("stock_movement", std::to_string(row.integer(0))),
                  std::string(kind) + " of " + std::to_string(quantity));
    }
  }

  void reservation(const SqlRow& row) {
    const auto order = id_of<OrderId>(row, 0, "reservation");
    const auto variant = id_of<VariantId>(row, 1, "reservation");
    if (!order || !variant) return;
    const std::string where = row_name("reservation", std::string(row.text(0)) + " " + std::string(row.text(1)));
    const auto found = orders_.find(*order);
    const auto line = lines_.find(LineKey{*order, *variant});
    if (found == orders_.end() || line == lines_.end()) {
      report_.add("reservation.without_order", where, "no order has such a line");
      return;
    }
    const auto state = row.text(3);
    line->second.has_reservation = true;
    if (row.integer(2) != line->second.quantity) {
      report_.add("reservation.quantity_differs", where,
                  "reserved " + std::to_string(row.integer(2)) + ", ordered " + std::to_string(line->second.quantity));
    }
    const auto phase = found->second.phase;
    bool fits = state == "held" || state == "committed" || state == "released" || state == "restocked";
    if (phase == SagaPhase::completed) fits = fits && state == "committed";
    if (phase == SagaPhase::compensated) fits = fits && (state == "released" || state == "restocked");
    if (phase == SagaPhase::finishing) fits = fits && (state == "held" || state == "committed");
    if (phase == SagaPhase::reserving || phase == SagaPhase::authorizing) fits = fits && state == "held";
    if (!fits) {
      report_.add("reservation.state_differs", where,
                  "is " + std::string(state) + ", order is " + std::string(to_string(found->second.status)));
    }
  }

  void payments(Connection& db) {
    if (!has_table(db, "payment")) return;
    add_count("payments",
              rows(db,
                   "SELECT p.order_id, p.state, p.amount, p.currency, p.captured, p.refunded, COALESCE(r.sum, 0) FROM "
                   "payment p LEFT JOIN"
                   " (SELECT order_id, SUM(amount) AS sum FROM refund GROUP BY order_id) r ON r.order_id = p.order_id",
                   [&](const SqlRow& row) { payment(row); }));
    add_count("refunds", rows(db, "SELECT id FROM refund", [](const SqlRow&) {}));
    rows(db, "SELECT id, order_id FROM refund WHERE order_id NOT IN (SELECT order_id FROM payment)",
         [&](const SqlRow& row) {
           report_.add("refund.without_payment", row_name("refund", row.text(0)),
                       "order " + std::string(row.text(1)) + " has no payment");
         });
    rows(db, "SELECT COUNT(*) FROM payment_task",
         [&](const SqlRow& row) { add_pending("paymentTasks", row.integer(0)); });
  }

  void payment(const SqlRow& row) {
    const auto id = id_of<OrderId>(row, 0, "payment");
    if (!id) return;
    const std::string where = row_name("payment", row.text(0));
    const auto state = parse_payment_state(row.text(1));
    if (!state) {
      report_.add("payment.state_unknown", where, "state " + std::string(row.text(1)));
      return;
    }
    const std::int64_t amount = row.integer(2);
    const std::int64_t captured = row.integer(4);
    const std::int64_t refunded = row.integer(5);
    if (captured < 0 || captured > amount || refunded < 0 || refunded > captured) {
      report_.add("payment.sums_invalid", where,
                  "amount " + std::to_string(amount) + ", captured " + std::to_string(captured) + ", refunded " +
                      std::to_string(refunded));
    }
    if (refunded != row.integer(6)) {
      report_.add("payment.refunds_differ", where,
                  "refunded " + std::to_string(refunded) + ", refund rows " + std::to_string(row.integer(6)));
    }
    if ((*state == PaymentState::captured) != (captured > 0 && refunded == 0) && amount > 0) {
      report_.add("payment.state_differs", where,
                  "is " + std::string(row.text(1)) + ", captured " + std::to_string(captured));
    }
    const auto found = orders_.find(*id);
    if (found == orders_.end()) {
      report_.add("payment.without_order", where, "no such order");
      return;
    }
    auto& order = found->second;
    order.has_payment = true;
    const bool has_money = *state == PaymentState::authorized || *state == PaymentState::captured;
    if (has_money && (amount != order.total.amount || row.text(3) != order.total.currency.code())) {
      report_.add("payment.amount_differs", where,
                  "amount " + std::to_string(amount) + ", order total " + std::to_string(order.total.amount));
    }
    if (order.phase == SagaPhase::completed && *state != PaymentState::captured) {
      report_.add("order.unpaid", where, "the order is confirmed, its payment is " + std::string(row.text(1)));
    }
    const bool before_pivot = order.phase == SagaPhase::reserving || order.phase == SagaPhase::authorizing;
    if (before_pivot && *state == PaymentState::captured) {
      report_.add("payment.captured_early", where, "money was taken, and the order is not confirmed");
    }
    if (order.phase == SagaPhase::compensated && has_money) {
      report_.add(
          "payment.kept", where,
          "the order is " + std::string(to_string(order.status)) + ", its payment is " + std::string(row.text(1)));
    }
  }

  // What should be there and is not.
  void missing_counterparts() {
    for (const auto& [id, order] : orders_) {
      if (order.phase == SagaPhase::completed && !order.has_payment) {
        report_.add("order.unpaid", "payments.db payment " + id.str(), "the order is confirmed and has no payment");
      }
    }
    for (const auto& [key, line] : lines_) {
      const auto& order = orders_.at(key.order);
      const bool needs = order.phase == SagaPhase::completed || order.phase == SagaPhase::finishing ||
                         order.phase == SagaPhase::authorizing;
      if (needs && !line.has_reservation) {
        report_.add("reservation.missing", key.order.str() + " " + key.variant.str(),
                    "the order's line holds no pieces");
      }
    }
  }

  void event_log() {
    const std::string path = directory_ + "/log";
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return;
    for (auto& finding : verify_segment_log(path)) report_.add("log.damaged", "log", std::move(finding));
    const auto ends = segment_log_ends(path);
    if (!ends) return;  // named above
    for (const auto& position : positions_) {
      const auto end = ends->find(position.partition);
      const std::int64_t records = end == ends->end() ? 0 : end->second;
      if (position.next_offset <= records) continue;
      report_.add("consumer.beyond_log", position.where,
                  "reads " + position.partition + " from " + std::to_string(position.next_offset) + ", which ends at " +
                      std::to_string(records));
    }
  }

  std::string directory_;
  std::uint32_t shards_;
  std::string file_;
  CheckReport report_;
  std::vector<Position> positions_;
  std::unordered_map<OrderId, OrderSummary> orders_;
  std::unordered_map<LineKey, Line, LineHash> lines_;
};

}  // namespace

Result<CheckReport> check_data(const std::string& directory) {
  auto shards = stored_shards(directory);
  if (!shards) {
    if (shards.error().code == ErrorCode::not_found)
      return fail(ErrorCode::not_found, directory + " holds no data of jangteo (no meta.json)");
    return std::unexpected<Error>(std::move(shards).error());
  }
  auto lock = DataDirectory::open(directory);
  if (!lock) return std::unexpected<Error>(std::move(lock).error());
  return DataCheck(directory, *shards).run();
}

}  // namespace jangteo
