#include "services/order/order_service.h"

#include <algorithm>

#include "base/hash.h"
#include "net/etag.h"
#include "runtime/entropy.h"
#include "services/order/order_view.h"

namespace jangteo {

namespace {

// Who a key belongs to: keys of different users never meet; all guests share one space.
std::string principal_name(const Principal& principal) {
  return principal.user.empty() ? "guest" : principal.user.str();
}

Error with_link(ErrorCode code, std::string detail, std::string link) {
  return Error{code, std::move(detail), {}, 0, std::move(link)};
}

Error refusal(const OrderRecord& record, std::string link) {
  if (record.reason == "out_of_stock")
    return with_link(ErrorCode::out_of_stock, "not all items are available any more", std::move(link));
  if (record.reason == "expired")
    return with_link(ErrorCode::conflict, "the order was not completed in time", std::move(link));
  return with_link(ErrorCode::payment_declined, "the payment was declined: " + record.reason, std::move(link));
}

// The answer of a placing that waited: the order, or why it was refused.
OrderAnswer final_answer(const OrderRecord& record, std::string link) {
  OrderAnswer answer;
  answer.self_link = link;
  if (record.status == OrderStatus::rejected) {
    answer.refusal = refusal(record, std::move(link));
  } else {
    answer.body = placed_view(record.facts, record.status, link);
  }
  return answer;
}

constexpr int kPlaced = 201;

// How an answer is kept with its key.
int kept_status(const OrderAnswer& answer) {
  if (!answer.refusal) return kPlaced;
  return answer.refusal->code == ErrorCode::payment_declined ? 402 : 409;
}

}  // namespace

// Marks a key as being answered; a second request meanwhile sees idempotency_in_progress.
class OrderService::InFlight {
 public:
  InFlight(OrderService& service, std::string name) : service_(service), name_(std::move(name)) {
    const std::lock_guard lock(service_.in_flight_mutex_);
    first_ = ++service_.in_flight_[name_] == 1;
  }
  ~InFlight() {
    const std::lock_guard lock(service_.in_flight_mutex_);
    const auto found = service_.in_flight_.find(name_);
    if (--found->second == 0) service_.in_flight_.erase(found);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  bool first() const { return first_; }

 private:
  OrderService& service_;
  std::string name_;
  bool first_;
};

std::string OrderService::self_link(const OrderFacts& facts) const {
  const IdText id = facts.id.text();
  std::string link = "/api/orders/" + id.str();
  if (facts.user.empty()) link += "?token=" + dependencies_.links->sign("order", id);
  return link;
}

bool OrderService::may_see(const Principal& principal, const OrderFacts& facts, std::string_view token) const {
  if (!facts.user.empty() && facts.user == principal.user) return true;
  if (principal.has_role("support") || principal.has_role("ops")) return true;
  return facts.user.empty() && dependencies_.links->verify("order", facts.id.text(), token);
}

Task<Result<OrderAnswer>> OrderService::wait_for_end(Call call, std::size_t shard, OrderId order,
                                                     SagaWaiters::Ticket ticket, Millis length) {
  co_await dependencies_.waiters->wait(order, ticket, length);
  auto look = [order](SqlReader& reader) -> Result<std::optional<OrderRecord>> {
    return OrderStore::find(reader, order);
  };
  auto found = co_await read(*dependencies_.databases[shard], call, std::move(look));
  if (!found) co_return fail(found.error());
  JT_ASSERT(found->has_value(), "an order that was placed is found");
  const auto& record = **found;
  co_return final_answer(record, self_link(record.facts));
}

Task<Result<OrderAnswer>> OrderService::replay(Call call, std::size_t shard, OrderRequest request, OrderId order,
                                               IdempotencyRow row) {
  if (row.fingerprint != request.fingerprint) {
    co_return fail(ErrorCode::idempotency_key_reused, "this Idempotency-Key was used with another body");
  }
  auto look = [order](SqlReader& reader) -> Result<std::optional<OrderRecord>> {
    return OrderStore::find(reader, order);
  };
  auto found = co_await read(*dependencies_.databases[shard], call, std::move(look));
  if (!found) co_return fail(found.error());
  JT_ASSERT(found->has_value(), "a key is bound to an order that exists");
  const auto& record = **found;
  const std::string link = self_link(record.facts);
  OrderAnswer answer;
  answer.is_replay = true;
  answer.self_link = link;
  if (row.answer_status && *row.answer_status == kPlaced) {
    answer.body = row.answer_body.empty() ? placed_view(record.facts, OrderStatus::pending, link) : row.answer_body;
    co_return answer;
  }
  if (row.answer_status) {
    answer.refusal = refusal(record, link);
    co_return answer;
  }
  // The first request never got its answer (a crash): this one joins the saga.
  const auto ticket = dependencies_.waiters->enter(order);
  if (!record.saga.state.ended() && request.wait) {
    auto ended = co_await wait_for_end(call, shard, order, ticket, *request.wait);
    if (ended) ended->is_replay = true;
    co_return ended;
  }
  dependencies_.waiters->leave(order, ticket);
  answer = final_answer(record, link);
  answer.is_replay = true;
  co_return answer;
}

Task<Result<OrderAnswer>> OrderService::place(Call call, Principal principal, OrderRequest request) {
  const bool has_key = !request.idempotency_key.empty();
  const std::string name = has_key ? principal_name(principal) : std::string();
  const std::string full_key = has_key ? name + '\n' + request.idempotency_key : std::string();
  IdBytes random = random_id_bytes();
  const auto route = has_key ? static_cast<std::uint16_t>(stable_hash(full_key))
                             : static_cast<std::uint16_t>(random[14] << 8 | random[15]);
  const std::size_t shard = route % dependencies_.databases.size();
  auto& database = *dependencies_.databases[shard];

  std::optional<InFlight> in_flight;
  if (has_key) {
    in_flight.emplace(*this, full_key);
    if (!in_flight->first()) {
      // What is under way may itself be a repetition: a stored answer is everybody's.
      auto known = co_await find_key(call, shard, name, request.idempotency_key);
      if (!known) co_return fail(known.error());
      if (!*known || !(*known)->answer_status) {
        co_return fail(ErrorCode::idempotency_in_progress, "the first request with this Idempotency-Key is under way");
      }
      auto answer = co_await replay(call, shard, std::move(request), (*known)->order, **known);
      co_return answer;
    }
  }

  auto quoted = co_await dependencies_.products->quote(call, request.items);
  std::optional<Error> refused;
  Money total;
  if (!quoted) {
    refused = quoted.error();
  } else {
    total.currency = quoted->front().unit_price.currency;
    for (std::size_t i = 0; i < quoted->size() && !refused; ++i) {
      const auto& item = (*quoted)[i];
      const auto line = multiply(item.unit_price, item.quantity);
      const auto sum = line ? add(total, *line) : line;
      if (!sum) {
        refused = Error{ErrorCode::invalid,
                        sum.error().detail,
                        {{"items[" + std::to_string(i) + "]", "invalid", sum.error().detail}},
                        0,
                        {}};
      } else {
        total = *sum;
      }
      if (!refused && item.available < item.quantity) {
        const std::string detail = "requested " + std::to_string(item.quantity) + ", available " +
                                   std::to_string(std::max<std::int64_t>(item.available, 0));
        refused = Error{ErrorCode::out_of_stock,
                        item.name + ": " + detail,
                        {{"items[" + std::to_string(i) + "]", "out_of_stock", detail}},
                        0,
                        {}};
      }
    }
  }
  if (refused) {
    // A repeated request is answered as the first time, whatever became of the product since.
    if (!has_key) co_return fail(std::move(*refused));
    auto known = co_await find_key(call, shard, name, request.idempotency_key);
    if (!known) co_return fail(known.error());
    if (!*known) co_return fail(std::move(*refused));
    auto answer = co_await replay(call, shard, std::move(request), (*known)->order, **known);
    co_return answer;
  }

  OrderFacts facts;
  const Timestamp now = dependencies_.clock->now();
  facts.id = OrderId::make_routed(now, random, route);
  facts.user = principal.user;
  facts.total = total;
  facts.items = items_json(*quoted);
  facts.payment_token = request.payment.token;
  facts.created_at = now;
  auto order =
      prepare_order(std::move(facts), *quoted, call->trace.empty() ? std::string() : call->trace.trace_id_hex(),
                    dependencies_.clock->now_us(), dependencies_.topics);
  const OrderId id = order.facts->id;

  SagaWaiters::Ticket ticket;
  if (request.wait) ticket = dependencies_.waiters->enter(id);
  auto* own_shard = dependencies_.shards[shard];
  auto unit = [&, own_shard](SqlTx& tx) -> Result<std::optional<IdempotencyRow>> {
    if (has_key) {
      const std::optional<int> answered = request.wait ? std::nullopt : std::optional<int>(201);
      if (!OrderStore::insert_key(tx, name, request.idempotency_key, request.fingerprint, id, answered, now)) {
        return OrderStore::find_key(tx, name, request.idempotency_key);
      }
    }
    own_shard->place(tx, order);
    return std::optional<IdempotencyRow>();
  };
  auto placed = co_await write(database, call, std::move(unit));
  if (!placed || *placed) {
    if (ticket) dependencies_.waiters->leave(id, ticket);
    if (!placed) co_return fail(placed.error());
    auto answer = co_await replay(call, shard, std::move(request), (*placed)->order, **placed);
    co_return answer;
  }
  if (!request.wait) {
    OrderAnswer answer;
    answer.self_link = self_link(*order.facts);
    answer.body = placed_view(*order.facts, OrderStatus::pending, answer.self_link);
    co_return answer;
  }
  auto answer = co_await wait_for_end(call, shard, id, ticket, *request.wait);
  if (has_key && answer) {
    auto keep = [&](SqlTx& tx) -> Status {
      OrderStore::store_answer(tx, name, request.idempotency_key, kept_status(*answer), answer->body);
      return {};
    };
    auto kept = co_await write(database, call, std::move(keep));
    if (!kept) co_return fail(kept.error());
  }
  co_return answer;
}

Task<Result<std::optional<IdempotencyRow>>> OrderService::find_key(Call call, std::size_t shard, std::string principal,
                                                                   std::string key) {
  auto look = [&principal, &key](SqlReader& reader) -> Result<std::optional<IdempotencyRow>> {
    return OrderStore::find_key(reader, principal, key);
  };
  auto found = co_await read(*dependencies_.databases[shard], call, std::move(look));
  co_return found;
}

Task<Result<std::optional<OrderRecord>>> OrderService::find(Call call, OrderId id) {
  auto look = [id](SqlReader& reader) -> Result<std::optional<OrderRecord>> { return OrderStore::find(reader, id); };
  auto found = co_await read(*dependencies_.databases[shard_of(id)], call, std::move(look));
  co_return found;
}

Task<Result<OrderRecord>> OrderService::get(Call call, Principal principal, OrderId id, std::string token) {
  auto found = co_await find(call, id);
  if (!found) co_return fail(found.error());
  if (!*found || !may_see(principal, (*found)->facts, token)) co_return fail(ErrorCode::not_found, "no such order");
  co_return std::move(**found);
}

Task<Result<std::vector<OrderRecord>>> OrderService::list(Call call, UserId user, OrderId before, std::int64_t limit) {
  std::vector<OrderRecord> all;
  for (auto* database : dependencies_.databases) {
    auto look = [user, before, limit](SqlReader& reader) -> Result<std::vector<OrderRecord>> {
      return OrderStore::list(reader, user, before, limit);
    };
    auto part = co_await read(*database, call, std::move(look));
    if (!part) co_return fail(part.error());
    std::move(part->begin(), part->end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [](const OrderRecord& a, const OrderRecord& b) { return a.facts.id > b.facts.id; });
  if (all.size() > static_cast<std::size_t>(limit)) all.resize(static_cast<std::size_t>(limit));
  co_return all;
}

Task<Result<OrderRecord>> OrderService::cancel(Call call, Principal principal, OrderId id, std::string token,
                                               std::string if_match) {
  auto seen = co_await get(call, principal, id, token);
  if (!seen) co_return fail(seen.error());
  const std::size_t shard = shard_of(id);
  auto* own_shard = dependencies_.shards[shard];
  const std::string link = self_link(seen->facts);
  auto unit = [&if_match, &link, own_shard, id](SqlTx& tx) -> Status {
    if (!if_match.empty()) {
      const auto current = OrderStore::find(tx, id);
      if (!current || !if_match_holds(if_match, etag_of_bytes(order_view(*current, link)))) {
        return fail(ErrorCode::version_mismatch, "the order has changed since");
      }
    }
    return own_shard->cancel(tx, id);
  };
  auto done = co_await write(*dependencies_.databases[shard], call, std::move(unit));
  if (!done) co_return fail(done.error());
  auto after = co_await find(call, id);
  if (!after) co_return fail(after.error());
  JT_ASSERT(after->has_value(), "a cancelled order is still there");
  co_return std::move(**after);
}

}  // namespace jangteo
