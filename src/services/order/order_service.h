// Use cases of orders: place, read, list, cancel. Decides the shard, keeps the promise of Idempotency-Key, waits when
// the caller wants to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/principal.h"
#include "net/signed_token.h"
#include "ports/sql_database.h"
#include "services/order/order_shard.h"
#include "services/payment/payment_api.h"
#include "services/product/product_api.h"

namespace jangteo {

struct OrderRequest {
  std::vector<WantedItem> items;
  PaymentMethod payment;
  std::string idempotency_key;   // empty: none
  std::int64_t fingerprint = 0;  // of the body, with a key
  std::optional<Millis> wait;    // Prefer: wait
};

// What POST /api/orders answers: 201 with `body`, an order; or `refusal` (of a saga that ended rejected, or of a replay
// of one).
struct OrderAnswer {
  std::string body;
  std::string self_link;
  std::optional<Error> refusal;
  bool is_replay = false;
};

struct OrderServiceDependencies {
  std::vector<SqlDatabase*> databases;
  std::vector<OrderShard*> shards;
  ProductApi* products = nullptr;
  PaymentApi* payments = nullptr;
  SagaWaiters* waiters = nullptr;
  const LinkSigner* links = nullptr;
  Clock* clock = nullptr;
  OrderTopics topics;
};

class OrderService {
 public:
  explicit OrderService(OrderServiceDependencies dependencies) : dependencies_(std::move(dependencies)) {}

  // Errors: not_found and invalid (items), out_of_stock (no order), idempotency_in_progress, idempotency_key_reused,
  // unavailable.
  Task<Result<OrderAnswer>> place(Call call, Principal principal, OrderRequest request);

  // not_found also for the orders of others; `token` is the guest link's.
  Task<Result<OrderRecord>> get(Call call, Principal principal, OrderId id, std::string token);
  Task<Result<std::vector<OrderRecord>>> list(Call call, UserId user, OrderId before,
                                              std::int64_t limit);  // newest first
  // `if_match`: the header, or empty; version_mismatch, not_found, invalid_transition.
  Task<Result<OrderRecord>> cancel(Call call, Principal principal, OrderId id, std::string token, std::string if_match);

  std::string self_link(const OrderFacts& facts) const;

 private:
  std::size_t shard_of(OrderId id) const { return id.route() % dependencies_.databases.size(); }
  Task<Result<OrderAnswer>> replay(Call call, std::size_t shard, OrderRequest request, OrderId order,
                                   IdempotencyRow row);
  Task<Result<OrderAnswer>> wait_for_end(Call call, std::size_t shard, OrderId order, SagaWaiters::Ticket ticket,
                                         Millis length);
  Task<Result<std::optional<OrderRecord>>> find(Call call, OrderId id);
  Task<Result<std::optional<IdempotencyRow>>> find_key(Call call, std::size_t shard, std::string principal,
                                                       std::string key);
  bool may_see(const Principal& principal, const OrderFacts& facts, std::string_view token) const;

  // Keys whose first request is being answered right now.
  class InFlight;
  OrderServiceDependencies dependencies_;
  std::mutex in_flight_mutex_;
  std::unordered_map<std::string, int> in_flight_;
};

}  // namespace jangteo
