#include "services/product/product_document.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

Product full() {
  Product product;
  product.id = *ProductId::parse("prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
  product.sku = "a\"1";
  product.name = "김치";
  product.description = "line\nline";
  product.category = "food";
  product.brand = "Seoul";
  product.price = {999, *Currency::parse("USD")};
  product.image = "/api/images/x.png";
  product.created_at = Timestamp{1'700'000'000'123};
  product.updated_at = Timestamp{1'700'000'000'456};
  product.variants = {{*VariantId::parse("var_0192f3c0-7a1b-7c3d-9e4f-0123456789ab"), "a", "", {}},
                      {*VariantId::parse("var_0192f3c0-7a1b-7c3d-9e4f-0123456789ac"), "b", "Large",
                       Money{1099, *Currency::parse("USD")}}};
  return product;
}

TEST(ProductDocument, ReadsBackWhatItWrote) {
  const auto product = full();
  const auto back = from_document(to_document(product), 7);
  ASSERT_TRUE(back.has_value()) << back.error().detail;
  EXPECT_TRUE(same_content(product, *back));
  EXPECT_EQ(back->id, product.id);
  EXPECT_EQ(back->version, 7);
  EXPECT_EQ(back->created_at, product.created_at);
  EXPECT_EQ(back->updated_at, product.updated_at);
}

TEST(ProductDocument, LeavesOutWhatAProductDoesNotHave) {
  auto product = full();
  product.brand.clear();
  product.image.clear();
  const auto json = to_document(product);
  EXPECT_EQ(json.find("brand"), std::string::npos);
  EXPECT_EQ(json.find("image"), std::string::npos);
}

TEST(ProductDocument, NamesDamage) {
  for (const char* json : {"", "{}", "[]", R"({"id":"prd_x"})"}) {
    const auto read = from_document(json, 1);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::internal);
  }
}

}  // namespace
}  // namespace jangteo
