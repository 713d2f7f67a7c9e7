#include "services/product/domain/product.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace jangteo {

namespace {

// Collects what is wrong, by parameter.
class Check {
 public:
  void refuse(std::string param, std::string code, std::string detail) {
    errors_.push_back({std::move(param), std::move(code), std::move(detail)});
  }
  void text(const std::string& param, const std::string& value, std::size_t bytes_max, bool required, bool lines) {
    if (required && value.empty()) return refuse(param, "required", "is missing or empty");
    if (value.size() > bytes_max) {
      return refuse(param, "too_large", "is longer than " + std::to_string(bytes_max) + " bytes");
    }
    if (!is_utf8(value)) return refuse(param, "invalid", "is not UTF-8");
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0x7f || (byte < 0x20 && !(lines && (c == '\n' || c == '\t' || c == '\r')))) {
        return refuse(param, "invalid", "has a control character");
      }
    }
  }
  void sku(const std::string& param, const std::string& value) {
    text(param, value, ProductLimits::kSkuBytesMax, true, false);
    if (!value.empty() && (value.front() == ' ' || value.back() == ' ')) {
      refuse(param, "invalid", "begins or ends with a space");
    }
  }
  void price(const std::string& param, Money price) {
    if (price.currency == Currency{}) return refuse(param + ".currency", "required", "is missing or unknown");
    if (price.amount < 0 || price.amount > ProductLimits::kPriceAmountMax) {
      refuse(param + ".amount", "invalid", "must be 0 to " + std::to_string(ProductLimits::kPriceAmountMax));
    }
  }
  void stock(const std::string& param, std::optional<std::int64_t> pieces) {
    if (pieces && (*pieces < 0 || *pieces > ProductLimits::kStockMax)) {
      refuse(param, "invalid", "must be 0 to " + std::to_string(ProductLimits::kStockMax));
    }
  }
  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

std::string variant_param(std::size_t index, std::string_view member) {
  return "variants[" + std::to_string(index) + "]." + std::string(member);
}

void copy_texts(Product& product, const ProductDraft& draft) {
  product.sku = draft.sku;
  product.name = draft.name;
  product.description = draft.description;
  product.category = draft.category;
  product.brand = draft.brand;
  product.price = draft.price;
  product.image = draft.image;
}

}  // namespace

bool Product::plain() const {
  return variants.size() == 1 && variants[0].sku == sku && variants[0].name.empty() && !variants[0].price;
}

std::vector<FieldError> check_draft(const ProductDraft& draft) {
  Check check;
  check.sku("sku", draft.sku);
  check.text("name", draft.name, ProductLimits::kNameBytesMax, true, false);
  check.text("description", draft.description, ProductLimits::kDescriptionBytesMax, false, true);
  check.text("category", draft.category, ProductLimits::kCategoryBytesMax, false, false);
  check.text("brand", draft.brand, ProductLimits::kBrandBytesMax, false, false);
  check.text("image", draft.image, ProductLimits::kImageBytesMax, false, false);
  const bool address = draft.image.starts_with("https://") || draft.image.starts_with("http://");
  const bool path = draft.image.starts_with('/') && !draft.image.starts_with("//");
  if (!draft.image.empty() && !address && !path) check.refuse("image", "invalid", "is neither a path nor an address");
  check.price("price", draft.price);
  check.stock("stock", draft.stock);
  if (draft.stock && !draft.variants.empty()) {
    check.refuse("stock", "invalid", "belongs to the variants where there are variants");
  }
  if (draft.variants.size() > ProductLimits::kVariantsMax) {
    check.refuse("variants", "too_large", "are more than " + std::to_string(ProductLimits::kVariantsMax));
    return check.take();
  }
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const auto& variant = draft.variants[i];
    check.sku(variant_param(i, "sku"), variant.sku);
    check.text(variant_param(i, "name"), variant.name, ProductLimits::kNameBytesMax, false, false);
    check.stock(variant_param(i, "stock"), variant.stock);
    if (variant.price) {
      check.price(variant_param(i, "price"), *variant.price);
      if (variant.price->currency != draft.price.currency) {
        check.refuse(variant_param(i, "price.currency"), "invalid", "is not the product's currency");
      }
    }
    for (std::size_t before = 0; before < i; ++before) {
      if (draft.variants[before].sku == variant.sku) {
        check.refuse(variant_param(i, "sku"), "sku_taken", "is the sku of another variant of this product");
        break;
      }
      if (!variant.id.empty() && draft.variants[before].id == variant.id) {
        check.refuse(variant_param(i, "id"), "invalid", "is named twice");
        break;
      }
    }
  }
  return check.take();
}

ProductDraft to_draft(const Product& product) {
  ProductDraft draft;
  draft.sku = product.sku;
  draft.name = product.name;
  draft.description = product.description;
  draft.category = product.category;
  draft.brand = product.brand;
  draft.price = product.price;
  draft.image = product.image;
  if (product.plain()) return draft;
  for (const auto& variant : product.variants) {
    draft.variants.push_back({variant.id, variant.sku, variant.name, variant.price, {}});
  }
  return draft;
}

Product make_product(ProductId id, const ProductDraft& draft, Timestamp now,
                     const std::function<VariantId()>& new_variant_id) {
  Product product;
  product.id = id;
  product.created_at = now;
  product.updated_at = now;
  copy_texts(product, draft);
  for (const auto& variant : draft.variants) {
    product.variants.push_back({new_variant_id(), variant.sku, variant.name, variant.price});
  }
  if (product.variants.empty()) product.variants.push_back({new_variant_id(), draft.sku, {}, {}});
  return product;
}

Result<Product> change_product(const Product& product, const ProductDraft& draft, Timestamp now,
                               const std::function<VariantId()>& new_variant_id) {
  Product changed = product;
  copy_texts(changed, draft);
  changed.updated_at = now;
  const auto find = [&](const auto& matches) -> const Variant* {
    const auto found = std::find_if(product.variants.begin(), product.variants.end(), matches);
    return found == product.variants.end() ? nullptr : &*found;
  };
  changed.variants.clear();
  if (draft.variants.empty()) {
    const Variant* kept =
        product.plain() ? &product.variants[0] : find([&](const Variant& own) { return own.sku == draft.sku; });
    changed.variants.push_back({kept == nullptr ? new_variant_id() : kept->id, draft.sku, {}, {}});
    return changed;
  }
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const auto& wish = draft.variants[i];
    const Variant* kept = nullptr;
    if (!wish.id.empty()) {
      kept = find([&](const Variant& own) { return own.id == wish.id; });
      if (kept == nullptr) return fail_field(variant_param(i, "id"), "is no variant of this product");
    } else {
      kept = find([&](const Variant& own) { return own.sku == wish.sku; });
      const bool named =
          kept != nullptr && std::any_of(draft.variants.begin(), draft.variants.end(),
                                         [&](const VariantDraft& other) { return other.id == kept->id; });
      if (named) kept = nullptr;
    }
    changed.variants.push_back({kept == nullptr ? new_variant_id() : kept->id, wish.sku, wish.name, wish.price});
  }
  return changed;
}

bool same_content(const Product& a, const Product& b) {
  return a.sku == b.sku && a.name == b.name && a.description == b.description && a.category == b.category &&
         a.brand == b.brand && a.price == b.price && a.image == b.image && a.variants == b.variants;
}

std::optional<std::int64_t> wanted_stock(const ProductDraft& draft, std::size_t index) {
  if (draft.variants.empty()) return draft.stock;
  return index < draft.variants.size() ? draft.variants[index].stock : std::nullopt;
}

}  // namespace jangteo
