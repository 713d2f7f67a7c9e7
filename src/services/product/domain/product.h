// A product and what somebody wants it to be. Pure: rules and limits, no storage, no clock.
//
// Every product has at least one variant; orders and stock speak of variants. A plain product has one variant without a
// name or price of its own that shares the product's sku. All prices of a product have one currency.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"

namespace jangteo {

struct ProductLimits {  // characters are bytes of UTF-8
  static constexpr std::size_t kSkuBytesMax = 64;
  static constexpr std::size_t kNameBytesMax = 300;
  static constexpr std::size_t kDescriptionBytesMax = 20'000;
  static constexpr std::size_t kCategoryBytesMax = 120;
  static constexpr std::size_t kBrandBytesMax = 120;
  static constexpr std::size_t kImageBytesMax = 500;
  static constexpr std::size_t kVariantsMax = 100;
  static constexpr std::int64_t kPriceAmountMax = 1'000'000'000'000;
  static constexpr std::int64_t kStockMax = 1'000'000'000;
};

struct Variant {
  VariantId id;
  std::string sku;
  std::string name;            // empty: none of its own
  std::optional<Money> price;  // empty: the product's
  bool operator==(const Variant&) const = default;
};

struct Product {
  ProductId id;
  std::int64_t version = 0;  // as stored; 0: not stored yet
  std::string sku;
  std::string name;
  std::string description;
  std::string category;
  std::string brand;  // empty: none
  Money price;
  std::string image;  // a path of this server or an http(s) address; empty: none
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<Variant> variants;

  bool plain() const;
};

// Wishes as they come in a request or a line of a file. No variants: a plain product.
struct VariantDraft {
  VariantId id;  // empty: found by its sku, else new
  std::string sku;
  std::string name;
  std::optional<Money> price;
  std::optional<std::int64_t> stock;  // pieces a new variant starts with
};
struct ProductDraft {
  std::string sku;
  std::string name;
  std::string description;
  std::string category;
  std::string brand;
  Money price;
  std::string image;
  std::optional<std::int64_t> stock;  // of a plain product
  std::vector<VariantDraft> variants;
};

// What is wrong with a draft, each by its parameter ("variants[1].sku"); empty when it can become a product.
std::vector<FieldError> check_draft(const ProductDraft& draft);

ProductDraft to_draft(const Product& product);

// A new product of a checked draft; `new_variant_id` is called once per variant.
Product make_product(ProductId id, const ProductDraft& draft, Timestamp now,
                     const std::function<VariantId()>& new_variant_id);
// The product as the checked draft wants it. Variants keep their ids where the draft names the id or the sku. `invalid`
// for a variant id that is not the product's. Version is left alone.
Result<Product> change_product(const Product& product, const ProductDraft& draft, Timestamp now,
                               const std::function<VariantId()>& new_variant_id);
// Equal in all that a draft can say.
bool same_content(const Product& a, const Product& b);

// Pieces that the draft wants variant `index` of the product made from it to start with.
std::optional<std::int64_t> wanted_stock(const ProductDraft& draft, std::size_t index);

}  // namespace jangteo
