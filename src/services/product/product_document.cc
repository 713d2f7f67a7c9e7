#include "services/product/product_document.h"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>

#include "base/json.h"

namespace jangteo {

namespace {

using boost::json::value;

std::string text_of(const value& object, std::string_view name) {
  const auto* member = json_member(object, name);
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::optional<std::int64_t> integer_of(const value& object, std::string_view name) {
  const auto* member = json_member(object, name);
  if (member == nullptr || !member->is_int64()) return {};
  return member->get_int64();
}

std::optional<Money> money_of(const value& object, std::string_view name) {
  const auto* member = json_member(object, name);
  if (member == nullptr) return {};
  const auto amount = integer_of(*member, "amount");
  const auto currency = Currency::parse(text_of(*member, "currency"));
  if (!amount || !currency) return {};
  return Money{*amount, *currency};
}

}  // namespace

std::string to_document(const Product& product) {
  std::string out;
  out.reserve(400 + product.description.size() + product.name.size());
  JsonWriter writer(out);
  writer.begin_object()
      .field("id", std::string_view(product.id.text()))
      .field("sku", product.sku)
      .field("name", product.name)
      .field("description", product.description)
      .field("category", product.category);
  if (!product.brand.empty()) writer.field("brand", product.brand);
  writer.field("price", product.price);
  if (!product.image.empty()) writer.field("image", product.image);
  writer.field("createdAt", product.created_at.ms).field("updatedAt", product.updated_at.ms);
  writer.key("variants").begin_array();
  for (const auto& variant : product.variants) {
    writer.begin_object().field("id", std::string_view(variant.id.text())).field("sku", variant.sku);
    if (!variant.name.empty()) writer.field("name", variant.name);
    if (variant.price) writer.field("price", *variant.price);
    writer.end_object();
  }
  writer.end_array().end_object();
  return out;
}

Result<Product> from_document(std::string_view json, std::int64_t version) {
  unsigned char memory[8192];
  boost::json::monotonic_resource resource(memory, sizeof memory);
  boost::json::parser parser(&resource);
  boost::json::error_code error;
  parser.write(json.data(), json.size(), error);
  const auto damaged = [&](std::string_view what) {
    return fail(ErrorCode::internal, "stored product " + std::string(json.substr(0, 60)) + ": " + std::string(what));
  };
  if (error) return damaged(error.message());
  const value document = parser.release();

  Product product;
  const auto id = ProductId::parse(text_of(document, "id"));
  const auto price = money_of(document, "price");
  const auto created = integer_of(document, "createdAt");
  const auto updated = integer_of(document, "updatedAt");
  const auto* variants = json_member(document, "variants");
  if (!id || !price || !created || !updated) return damaged("id, price or a time is missing");
  if (variants == nullptr || !variants->is_array() || variants->get_array().empty()) return damaged("has no variants");
  product.id = *id;
  product.version = version;
  product.sku = text_of(document, "sku");
  product.name = text_of(document, "name");
  product.description = text_of(document, "description");
  product.category = text_of(document, "category");
  product.brand = text_of(document, "brand");
  product.price = *price;
  product.image = text_of(document, "image");
  product.created_at = Timestamp{*created};
  product.updated_at = Timestamp{*updated};
  product.variants.reserve(variants->get_array().size());
  for (const auto& entry : variants->get_array()) {
    const auto variant_id = VariantId::parse(text_of(entry, "id"));
    if (!variant_id) return damaged("a variant has no id");
    product.variants.push_back({*variant_id, text_of(entry, "sku"), text_of(entry, "name"), money_of(entry, "price")});
  }
  return product;
}

}  // namespace jangteo
