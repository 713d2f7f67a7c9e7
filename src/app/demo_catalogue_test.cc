#include "app/demo_catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"

namespace jangteo {
namespace {

bool has_hangul(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0xea && c <= 0xed) return true;
  }
  return false;
}

TEST(DemoCatalogue, EveryProductHasASkuOfItsOwnAndAllItNeeds) {
  std::set<std::string_view> skus;
  for (const auto& product : demo_products()) {
    EXPECT_TRUE(skus.insert(product.sku).second) << product.sku;
    for (const auto text : {product.name, product.description, product.category, product.brand}) {
      EXPECT_FALSE(text.empty()) << product.sku;
      EXPECT_TRUE(is_utf8(text)) << product.sku;
    }
    EXPECT_GE(product.price_won, 1000) << product.sku;
    EXPECT_EQ(product.price_won % 100, 0) << product.sku;
  }
}

TEST(DemoCatalogue, NamesSpeakKoreanAndEnglish) {
  for (const auto& product : demo_products()) {
    EXPECT_TRUE(has_hangul(product.name)) << product.name;
    EXPECT_TRUE(std::any_of(product.name.begin(), product.name.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        << product.name;
  }
}

TEST(DemoCatalogue, FillsMoreThanOnePageSoThatTheFlashSaleIsNotOnTheFirst) {
  const auto products = demo_products();
  EXPECT_GE(products.size(), 40U);
  EXPECT_EQ(products[0].category, "반짝 할인");
  std::map<std::string_view, int> categories;
  for (const auto& product : products.subspan(1)) ++categories[product.category];
  for (const auto* category : {"김치", "화장품", "K-pop 굿즈", "전자", "신발"}) EXPECT_GE(categories[category], 5);
  EXPECT_FALSE(categories.contains("반짝 할인"));
}

TEST(DemoCatalogue, EveryProductHasAPictureOfItsOwn) {
  std::set<std::string> pictures;
  const auto products = demo_products();
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::string path = demo_picture_path(i);
    EXPECT_EQ(path, "/demo/images/" + std::to_string(i) + ".svg");
    const auto picture = demo_picture(path.substr(path.rfind('/') + 1));
    ASSERT_TRUE(picture) << path;
    EXPECT_TRUE(picture->starts_with("<svg ")) << path;
    EXPECT_TRUE(picture->ends_with("</svg>")) << path;
    EXPECT_EQ(std::count(picture->begin(), picture->end(), '<'), std::count(picture->begin(), picture->end(), '>'));
    EXPECT_NE(picture->find("currentColor"), std::string::npos) << "no drawing named " << products[i].icon;
    EXPECT_LT(picture->size(), 4096U);
    pictures.insert(*picture);
  }
  EXPECT_EQ(pictures.size(), products.size());
}

TEST(DemoCatalogue, OtherFileNamesHaveNoPicture) {
  const std::string beyond = std::to_string(demo_products().size()) + ".svg";
  for (const std::string& name : {beyond, std::string("x.svg"), std::string(".svg"), std::string("1.png"),
                                  std::string("1"), std::string("-1.svg"), std::string("1x.svg"), std::string()}) {
    EXPECT_FALSE(demo_picture(name)) << name;
  }
}

}  // namespace
}  // namespace jangteo
