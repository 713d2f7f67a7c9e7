// The JSON answers of the catalogue, rendered once with a hole for each number of pieces; filled again whenever a
// number changed, without touching the database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/domain/product.h"
#include "services/product/stock_levels.h"

namespace jangteo {

struct AnswerTemplate {
  struct Hole {
    std::uint32_t offset;  // into text; rising
    std::uint32_t first;   // its cells: the number is their sum
    std::uint32_t count;
  };
  std::string text;
  std::vector<Hole> holes;
  std::vector<const StockLevels::Cell*> cells;  // live as long as the process
  std::int64_t version = 0;                     // of the one product it shows; 0: a list
};

// {"data":[...],"hasMore","nextCursor"}; `next_cursor` empty: there is no more.
AnswerTemplate render_list(const std::vector<Product>& products, std::string_view next_cursor, StockLevels& levels);
// One product with its variants.
AnswerTemplate render_product(const Product& product, StockLevels& levels);

// The numbers of this moment, one per hole.
void read_numbers(const AnswerTemplate& answer, std::vector<std::int64_t>& numbers);
// Of a list "<hash>", of a product "<version>.<hash>", with the quotes; short enough to need no allocation.
std::string answer_etag(const AnswerTemplate& answer, std::string_view body);
std::string fill(const AnswerTemplate& answer, const std::vector<std::int64_t>& numbers);

}  // namespace jangteo
