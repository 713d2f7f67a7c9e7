#include "services/product/product_service.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "runtime/entropy.h"
#include "services/product/side_by_side.h"

namespace jangteo {

namespace {

constexpr int kChangeTriesMax = 5;

std::vector<std::string> skus_of(const Product& product) {
  std::vector<std::string> skus{product.sku};
  for (const auto& variant : product.variants) {
    if (variant.sku != product.sku) skus.push_back(variant.sku);
  }
  return skus;
}

Error refused(std::vector<FieldError> fields) {
  std::string detail = fields.front().param + " " + fields.front().detail;
  return Error{ErrorCode::invalid, std::move(detail), std::move(fields), 0, {}};
}

Error taken(const std::string& sku) {
  return Error{
      ErrorCode::sku_taken, "another product has the sku " + sku, {{"sku", "sku_taken", sku + " is taken"}}, 0, {}};
}

void add_opening(const ProductDraft& draft, const Product& product, std::vector<OpeningStock>& out) {
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    const auto pieces = wanted_stock(draft, i);
    if (pieces && *pieces > 0) out.push_back({product.variants[i].id, *pieces});
  }
}

// Keeps a product's skus claimed while a write is under way.
class SkuClaim {
 public:
  explicit SkuClaim(ProductCatalogue& catalogue) : catalogue_(&catalogue) {}
  SkuClaim(SkuClaim&& other) noexcept : catalogue_(other.catalogue_), claims_(std::exchange(other.claims_, {})) {}
  SkuClaim& operator=(SkuClaim&&) = delete;
  ~SkuClaim() {
    for (const auto& [product, skus] : claims_) catalogue_->release(product, skus);
  }
  Status add(const Product& product) {
    auto skus = skus_of(product);
    if (const auto other = catalogue_->claim(product.id, skus)) return fail(taken(*other));
    claims_.emplace_back(product.id, std::move(skus));
    return {};
  }

 private:
  ProductCatalogue* catalogue_;
  std::vector<std::pair<ProductId, std::vector<std::string>>> claims_;
};

}  // namespace

ProductService::ProductService(ProductStore& store, ProductCatalogue& catalogue, OpenStock open_stock, Clock& clock)
    : store_(store), catalogue_(catalogue), open_stock_(std::move(open_stock)), clock_(clock) {}

ProductId ProductService::next_product_id() {
  const auto now = static_cast<std::uint64_t>(clock_.now().ms) << 12;
  std::uint64_t last = last_id_.load();
  std::uint64_t next = std::max(last + 1, now);
  while (!last_id_.compare_exchange_weak(last, next)) next = std::max(last + 1, now);
  IdBytes random = random_id_bytes();
  random[6] = static_cast<std::uint8_t>(next >> 8 & 0x0f);
  random[7] = static_cast<std::uint8_t>(next);
  return ProductId::make(Timestamp{static_cast<std::int64_t>(next >> 12)}, random);
}

VariantId ProductService::next_variant_id() { return new_id<VariantId>(clock_.now()); }

Task<Status> ProductService::load(Call call) {
  std::string from;
  for (;;) {
    auto page = co_await store_.page(call, from);
    JT_CO_TRY(page);
    if (!catalogue_.has_room(page->size())) {
      co_return fail(ErrorCode::conflict,
                     "there are more products than catalogue.products_max = " + std::to_string(catalogue_.count_max()));
    }
    for (const auto& product : *page) catalogue_.put(product);
    if (page->size() < ProductStore::kBatchMax) co_return Status{};
    from = page->back().id.str();
  }
}

Task<Result<std::vector<QuotedItem>>> ProductService::quote(Call, std::vector<WantedItem> items) {
  std::vector<QuotedItem> quoted;
  quoted.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto one = catalogue_.quote(items[i]);
    if (!one) {
      const std::string param = "items[" + std::to_string(i) + "].productId";
      Error error{ErrorCode::not_found, "there is no such product", {{param, "not_found", "is no product"}}, 0, {}};
      co_return fail(std::move(error));
    }
    quoted.push_back(std::move(*one));
  }
  co_return quoted;
}

