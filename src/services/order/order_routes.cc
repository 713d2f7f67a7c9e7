#include "services/order/order_routes.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/json.h"
#include "net/etag.h"
#include "net/json_body.h"
#include "net/list_query.h"
#include "net/problem.h"
#include "services/order/order_view.h"

namespace jangteo {

namespace {

struct Routes {
  OrderService& service;
  PaymentApi& payments;
  OrderRouteSettings settings;
};

constexpr std::int64_t kQuantityMax = 1'000'000;
constexpr std::size_t kItemsMax = 100;
constexpr int kWaitMaxSeconds = 10;

// Prefer: wait=N (RFC 7240), among other preferences.
std::optional<Millis> preferred_wait(std::string_view header) {
  while (!header.empty()) {
    const auto end = std::min(header.find(','), header.size());
    auto part = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (!part.starts_with("wait=")) continue;
    part.remove_prefix(5);
    int seconds = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), seconds);
    if (read.ec == std::errc() && seconds > 0) return Millis{std::min(seconds, kWaitMaxSeconds) * 1000};
  }
  return {};
}

Status read_key(const HttpRequest& request, const OrderRouteSettings& settings, OrderRequest& order) {
  const auto key = request.header("Idempotency-Key");
  if (key.empty()) {
    if (settings.idempotency_required) return fail_field("Idempotency-Key", "is required");
    return {};
  }
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (key.size() > 255 || !printable) return fail_field("Idempotency-Key", "1 to 255 printable characters");
  order.idempotency_key = key;
  order.fingerprint = static_cast<std::int64_t>(stable_hash(request.body));
  return {};
}

Result<OrderRequest> read_order(const HttpRequest& request, const Routes& routes) {
  OrderRequest order;
  JT_TRY(read_key(request, routes.settings, order));
  order.wait = preferred_wait(request.header("Prefer"));
  auto body = BodyReader::parse(request);
  if (!body) return std::unexpected<Error>(std::move(body).error());
  const bool short_form = !body->has("items");
  if (short_form) {
    WantedItem item;
    item.product = body->id<ProductId>("productId");
    item.variant = body->optional_id<VariantId>("variantId").value_or(VariantId{});
    item.quantity = body->integer_or("quantity", 1, {1, kQuantityMax});
    order.items.push_back(item);
  } else {
    for (auto& entry : body->objects("items", 1, kItemsMax)) {
      WantedItem item;
      item.product = entry.id<ProductId>("productId");
      item.variant = entry.optional_id<VariantId>("variantId").value_or(VariantId{});
      item.quantity = entry.integer_or("quantity", 1, {1, kQuantityMax});
      order.items.push_back(item);
    }
  }
  auto payment = body->optional_object("payment");
  if (payment) {
    order.payment.method = payment->text("method", {1, 40});
    order.payment.token = payment->text("token", {1, 200});
  }
  JT_TRY(body->finish());
  if (payment) {
    JT_TRY(routes.payments.validate(order.payment));
  } else {
    order.payment = PaymentMethod{"card", short_form ? routes.payments.test_token() : std::string()};
    if (order.payment.token.empty())
      return fail(ErrorCode::payment_required, "this order needs a payment: {\"method\",\"token\"}");
  }
  return order;
}

Result<OrderId> read_id(const HttpRequest& request) {
  const auto id = OrderId::parse(request.path_parameter("id"));
  if (!id) return fail(ErrorCode::not_found, "no such order");
  return *id;
}

HttpResponse with_etag(const HttpRequest& request, std::string body) {
  const std::string etag = etag_of_bytes(body);
  HttpResponse response;
  if (is_not_modified(request, etag)) {
    response.status = 304;
  } else {
    response.body = std::move(body);
  }
  response.with("ETag", etag).with("Cache-Control", "private, no-cache");
  return response;
}

