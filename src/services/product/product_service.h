// ProductService: the use cases of the catalogue. A write is durable first, then seen in memory (ProductCatalogue) and
// by every cache (its generation), then answered. New variants get their first pieces after the product is durable: a
// crash between leaves a product with no stock, which an import run again repairs. Any loop; not the owner of what it
// uses.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "services/product/domain/product.h"
#include "services/product/product_api.h"
#include "services/product/product_catalogue.h"
#include "services/product/product_store.h"

namespace jangteo {

// Pieces for a variant that never had any movement of stock; others are left alone.
struct OpeningStock {
  VariantId variant;
  std::int64_t quantity = 0;
};
using OpenStock = std::function<Task<Status>(Call, std::vector<OpeningStock>)>;

struct ProductImportItem {
  ProductDraft draft;
  bool names_variants = false;  // false: variants that a product has already stay as they are
  bool names_image = false;     // false: so does its picture
};
struct ProductImportOutcome {
  enum class Kind : std::uint8_t { created, updated, unchanged, failed } kind = Kind::failed;
  ProductId id;
  Error error;  // of a failed one
};

class ProductService final : public ProductApi {
 public:
  ProductService(ProductStore& store, ProductCatalogue& catalogue, OpenStock open_stock, Clock& clock);

  // Reads the whole catalogue into memory; at start, before the first request. `conflict` when it does not fit.
  Task<Status> load(Call call);

  Task<Result<std::vector<QuotedItem>>> quote(Call call, std::vector<WantedItem> items) override;

  Task<Result<std::optional<Product>>> get(Call call, ProductId id);
  Task<Result<std::vector<Product>>> list(Call call, ProductListing listing);

  // `invalid` with the parameters at fault, `sku_taken`.
  Task<Result<Product>> create(Call call, ProductDraft draft);
  // `edit` writes its wishes over a draft of the stored product; it may run several times. Expected version 0: any.
  using Edit = std::function<Status(ProductDraft&)>;
  Task<Result<Product>> change(Call call, ProductId id, Edit edit, std::int64_t expected_version);
  Task<Status> remove(Call call, ProductId id, std::int64_t expected_version);

  // One outcome per item (at most ProductStore::kBatchMax), in order: an unknown sku is created, a known one changed
  // when something differs. Items with one sku: the first wins, the others fail. `dry_run` changes nothing.
  Task<Result<std::vector<ProductImportOutcome>>> import(Call call, std::vector<ProductImportItem> items, bool dry_run);

  ProductCatalogue& catalogue() { return catalogue_; }

 private:
  ProductId next_product_id();
  VariantId next_variant_id();
  Task<Status> insert_all(Call call, std::vector<Product> products);  // with their skus claimed by nobody else
  Task<Result<Product>> replace(Call call, Product product, std::int64_t expected_version);

  ProductStore& store_;
  ProductCatalogue& catalogue_;
  OpenStock open_stock_;
  Clock& clock_;
  std::atomic<std::uint64_t> last_id_{0};  // milliseconds and 12 bits of count: ids rise in the order of creation
};

}  // namespace jangteo