Task<Result<std::optional<Product>>> ProductService::get(Call call, ProductId id) {
  co_return co_await store_.get(call, id);
}

Task<Result<std::vector<Product>>> ProductService::list(Call call, ProductListing listing) {
  co_return co_await store_.list(call, std::move(listing));
}

Task<Status> ProductService::insert_all(Call call, std::vector<Product> products) {
  if (!catalogue_.has_room(products.size())) {
    co_return fail(ErrorCode::conflict,
                   "the catalogue is full: catalogue.products_max = " + std::to_string(catalogue_.count_max()));
  }
  std::vector<Product> copy = products;
  auto inserted = co_await store_.insert(call, std::move(copy));
  JT_CO_TRY(inserted);
  for (auto& product : products) {
    product.version = 1;
    catalogue_.put(product);
  }
  co_return Status{};
}

Task<Result<Product>> ProductService::replace(Call call, Product product, std::int64_t expected_version) {
  SkuClaim claim(catalogue_);
  JT_CO_TRY(claim.add(product));
  Product copy = product;
  auto version = co_await store_.replace(call, std::move(copy), expected_version);
  JT_CO_TRY(version);
  product.version = *version;
  catalogue_.put(product);
  co_return product;
}

Task<Result<Product>> ProductService::create(Call call, ProductDraft draft) {
  if (auto errors = check_draft(draft); !errors.empty()) co_return fail(refused(std::move(errors)));
  auto product = make_product(next_product_id(), draft, clock_.now(), [this] { return next_variant_id(); });
  SkuClaim claim(catalogue_);
  JT_CO_TRY(claim.add(product));
  std::vector<Product> one{product};
  auto inserted = co_await insert_all(call, std::move(one));
  JT_CO_TRY(inserted);
  product.version = 1;
  std::vector<OpeningStock> opening;
  add_opening(draft, product, opening);
  if (!opening.empty()) {
    auto opened = co_await open_stock_(call, std::move(opening));
    JT_CO_TRY(opened);
  }
  co_return product;
}

Task<Result<Product>> ProductService::change(Call call, ProductId id, Edit edit, std::int64_t expected_version) {
  for (int attempt = 1;; ++attempt) {
    auto stored = co_await store_.get(call, id);
    JT_CO_TRY(stored);
    if (!stored->has_value()) co_return fail(ErrorCode::not_found, "there is no such product");
    const Product& before = **stored;
    if (expected_version != 0 && before.version != expected_version) {
      co_return fail(ErrorCode::version_mismatch, "the product has version " + std::to_string(before.version));
    }
    auto draft = to_draft(before);
    JT_CO_TRY(edit(draft));
    if (auto errors = check_draft(draft); !errors.empty()) co_return fail(refused(std::move(errors)));
    auto changed = change_product(before, draft, clock_.now(), [this] { return next_variant_id(); });
    JT_CO_TRY(changed);
    if (same_content(before, *changed)) co_return before;
    Product wanted = *changed;
    auto replaced = co_await replace(call, std::move(wanted), before.version);
    const bool raced = !replaced && replaced.error().code == ErrorCode::version_mismatch && expected_version == 0;
    if (raced && attempt < kChangeTriesMax) continue;
    JT_CO_TRY(replaced);
    std::vector<OpeningStock> opening;
    add_opening(draft, *replaced, opening);
    if (!opening.empty()) {
      auto opened = co_await open_stock_(call, std::move(opening));
      JT_CO_TRY(opened);
    }
    co_return replaced;
  }
}

Task<Status> ProductService::remove(Call call, ProductId id, std::int64_t expected_version) {
  auto removed = co_await store_.remove(call, id, expected_version);
  JT_CO_TRY(removed);
  catalogue_.remove(id);
  co_return Status{};
}

