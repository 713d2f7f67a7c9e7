#include "services/product/product_routes.h"

#include <charconv>
#include <utility>

#include "net/etag.h"
#include "net/json_body.h"
#include "net/problem.h"
#include "services/product/product_draft_reader.h"

namespace jangteo {

std::vector<Route> ProductRoutes::table() {
  using enum HttpMethod;
  using enum Access;
  using Kind = ProductCache::RouteKind;
  constexpr std::size_t kBodyBytesMax = 256 << 10;
  const auto to = [this](Task<HttpResponse> (ProductRoutes::*handler)(HttpRequest*)) {
    return [this, handler](HttpRequest* request) { return (this->*handler)(request); };
  };
  const auto from_cache = [this](Kind kind) {
    return [this, kind](const HttpRequest& request) { return cached(kind, request); };
  };
  const auto from_images = [this](const HttpRequest& request) { return cached_image(request); };
  // clang-format off
  return {
      {get,     "/api/products",            "listProducts",    everyone, RateClass::read,  to(&ProductRoutes::list),      from_cache(Kind::list),    kBodyBytesMax},
      {post,    "/api/products",            "createProduct",   user,     RateClass::write, to(&ProductRoutes::create),    {},                        kBodyBytesMax},
      {get,     "/api/products/{id}",       "getProduct",      everyone, RateClass::read,  to(&ProductRoutes::get),       from_cache(Kind::product), kBodyBytesMax},
      {patch,   "/api/products/{id}",       "changeProduct",   user,     RateClass::write, to(&ProductRoutes::change),    {},                        kBodyBytesMax},
      {delete_, "/api/products/{id}",       "deleteProduct",   user,     RateClass::write, to(&ProductRoutes::remove),    {},                        kBodyBytesMax},
      {put,     "/api/products/{id}/image", "putProductImage", user,     RateClass::write, to(&ProductRoutes::put_image), {},                        ProductImages::kBytesMax},
      {get,     "/api/images/{name}",       "getImage",        everyone, RateClass::read,  to(&ProductRoutes::get_image), from_images,               kBodyBytesMax},
  };
  // clang-format on
}

namespace {

const ListRules& list_rules() {
  static const ListRules rules{{"createdAt", "name", "price"},
                               "-createdAt",
                               {{"category", FilterKind::text, false, false},
                                {"brand", FilterKind::text, false, false},
                                {"sku", FilterKind::text, false, false},
                                {"price", FilterKind::integer, true, false},
                                {"id", FilterKind::text, false, true}},
                               {},
                               100};
  return rules;
}

void narrow(ProductListing& listing, const ListFilter& filter) {
  const std::int64_t bound = filter.integers.front();
  const auto at_least = [&](std::int64_t value) {
    listing.price_min = std::max(listing.price_min.value_or(value), value);
  };
  const auto at_most = [&](std::int64_t value) {
    listing.price_max = std::min(listing.price_max.value_or(value), value);
  };
  switch (filter.comparison) {
    case FilterOperator::less:
      return bound == INT64_MIN ? at_most(bound) : at_most(bound - 1);
    case FilterOperator::less_or_equal:
      return at_most(bound);
    case FilterOperator::greater:
      return bound == INT64_MAX ? at_least(bound) : at_least(bound + 1);
    case FilterOperator::greater_or_equal:
      return at_least(bound);
    default:
      at_least(bound);
      at_most(bound);
  }
}

Result<ProductListing::After> read_after(const std::vector<std::string>& after, ProductListing::Order order) {
  const auto wrong = [] { return fail_field("cursor", "is no cursor of this list"); };
  if (after.size() != 2) return wrong();
  const auto id = ProductId::parse(after[1]);
  if (!id) return wrong();
  if (order == ProductListing::Order::name) return ProductListing::After{after[0], *id};
  std::int64_t number = 0;
  const char* end = after[0].data() + after[0].size();
  const auto parsed = std::from_chars(after[0].data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return wrong();
  return ProductListing::After{number, *id};
}

Result<ProductListing> read_listing(const ListQuery& query) {
  ProductListing listing;
  listing.limit = static_cast<std::size_t>(query.limit);
  listing.descending = query.descending;
  if (query.sort_field == "name") listing.order = ProductListing::Order::name;
  if (query.sort_field == "price") listing.order = ProductListing::Order::price;
  for (const auto& filter : query.filters) {
    if (filter.field == "category") listing.category = filter.values.front();
    if (filter.field == "brand") listing.brand = filter.values.front();
    if (filter.field == "sku") listing.sku = filter.values.front();
    if (filter.field == "price") narrow(listing, filter);
    if (filter.field != "id") continue;
    for (const auto& value : filter.values) {
      const auto id = ProductId::parse(value);
      if (!id) return fail_field("id", "'" + value + "' is no id of a product");
      listing.ids.push_back(*id);
    }
  }
  if (!query.after.empty()) {
    auto after = read_after(query.after, listing.order);
    JT_TRY(after);
    listing.after = std::move(*after);
  }
  return listing;
}

// One text per meaning: what is as by default is left out, so that the plain target is its own key.
std::string cache_key(const ListQuery& query) {
  std::string key = "/api/products";
  const auto add = [&](std::string_view part) { key.append(1, '\x1f').append(part); };
  if (query.limit != 20) add("limit=" + std::to_string(query.limit));
  if (query.sort != list_rules().default_sort) add("sort=" + query.sort);
  for (const auto& filter : query.filters) {
    add(filter.field);
    add(std::to_string(static_cast<int>(filter.comparison)));
    for (const auto& value : filter.values) add(value);
  }
  if (!query.after.empty()) add("after");
  for (const auto& value : query.after) add(value);
  return key;
}

HttpResponse answer_with(const HttpRequest& request, CachedAnswerPointer answer) {
  HttpResponse response;
  response.headers.reserve(4);
  response.headers.emplace_back("ETag", answer->etag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (is_not_modified(request, answer->etag)) {
    response.status = 304;
    return response;
  }
  const std::string* body = &answer->body;
  response.shared_body = std::shared_ptr<const std::string>(std::move(answer), body);
  return response;
}

Result<ProductId> product_id(const HttpRequest& request) {
  const auto id = ProductId::parse(request.path_parameter("id"));
  if (!id) return fail(ErrorCode::not_found, "there is no such product");
  return *id;
}

Status may_change(const HttpRequest& request) {
  if (request.principal.has_role("catalog")) return {};
  return fail(ErrorCode::forbidden, "changing the catalogue needs the role catalog");
}

Result<ProductRecord> read_body(const HttpRequest& request) {
  JT_TRY(BodyReader::parse(request));
  return parse_record(request.body);
}

Error refused(std::vector<FieldError> errors) {
  std::string detail = errors.front().param + " " + errors.front().detail;
  return Error{ErrorCode::invalid, std::move(detail), std::move(errors), 0, {}};
}

}  // namespace

ProductRoutes::ProductRoutes(ProductService& service, ProductCache& cache, ProductImages& images, StockLevels& levels,
                             BlockingPool& pool)
    : service_(service), cache_(cache), images_(images), levels_(levels), pool_(pool) {}

std::optional<HttpResponse> ProductRoutes::cached(ProductCache::RouteKind route, const HttpRequest& request) {
  auto answer = cache_.find(route, request.target);
  if (answer == nullptr) return {};
  return answer_with(request, std::move(answer));
}

Task<Result<AnswerTemplate>> ProductRoutes::make_list(Call call, ProductListing listing, ListQuery query) {
  const auto order = listing.order;
  const std::size_t limit = listing.limit++;  // one more tells whether there is more
  auto products = co_await service_.list(call, std::move(listing));
  JT_CO_TRY(products);
  std::string cursor;
  if (products->size() > limit) {
    products->pop_back();
    const auto& last = products->back();
    const auto value = order_value(last, order);
    const auto* number = std::get_if<std::int64_t>(&value);
    cursor = make_cursor(query, {number != nullptr ? std::to_string(*number) : last.name, last.id.str()});
  }
  co_return render_list(*products, cursor, levels_);
}

Task<Result<AnswerTemplate>> ProductRoutes::make_product(Call call, ProductId id) {
  auto product = co_await service_.get(call, id);
  JT_CO_TRY(product);
  if (!product->has_value()) co_return fail(ErrorCode::not_found, "there is no such product");
  co_return render_product(**product, levels_);
}

Task<HttpResponse> ProductRoutes::list(HttpRequest* request) {
  auto query = read_list_query(*request, list_rules());
  if (!query) co_return problem(query.error(), *request);
  auto listing = read_listing(*query);
  if (!listing) co_return problem(listing.error(), *request);
  ProductCache::Fill fill = [this, call = Call(request->call), &listing, &query] {
    return make_list(call, *listing, *query);
  };
  auto answer = co_await cache_.get(ProductCache::RouteKind::list, request->target, cache_key(*query), std::move(fill));
  if (!answer) co_return problem(answer.error(), *request);
  co_return answer_with(*request, std::move(*answer));
}

Task<HttpResponse> ProductRoutes::get(HttpRequest* request) {
  const auto id = product_id(*request);
  if (!id) co_return problem(id.error(), *request);
  ProductCache::Fill fill = [this, call = Call(request->call), id = *id] { return make_product(call, id); };
  std::string key = "/api/products/" + id->str();
  auto answer = co_await cache_.get(ProductCache::RouteKind::product, request->target, std::move(key), std::move(fill));
  if (!answer) co_return problem(answer.error(), *request);
  co_return answer_with(*request, std::move(*answer));
}

HttpResponse ProductRoutes::show(int status, const Product& product) {
  const auto content = render_product(product, levels_);
  std::vector<std::int64_t> numbers;
  read_numbers(content, numbers);
  auto response = HttpResponse::json(status, fill(content, numbers));
  response.with("ETag", answer_etag(content, response.body));
  return response;
}

// 0 without If-Match; a version that no product has when none of its tags can hold.
Task<Result<std::int64_t>> ProductRoutes::expected_version(HttpRequest* request, ProductId id) {
  std::string_view header = request->header("If-Match");
  if (header.empty() || header == "*") co_return 0;
  std::vector<std::int64_t> versions;
  while (!header.empty()) {
    const auto comma = header.find(',');
    auto tag = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    std::int64_t version = -1;
    if (tag.starts_with('"')) std::from_chars(tag.data() + 1, tag.data() + tag.size(), version);
    versions.push_back(version > 0 ? version : -1);
  }
  if (versions.size() == 1) co_return versions.front();
  auto product = co_await service_.get(request->call, id);
  JT_CO_TRY(product);
  if (!product->has_value()) co_return fail(ErrorCode::not_found, "there is no such product");
  const std::int64_t current = (*product)->version;
  co_return std::find(versions.begin(), versions.end(), current) == versions.end() ? -1 : current;
}

Task<HttpResponse> ProductRoutes::create(HttpRequest* request) {
  if (auto status = may_change(*request); !status) co_return problem(status.error(), *request);
  auto record = read_body(*request);
  if (!record) co_return problem(record.error(), *request);
  ProductDraft draft;
  std::vector<FieldError> errors;
  read_draft(*record, DraftReading{}, draft, errors);
  if (!errors.empty()) co_return problem(refused(std::move(errors)), *request);
  auto product = co_await service_.create(request->call, std::move(draft));
  if (!product) co_return problem(product.error(), *request);
  auto response = show(201, *product);
  response.with("Location", "/api/products/" + product->id.str());
  co_return response;
}

Task<HttpResponse> ProductRoutes::change(HttpRequest* request) {
  if (auto status = may_change(*request); !status) co_return problem(status.error(), *request);
  const auto id = product_id(*request);
  if (!id) co_return problem(id.error(), *request);
  auto record = read_body(*request);
  if (!record) co_return problem(record.error(), *request);
  const auto version = co_await expected_version(request, *id);
  if (!version) co_return problem(version.error(), *request);
  ProductService::Edit edit = [&record](ProductDraft& draft) -> Status {
    std::vector<FieldError> errors;
    read_draft(*record, DraftReading{}, draft, errors);
    if (record->has_below("stock")) errors.push_back({"stock", "invalid", "is no part of a change of the product"});
    if (!errors.empty()) return fail(refused(std::move(errors)));
    return {};
  };
  auto product = co_await service_.change(request->call, *id, std::move(edit), *version);
  if (!product) co_return problem(product.error(), *request);
  co_return show(200, *product);
}

Task<HttpResponse> ProductRoutes::remove(HttpRequest* request) {
  if (auto status = may_change(*request); !status) co_return problem(status.error(), *request);
  const auto id = product_id(*request);
  if (!id) co_return problem(id.error(), *request);
  const auto version = co_await expected_version(request, *id);
  if (!version) co_return problem(version.error(), *request);
  auto removed = co_await service_.remove(request->call, *id, *version);
  if (!removed) co_return problem(removed.error(), *request);
  HttpResponse response;
  response.status = 204;
  co_return response;
}

Task<HttpResponse> ProductRoutes::put_image(HttpRequest* request) {
  if (auto status = may_change(*request); !status) co_return problem(status.error(), *request);
  const auto id = product_id(*request);
  if (!id) co_return problem(id.error(), *request);
  const auto version = co_await expected_version(request, *id);
  if (!version) co_return problem(version.error(), *request);
  auto path = co_await images_.store(&pool_, std::move(request->body));
  if (!path) co_return problem(path.error(), *request);
  ProductService::Edit edit = [image = *path](ProductDraft& draft) -> Status {
    draft.image = image;
    return {};
  };
  auto product = co_await service_.change(request->call, *id, std::move(edit), *version);
  if (!product) co_return problem(product.error(), *request);
  co_return show(200, *product);
}

namespace {

HttpResponse image_answer(const HttpRequest& request, std::string_view name, ProductImages::Bytes bytes) {
  HttpResponse response;
  const std::string etag = "\"" + std::string(name.substr(0, 16)) + "\"";
  response.content_type = ProductImages::media_type(name);
  response.with("ETag", etag);
  response.with("Cache-Control", "public, max-age=31536000, immutable");
  if (name.ends_with(".svg")) {  // a picture may hold scripts: it is never a page of this origin
    response.with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  }
  if (is_not_modified(request, etag)) {
    response.status = 304;
  } else {
    response.shared_body = std::move(bytes);
  }
  return response;
}

}  // namespace

std::optional<HttpResponse> ProductRoutes::cached_image(const HttpRequest& request) {
  if (!request.path.starts_with(ProductImages::kPathPrefix)) return {};
  const auto name = request.path.substr(ProductImages::kPathPrefix.size());
  auto bytes = images_.cached(name);
  if (bytes == nullptr) return {};
  return image_answer(request, name, std::move(bytes));
}

Task<HttpResponse> ProductRoutes::get_image(HttpRequest* request) {
  const std::string name(request->path_parameter("name"));
  auto bytes = co_await images_.read(&pool_, name);
  if (!bytes) co_return problem(bytes.error(), *request);
  co_return image_answer(*request, name, std::move(*bytes));
}

}  // namespace jangteo
