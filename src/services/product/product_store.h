// The products as documents: the only file that knows the collection "product" and its indexes. Awaited writes are
// durable.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ports/document_store.h"
#include "services/product/domain/product.h"

namespace jangteo {

struct ProductListing {
  enum class Order : std::uint8_t { created, name, price } order = Order::created;
  bool descending = true;
  std::string category;  // empty: any
  std::string brand;
  std::string sku;
  std::optional<std::int64_t> price_min;  // minor units of whatever currency, both ends included
  std::optional<std::int64_t> price_max;
  std::vector<ProductId> ids;  // empty: any
  struct After {               // the last product shown
    DocumentValue value;       // what it is ordered by
    ProductId id;
  };
  std::optional<After> after;
  std::size_t limit = 20;
};

class ProductStore {
 public:
  static constexpr std::size_t kBatchMax = 1000;

  explicit ProductStore(DocumentStore& documents) : documents_(documents) {}
  Status open();  // blocking, at start

  Task<Result<std::optional<Product>>> get(Call call, ProductId id);
  Task<Result<std::vector<Product>>> get_many(Call call, std::vector<ProductId> ids);  // at most kBatchMax, any order
  Task<Result<std::vector<Product>>> list(Call call, ProductListing listing);
  // `sku_taken` when another product has a sku of theirs; all or nothing. They come back with version 1.
  Task<Status> insert(Call call, std::vector<Product> products);
  // `version_mismatch`, `not_found`, `sku_taken`. Gives the new version.
  Task<Result<std::int64_t>> replace(Call call, Product product, std::int64_t expected_version);
  Task<Status> remove(Call call, ProductId id, std::int64_t expected_version);

  // All products in pages of kBatchMax by id, from after `from`.
  Task<Result<std::vector<Product>>> page(Call call, std::string from);

 private:
  Task<Result<std::vector<Product>>> find(Call call, DocumentQuery query);
  DocumentStore& documents_;
};

DocumentValue order_value(const Product& product, ProductListing::Order order);

}  // namespace jangteo