Task<Result<std::vector<ProductImportOutcome>>> ProductService::import(Call call, std::vector<ProductImportItem> items,
                                                                       bool dry_run) {
  using Kind = ProductImportOutcome::Kind;
  std::vector<ProductImportOutcome> outcomes(items.size());
  const auto fail_item = [&](std::size_t index, Error error) {
    outcomes[index].kind = Kind::failed;
    outcomes[index].error = std::move(error);
  };

  // Who is known already, and how it looks now.
  std::set<std::string_view> seen;
  std::vector<ProductId> known;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].draft.sku.empty() && !seen.insert(items[i].draft.sku).second) {
      fail_item(
          i, Error{ErrorCode::sku_taken, "an earlier item has this sku", {{"sku", "sku_taken", "came twice"}}, 0, {}});
      continue;
    }
    outcomes[i].kind = Kind::created;
    if (const auto id = catalogue_.find_sku(items[i].draft.sku)) {
      outcomes[i].id = *id;
      known.push_back(*id);
    }
  }
  std::unordered_map<ProductId, Product> stored;
  if (!known.empty()) {
    auto found = co_await store_.get_many(call, std::move(known));
    JT_CO_TRY(found);
    for (auto& product : *found) stored.emplace(product.id, std::move(product));
  }

  // What each item wants.
  const Timestamp now = clock_.now();
  SkuClaim claim(catalogue_);
  std::vector<Product> products(items.size());
  std::vector<std::size_t> creating;
  std::vector<std::size_t> changing;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (outcomes[i].kind == Kind::failed) continue;
    ProductDraft& draft = items[i].draft;
    const auto before = stored.find(outcomes[i].id);
    const bool is_known = before != stored.end();
    if (is_known && before->second.sku != draft.sku) {
      fail_item(i, taken(draft.sku));  // it is the sku of a variant there
      continue;
    }
    if (is_known && !items[i].names_variants && !before->second.plain()) {
      draft.variants = to_draft(before->second).variants;
      for (auto& variant : draft.variants) variant.stock = draft.stock;
      draft.stock.reset();
    }
    if (is_known && !items[i].names_image) draft.image = before->second.image;
    if (auto errors = check_draft(draft); !errors.empty()) {
      fail_item(i, refused(std::move(errors)));
      continue;
    }
    if (is_known) {
      auto changed = change_product(before->second, draft, now, [this] { return next_variant_id(); });
      if (!changed) {
        fail_item(i, std::move(changed.error()));
        continue;
      }
      products[i] = std::move(*changed);
      const bool same = same_content(before->second, products[i]);
      outcomes[i].kind = same ? Kind::unchanged : Kind::updated;
      if (!same) changing.push_back(i);
    } else {
      products[i] = make_product(next_product_id(), draft, now, [this] { return next_variant_id(); });
      if (auto claimed = claim.add(products[i]); !claimed) {
        fail_item(i, std::move(claimed.error()));
        continue;
      }
      outcomes[i].id = products[i].id;
      creating.push_back(i);
    }
  }
  if (dry_run) co_return outcomes;

  // Products first: all new ones in one unit, or each alone when something is in their way.
  std::vector<Product> fresh;
  for (const std::size_t i : creating) fresh.push_back(products[i]);
  auto inserted = co_await insert_all(call, std::move(fresh));
  if (!inserted) {
    for (const std::size_t i : creating) {
      std::vector<Product> one{products[i]};
      auto alone = co_await insert_all(call, std::move(one));
      if (!alone) fail_item(i, std::move(alone.error()));
    }
  }
  std::vector<Task<Result<Product>>> replacing;
  for (const std::size_t i : changing) replacing.push_back(replace(call, products[i], products[i].version));
  SideBySide<Result<Product>> all(std::move(replacing));
  auto replaced = co_await all;
  for (std::size_t n = 0; n < changing.size(); ++n) {
    if (!replaced[n]) fail_item(changing[n], std::move(replaced[n].error()));
  }

  // Then their pieces.
  std::vector<OpeningStock> opening;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (outcomes[i].kind != Kind::failed) add_opening(items[i].draft, products[i], opening);
  }
  if (!opening.empty()) {
    auto opened = co_await open_stock_(call, std::move(opening));
    JT_CO_TRY(opened);
  }
  co_return outcomes;
}

}  // namespace jangteo