Task<HttpResponse> create_order(const Routes* routes, HttpRequest* request) {
  if (!routes->settings.guests_allowed && !request->principal.authenticated()) {
    co_return problem(Error{ErrorCode::unauthorized, "guests may not order here", {}, 0, {}}, *request);
  }
  auto order = read_order(*request, *routes);
  if (!order) co_return problem(order.error(), *request);
  auto answer = co_await routes->service.place(request->call, request->principal, std::move(*order));
  if (!answer) co_return problem(answer.error(), *request);
  HttpResponse response;
  if (answer->refusal) {
    response = problem(*answer->refusal, *request);
  } else {
    response = HttpResponse::json(201, std::move(answer->body));
    response.with("Location", std::move(answer->self_link));
  }
  if (answer->is_replay) response.with("Idempotent-Replayed", "true");
  co_return response;
}

Task<HttpResponse> list_orders(const Routes* routes, HttpRequest* request) {
  static const ListRules kRules{{"createdAt"}, "-createdAt", {}, {}, 100};
  auto query = read_list_query(*request, kRules);
  if (!query) co_return problem(query.error(), *request);
  if (!query->descending)
    co_return problem(fail_field("sort", "orders are listed newest first: -createdAt").error(), *request);
  OrderId before;
  if (!query->after.empty()) {
    const auto id = OrderId::parse(query->after.front());
    if (!id) co_return problem(fail_field("cursor", "is no cursor of this list").error(), *request);
    before = *id;
  }
  auto found = co_await routes->service.list(request->call, request->principal.user, before, query->limit + 1);
  if (!found) co_return problem(found.error(), *request);
  const bool has_more = found->size() > static_cast<std::size_t>(query->limit);
  if (has_more) found->pop_back();
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("data").begin_array();
  for (const auto& record : *found) writer.raw(order_view(record, routes->service.self_link(record.facts)));
  writer.end_array().field("hasMore", has_more).key("nextCursor");
  if (has_more) {
    writer.value(make_cursor(*query, {found->back().facts.id.str()}));
  } else {
    writer.null();
  }
  writer.end_object();
  co_return HttpResponse::json(200, std::move(body));
}

Task<HttpResponse> get_order(const Routes* routes, HttpRequest* request) {
  const auto id = read_id(*request);
  if (!id) co_return problem(id.error(), *request);
  auto token = request->query_parameter("token").value_or("");
  auto found = co_await routes->service.get(request->call, request->principal, *id, std::move(token));
  if (!found) co_return problem(found.error(), *request);
  co_return with_etag(*request, order_view(*found, routes->service.self_link(found->facts)));
}

Task<HttpResponse> cancel_order(const Routes* routes, HttpRequest* request) {
  const auto id = read_id(*request);
  if (!id) co_return problem(id.error(), *request);
  auto token = request->query_parameter("token").value_or("");
  std::string if_match(request->header("If-Match"));
  auto done =
      co_await routes->service.cancel(request->call, request->principal, *id, std::move(token), std::move(if_match));
  if (!done) co_return problem(done.error(), *request);
  co_return HttpResponse::json(200, order_view(*done, routes->service.self_link(done->facts)));
}

}  // namespace

std::vector<Route> order_routes(OrderService& service, PaymentApi& payments, OrderRouteSettings settings) {
  auto routes = std::make_shared<const Routes>(Routes{service, payments, settings});
  const auto bind = [&routes](Task<HttpResponse> (*handler)(const Routes*, HttpRequest*)) {
    return [routes, handler](HttpRequest* request) { return handler(routes.get(), request); };
  };
  return {
      {HttpMethod::post, "/api/orders", "createOrder", Access::everyone, RateClass::write, bind(create_order), {}},
      {HttpMethod::get, "/api/orders", "listOrders", Access::user, RateClass::read, bind(list_orders), {}},
      {HttpMethod::get, "/api/orders/{id}", "getOrder", Access::everyone, RateClass::read, bind(get_order), {}},
      {HttpMethod::post,
       "/api/orders/{id}/cancel",
       "cancelOrder",
       Access::everyone,
       RateClass::write,
       bind(cancel_order),
       {}},
  };
}

}  // namespace jangteo
