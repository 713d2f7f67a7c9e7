#include "services/product/product_answer.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"

namespace jangteo {

namespace {

class AnswerWriter {
 public:
  AnswerWriter(AnswerTemplate& answer, StockLevels& levels) : answer_(answer), levels_(levels), json_(answer.text) {}
  JsonWriter& json() { return json_; }

  void members(const Product& product) {
    json_.field("id", std::string_view(product.id.text()))
        .field("sku", product.sku)
        .field("name", product.name)
        .field("description", product.description)
        .field("category", product.category);
    if (!product.brand.empty()) json_.field("brand", product.brand);
    json_.field("price", product.price);
    stock(product.variants.data(), product.variants.size());
    json_.key("image");
    if (product.image.empty()) {
      json_.null();
    } else {
      json_.value(product.image);
    }
    json_.field("createdAt", product.created_at);
  }

  // "stock":{"available":<sum of these variants>}
  void stock(const Variant* variants, std::size_t count) {
    json_.key("stock").begin_object().key("available");
    answer_.holes.push_back({static_cast<std::uint32_t>(answer_.text.size()),
                             static_cast<std::uint32_t>(answer_.cells.size()), static_cast<std::uint32_t>(count)});
    for (std::size_t i = 0; i < count; ++i) answer_.cells.push_back(&levels_.cell(variants[i].id));
    json_.raw("").end_object();
  }

 private:
  AnswerTemplate& answer_;
  StockLevels& levels_;
  JsonWriter json_;
};

}  // namespace

AnswerTemplate render_list(const std::vector<Product>& products, std::string_view next_cursor, StockLevels& levels) {
  AnswerTemplate answer;
  answer.text.reserve(600 * products.size() + 100);
  AnswerWriter writer(answer, levels);
  auto& json = writer.json();
  json.begin_object().key("data").begin_array();
  for (const auto& product : products) {
    json.begin_object();
    writer.members(product);
    json.end_object();
  }
  json.end_array().field("hasMore", !next_cursor.empty()).key("nextCursor");
  if (next_cursor.empty()) {
    json.null();
  } else {
    json.value(next_cursor);
  }
  json.end_object();
  return answer;
}

AnswerTemplate render_product(const Product& product, StockLevels& levels) {
  AnswerTemplate answer;
  answer.version = product.version;
  AnswerWriter writer(answer, levels);
  auto& json = writer.json();
  json.begin_object();
  writer.members(product);
  json.field("updatedAt", product.updated_at).key("variants").begin_array();
  for (const auto& variant : product.variants) {
    json.begin_object().field("id", std::string_view(variant.id.text())).field("sku", variant.sku);
    if (!variant.name.empty()) json.field("name", variant.name);
    json.field("price", variant.price.value_or(product.price));
    writer.stock(&variant, 1);
    json.end_object();
  }
  json.end_array().end_object();
  return answer;
}

void read_numbers(const AnswerTemplate& answer, std::vector<std::int64_t>& numbers) {
  numbers.clear();
  for (const auto& hole : answer.holes) {
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < hole.count; ++i) {
      sum += answer.cells[hole.first + i]->load(std::memory_order_relaxed);
    }
    numbers.push_back(sum);
  }
}

std::string answer_etag(const AnswerTemplate& answer, std::string_view body) {
  std::string hash;
  append_le(hash, stable_hash(body));
  std::string etag = "\"";
  if (answer.version != 0) etag += std::to_string(answer.version) + ".";
  return etag + to_base64url(hash) + "\"";
}

std::string fill(const AnswerTemplate& answer, const std::vector<std::int64_t>& numbers) {
  std::string out;
  out.reserve(answer.text.size() + 8 * numbers.size());
  std::size_t from = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out.append(answer.text, from, answer.holes[i].offset - from);
    append_decimal(out, numbers[i]);
    from = answer.holes[i].offset;
  }
  out.append(answer.text, from);
  return out;
}

}  // namespace jangteo
