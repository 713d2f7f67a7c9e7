#include "services/product/product_answer.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace jangteo {
namespace {

Product boots() {
  Product product;
  product.id = *ProductId::parse("prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
  product.version = 3;
  product.sku = "b";
  product.name = "부츠 \"X\"";
  product.category = "Footwear";
  product.price = {10'999, *Currency::parse("USD")};
  product.created_at = Timestamp{1'700'000'000'123};
  product.updated_at = Timestamp{1'700'000'000'456};
  product.variants = {{*VariantId::parse("var_0192f3c0-7a1b-7c3d-9e4f-0123456789ab"), "b-41", "41", {}},
                      {*VariantId::parse("var_0192f3c0-7a1b-7c3d-9e4f-0123456789ac"), "b-42", "42",
                       Money{11'999, *Currency::parse("USD")}}};
  return product;
}

std::string filled(const AnswerTemplate& answer) {
  std::vector<std::int64_t> numbers;
  read_numbers(answer, numbers);
  return fill(answer, numbers);
}

// Rows: 7
TEST(ProductAnswer, ListsProductsAsTheContractSays) {
  StockLevels levels;
  const auto product = boots();
  const auto answer = render_list({product}, "CURSOR", levels);
  levels.cell(product.variants[0].id) = 3;
  levels.cell(product.variants[1].id) = 4;
  EXPECT_EQ(
      filled(answer),
      R"({"data":[{"id":"prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","sku":"b","name":"부츠 \"X\"","description":"",)"
      R"("category":"Footwear","price":{"amount":10999,"currency":"USD"},"stock":{"available":7},"image":null,)"
      R"("createdAt":"2023-11-14T22:13:20.123Z"}],"hasMore":true,"nextCursor":"CURSOR"})");
  EXPECT_EQ(filled(render_list({}, "", levels)), R"({"data":[],"hasMore":false,"nextCursor":null})");
}

TEST(ProductAnswer, ShowsEachVariantWithItsOwnStock) {
  StockLevels levels;
  auto product = boots();
  product.brand = "Daybird";
  product.image = "/api/images/x.webp";
  const auto answer = render_product(product, levels);
  EXPECT_EQ(answer.version, 3);
  levels.cell(product.variants[1].id) = 1'000'000;
  const auto json = parse_json(filled(answer));
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("brand").as_string(), "Daybird");
  EXPECT_EQ(json->at("stock").at("available").as_int64(), 1'000'000);
  EXPECT_EQ(json->at("variants").at(0).at("price").at("amount").as_int64(), 10'999);
  EXPECT_EQ(json->at("variants").at(0).at("stock").at("available").as_int64(), 0);
  EXPECT_EQ(json->at("variants").at(1).at("stock").at("available").as_int64(), 1'000'000);
}

}  // namespace
}  // namespace jangteo
