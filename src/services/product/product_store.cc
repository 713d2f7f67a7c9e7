#include "services/product/product_store.h"

#include <utility>

#include "services/product/product_document.h"

namespace jangteo {

namespace {

constexpr const char* kCollection = "product";

std::string order_path(ProductListing::Order order) {
  switch (order) {
    case ProductListing::Order::name:
      return "name";
    case ProductListing::Order::price:
      return "price.amount";
    case ProductListing::Order::created:
      break;
  }
  return "createdAt";
}

Error sku_taken(Error error) {
  if (error.code != ErrorCode::conflict || error.link != "sku") return error;
  return Error{ErrorCode::sku_taken, "another product has this sku", {{"sku", "sku_taken", "is taken"}}, 0, {}};
}

}  // namespace

DocumentValue order_value(const Product& product, ProductListing::Order order) {
  if (order == ProductListing::Order::name) return product.name;
  return order == ProductListing::Order::price ? product.price.amount : product.created_at.ms;
}

Status ProductStore::open() {
  return documents_.create_collection({kCollection,
                                       {{"sku", {"sku"}, true},
                                        {"created", {"createdAt"}, false},
                                        {"name", {"name"}, false},
                                        {"price", {"price.amount"}, false},
                                        {"category_created", {"category", "createdAt"}, false},
                                        {"category_price", {"category", "price.amount"}, false},
                                        {"brand_created", {"brand", "createdAt"}, false}}});
}

Task<Result<std::vector<Product>>> ProductStore::find(Call call, DocumentQuery query) {
  query.collection = kCollection;
  auto documents = co_await documents_.find(call, std::move(query));
  JT_CO_TRY(documents);
  std::vector<Product> products;
  products.reserve(documents->size());
  for (const auto& document : *documents) {
    auto product = from_document(document.json, document.version);
    JT_CO_TRY(product);
    products.push_back(std::move(*product));
  }
  co_return products;
}

Task<Result<std::optional<Product>>> ProductStore::get(Call call, ProductId id) {
  auto document = co_await documents_.get(call, kCollection, id.str());
  JT_CO_TRY(document);
  std::optional<Product> out;
  if (document->has_value()) {
    auto product = from_document((*document)->json, (*document)->version);
    JT_CO_TRY(product);
    out = std::move(*product);
  }
  co_return out;
}

Task<Result<std::vector<Product>>> ProductStore::get_many(Call call, std::vector<ProductId> ids) {
  DocumentQuery query;
  query.filters.push_back({"id", DocumentFilter::Op::in, {}});
  for (const auto& id : ids) query.filters.back().values.emplace_back(id.str());
  query.limit = kBatchMax;
  co_return co_await find(call, std::move(query));
}

Task<Result<std::vector<Product>>> ProductStore::list(Call call, ProductListing listing) {
  DocumentQuery query;
  using Op = DocumentFilter::Op;
  if (!listing.category.empty()) query.filters.push_back({"category", Op::equal, {listing.category}});
  if (!listing.brand.empty()) query.filters.push_back({"brand", Op::equal, {listing.brand}});
  if (!listing.sku.empty()) query.filters.push_back({"sku", Op::equal, {listing.sku}});
  if (listing.price_min) query.filters.push_back({"price.amount", Op::greater_equal, {*listing.price_min}});
  if (listing.price_max) query.filters.push_back({"price.amount", Op::less_equal, {*listing.price_max}});
  if (!listing.ids.empty()) {
    query.filters.push_back({"id", Op::in, {}});
    for (const auto& id : listing.ids) query.filters.back().values.emplace_back(id.str());
  }
  query.sort_path = order_path(listing.order);
  query.descending = listing.descending;
  if (listing.after) query.after = DocumentQuery::After{listing.after->value, listing.after->id.str()};
  query.limit = listing.limit;
  co_return co_await find(call, std::move(query));
}

Task<Result<std::vector<Product>>> ProductStore::page(Call call, std::string from) {
  DocumentQuery query;
  if (!from.empty()) query.after = DocumentQuery::After{{}, std::move(from)};
  query.limit = kBatchMax;
  co_return co_await find(call, std::move(query));
}

Task<Status> ProductStore::insert(Call call, std::vector<Product> products) {
  std::vector<Document> documents;
  documents.reserve(products.size());
  for (const auto& product : products) documents.push_back({product.id.str(), 0, to_document(product)});
  auto inserted = co_await documents_.insert(call, kCollection, std::move(documents));
  if (!inserted) co_return fail(sku_taken(std::move(inserted.error())));
  co_return Status{};
}

Task<Result<std::int64_t>> ProductStore::replace(Call call, Product product, std::int64_t expected_version) {
  Document document{product.id.str(), 0, to_document(product)};
  auto replaced = co_await documents_.replace(call, kCollection, std::move(document), expected_version);
  if (!replaced) co_return fail(sku_taken(std::move(replaced.error())));
  co_return *replaced;
}

Task<Status> ProductStore::remove(Call call, ProductId id, std::int64_t expected_version) {
  co_return co_await documents_.remove(call, kCollection, id.str(), expected_version);
}

}  // namespace jangteo
