#include "app/import_server.h"

#include <charconv>
#include <utility>

#include "base/json.h"
#include "net/percent_encoding.h"
#include "services/product/product_images.h"
#include "services/product/side_by_side.h"

namespace jangteo {

namespace {

constexpr std::size_t kRequestsAtOnce = 8;
constexpr int kTriesMax = 5;
constexpr ErrorCode kLastCode = ErrorCode::internal;

std::string text_of(const boost::json::value& object, std::string_view name) {
  const auto* member = json_member(object, name);
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

// What a problem+json answer says.
Error to_error(const HttpClientResponse& response) {
  Error error{ErrorCode::internal, "the server answered " + std::to_string(response.status), {}, 0, {}};
  const auto json = parse_json(response.body);
  if (!json) return error;
  const std::string code = text_of(*json, "code");
  for (int i = 0; i <= static_cast<int>(kLastCode); ++i) {
    if (slug(static_cast<ErrorCode>(i)) == code) error.code = static_cast<ErrorCode>(i);
  }
  if (const auto detail = text_of(*json, "detail"); !detail.empty()) error.detail = detail;
  const auto* errors = json_member(*json, "errors");
  if (errors == nullptr || !errors->is_array()) return error;
  for (const auto& one : errors->get_array()) {
    error.fields.push_back({text_of(one, "param"), text_of(one, "code"), text_of(one, "detail")});
  }
  return error;
}

// Failures of the way to the server; they are no product's fault.
bool ends_import(ErrorCode code) {
  return code == ErrorCode::unauthorized || code == ErrorCode::forbidden || code == ErrorCode::unavailable ||
         code == ErrorCode::timeout;
}

std::string to_body(const ProductImportItem& item, bool is_new, bool with_image) {
  std::string out;
  const ProductDraft& draft = item.draft;
  JsonWriter json(out);
  json.begin_object()
      .field("sku", draft.sku)
      .field("name", draft.name)
      .field("description", draft.description)
      .field("category", draft.category)
      .field("brand", draft.brand)
      .field("price", draft.price);
  if (with_image) json.field("image", draft.image);
  if (is_new && draft.stock) json.field("stock", *draft.stock);
  if (item.names_variants) {
    json.key("variants").begin_array();
    for (const auto& variant : draft.variants) {
      json.begin_object().field("sku", variant.sku).field("name", variant.name);
      if (variant.price) json.field("price", *variant.price);
      if (variant.stock) json.field("stock", *variant.stock);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return out;
}

// Whether the server's product is as the item wants it. An own price equal to the product's is none.
bool same_as(const ProductImportItem& item, const ProductDraft& current, bool with_image) {
  const ProductDraft& wish = item.draft;
  const bool texts = wish.name == current.name && wish.description == current.description &&
                     wish.category == current.category && wish.brand == current.brand && wish.price == current.price;
  if (!texts || (with_image && item.names_image && wish.image != current.image)) return false;
  if (!item.names_variants) return true;
  if (wish.variants.size() != current.variants.size()) return false;
  for (std::size_t i = 0; i < wish.variants.size(); ++i) {
    const auto& a = wish.variants[i];
    const auto& b = current.variants[i];
    if (a.sku != b.sku || a.name != b.name) return false;
    if (a.price.value_or(wish.price) != b.price.value_or(current.price)) return false;
  }
  return true;
}

}  // namespace

Result<ServerAddress> parse_server_address(std::string_view url) {
  const auto refuse = [&] { return fail_field("url", "'" + std::string(url) + "' is not http://HOST:PORT"); };
  std::string_view rest = url;
  if (!rest.starts_with("http://")) return refuse();
  rest.remove_prefix(7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  ServerAddress address;
  const auto colon = rest.find(':');
  address.host = rest.substr(0, colon);
  if (address.host.empty() || address.host.find_first_of("/?#@ ") != std::string::npos) return refuse();
  if (colon == std::string_view::npos) return address;
  const auto port = rest.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || address.port == 0) return refuse();
  return address;
}

// Workers take items one after another; the first failure of the way ends all.
struct ImportServer::Batch {
  std::vector<ProductImportItem> items;
  bool dry_run = false;
  std::size_t next = 0;
  std::vector<ProductImportOutcome> outcomes;
  std::optional<Error> broken;
};

ImportServer::ImportServer(ServerAddress address, std::string token, Loop& loop)
    : address_(std::move(address)), token_(std::move(token)), client_(loop) {}
ImportServer::~ImportServer() = default;

Result<std::string> ImportServer::keep_picture(std::string_view bytes, bool dry_run) {
  auto path = ProductImages::path_of(bytes);
  if (path && !dry_run) pictures_[*path] = bytes;
  return path;
}

Task<Result<HttpClientResponse>> ImportServer::ask(Call call, HttpMethod method, std::string target, std::string body,
                                                   std::string if_match) {
  for (int attempt = 1;; ++attempt) {
    HttpClientRequest request;
    request.method = method;
    request.host = address_.host;
    request.port = address_.port;
    request.target = target;
    request.body = body;
    if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
    if (!if_match.empty()) request.headers.push_back({"If-Match", if_match});
    auto response = co_await client_.send(call, std::move(request));
    if (!response || (response->status != 429 && response->status != 503) || attempt == kTriesMax) {
      co_return response;
    }
    const auto wait = response->header("Retry-After");
    int wait_s = 1;
    std::from_chars(wait.data(), wait.data() + wait.size(), wait_s);
    co_await sleep_for(Millis{1000 * std::max(1, std::min(wait_s, 30))});
  }
}

Task<Result<ProductImportOutcome>> ImportServer::import_one(Call call, const ProductImportItem* item, bool dry_run) {
  using Kind = ProductImportOutcome::Kind;
  ProductImportOutcome outcome;
  const ProductDraft& draft = item->draft;
  const auto picture = pictures_.find(draft.image);
  const bool uploads = picture != pictures_.end();
  const bool with_image = item->names_image && !uploads;

  auto found = co_await ask(call, HttpMethod::get, "/api/products?sku=" + percent_encode(draft.sku), {}, {});
  JT_CO_TRY(found);
  if (found->status != 200) co_return fail(to_error(*found));
  const auto list = parse_json(found->body);
  const auto* data = list ? json_member(*list, "data") : nullptr;
  if (data == nullptr || !data->is_array()) co_return fail(ErrorCode::unavailable, "this is no product list");

  std::string target = "/api/products";
  std::string current_image;
  if (data->get_array().empty()) {
    outcome.kind = Kind::created;
    if (dry_run) co_return outcome;
    auto created = co_await ask(call, HttpMethod::post, target, to_body(*item, true, with_image), {});
    JT_CO_TRY(created);
    if (created->status != 201) co_return fail(to_error(*created));
    target = created->header("Location");
  } else {
    target += "/" + text_of(data->get_array().front(), "id");
    auto shown = co_await ask(call, HttpMethod::get, target, {}, {});
    JT_CO_TRY(shown);
    if (shown->status != 200) co_return fail(to_error(*shown));
    ProductDraft current;
    std::vector<FieldError> ignored;  // "stock" is an object there
    const auto record = parse_record(shown->body);
    JT_CO_TRY(record);
    read_draft(*record, DraftReading{}, current, ignored);
    current_image = current.image;
    outcome.kind = same_as(*item, current, with_image) ? Kind::unchanged : Kind::updated;
    if (item->names_image && draft.image != current_image) outcome.kind = Kind::updated;
    if (dry_run || outcome.kind == Kind::unchanged) co_return outcome;
    if (!same_as(*item, current, with_image)) {
      const std::string etag(shown->header("ETag"));
      auto changed = co_await ask(call, HttpMethod::patch, target, to_body(*item, false, with_image), etag);
      JT_CO_TRY(changed);
      if (changed->status != 200) co_return fail(to_error(*changed));
    }
  }
  if (uploads && draft.image != current_image) {
    auto put = co_await ask(call, HttpMethod::put, target + "/image", picture->second, {});
    JT_CO_TRY(put);
    if (put->status != 200) co_return fail(to_error(*put));
  }
  co_return outcome;
}

Task<int> ImportServer::work(Call call, Batch* batch) {
  int done = 0;
  for (; !batch->broken && batch->next < batch->items.size(); ++done) {
    const std::size_t index = batch->next++;
    auto outcome = co_await import_one(call, &batch->items[index], batch->dry_run);
    if (outcome) {
      batch->outcomes[index] = std::move(*outcome);
    } else if (ends_import(outcome.error().code)) {
      batch->broken = std::move(outcome.error());
    } else {
      batch->outcomes[index].error = std::move(outcome.error());
    }
  }
  co_return done;
}

Task<Result<std::vector<ProductImportOutcome>>> ImportServer::import(Call call, std::vector<ProductImportItem> items,
                                                                     bool dry_run) {
  Batch batch;
  batch.outcomes.resize(items.size());
  batch.items = std::move(items);
  batch.dry_run = dry_run;
  std::vector<Task<int>> workers;
  for (std::size_t i = 0; i < std::min(kRequestsAtOnce, batch.items.size()); ++i) {
    workers.push_back(work(call, &batch));
  }
  SideBySide<int> all(std::move(workers));
  co_await all;
  pictures_.clear();
  if (batch.broken) co_return fail(std::move(*batch.broken));
  co_return std::move(batch.outcomes);
}

}  // namespace jangteo
