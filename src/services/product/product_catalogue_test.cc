#include "services/product/product_catalogue.h"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/entropy.h"

namespace jangteo {
namespace {

Product plain(const std::string& sku, std::int64_t amount = 100) {
  Product product;
  product.id = new_id<ProductId>(Timestamp{1});
  product.version = 1;
  product.sku = sku;
  product.name = "name of " + sku;
  product.price = {amount, *Currency::parse("KRW")};
  product.variants = {{new_id<VariantId>(Timestamp{1}), sku, "", {}}};
  return product;
}

struct Catalogue {
  StockLevels levels;
  ProductCatalogue products{levels, 1000};
};

// Rows: 7, 8
TEST(ProductCatalogue, QuotesThePriceAndTheStockOfThisMoment) {
  Catalogue catalogue;
  const auto product = plain("a");
  catalogue.products.put(product);
  auto quoted = catalogue.products.quote({product.id, {}, 3});
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->variant, product.variants[0].id);
  EXPECT_EQ(quoted->sku, "a");
  EXPECT_EQ(quoted->name, "name of a");
  EXPECT_EQ(quoted->unit_price, product.price);
  EXPECT_EQ(quoted->quantity, 3);
  EXPECT_EQ(quoted->available, 0);
  catalogue.levels.cell(product.variants[0].id) = 42;
  EXPECT_EQ(catalogue.products.quote({product.id, {}, 3})->available, 42);
}

TEST(ProductCatalogue, QuotesAVariantWithItsOwnNameAndPrice) {
  Catalogue catalogue;
  auto product = plain("a");
  product.variants = {{new_id<VariantId>(Timestamp{1}), "a-s", "Small", {}},
                      {new_id<VariantId>(Timestamp{1}), "a-l", "Large", Money{150, product.price.currency}}};
  catalogue.products.put(product);
  const auto large = catalogue.products.quote({product.id, product.variants[1].id, 1});
  ASSERT_TRUE(large);
  EXPECT_EQ(large->sku, "a-l");
  EXPECT_EQ(large->name, "name of a, Large");
  EXPECT_EQ(large->unit_price.amount, 150);
  EXPECT_EQ(catalogue.products.quote({product.id, {}, 1})->sku, "a-s");
  EXPECT_FALSE(catalogue.products.quote({product.id, new_id<VariantId>(Timestamp{1}), 1}));
  EXPECT_FALSE(catalogue.products.quote({new_id<ProductId>(Timestamp{1}), {}, 1}));
}

TEST(ProductCatalogue, KeepsTheNewestVersionWhateverTheOrderOfArrival) {
  Catalogue catalogue;
  auto product = plain("a");
  product.version = 3;
  catalogue.products.put(product);
  auto older = product;
  older.version = 2;
  older.price.amount = 5;
  catalogue.products.put(older);
  EXPECT_EQ(catalogue.products.quote({product.id, {}, 1})->unit_price.amount, 100);
  catalogue.products.remove(product.id);
  product.version = 4;
  catalogue.products.put(product);
  EXPECT_FALSE(catalogue.products.quote({product.id, {}, 1}));
  EXPECT_EQ(catalogue.products.count(), 0U);
  EXPECT_EQ(catalogue.products.bytes(), 0U);
}

TEST(ProductCatalogue, ChangesItsGenerationWithEveryChange) {
  Catalogue catalogue;
  const auto product = plain("a");
  const auto first = catalogue.products.generation();
  catalogue.products.put(product);
  const auto second = catalogue.products.generation();
  catalogue.products.remove(product.id);
  EXPECT_NE(first, second);
  EXPECT_NE(second, catalogue.products.generation());
}

TEST(ProductCatalogue, GivesASkuToOneProductOnly) {
  Catalogue catalogue;
  auto product = plain("a");
  product.variants[0].sku = "a-1";
  catalogue.products.put(product);
  EXPECT_EQ(catalogue.products.find_sku("a-1"), product.id);
  const auto other = new_id<ProductId>(Timestamp{1});
  EXPECT_EQ(catalogue.products.claim(other, {"b", "a-1"}), "a-1");
  EXPECT_FALSE(catalogue.products.claim(product.id, {"a", "a-1"}));
  EXPECT_FALSE(catalogue.products.claim(other, {"b"}));
  const auto third = new_id<ProductId>(Timestamp{1});
  EXPECT_EQ(catalogue.products.claim(third, {"b"}), "b");
  catalogue.products.release(other, {"b"});
  EXPECT_FALSE(catalogue.products.claim(third, {"b"}));
}

TEST(ProductCatalogue, FreesTheSkusOfWhatChangedOrWent) {
  Catalogue catalogue;
  auto product = plain("a");
  catalogue.products.put(product);
  product.version = 2;
  product.sku = product.variants[0].sku = "b";
  catalogue.products.put(product);
  EXPECT_FALSE(catalogue.products.find_sku("a"));
  EXPECT_EQ(catalogue.products.find_sku("b"), product.id);
  catalogue.products.remove(product.id);
  EXPECT_FALSE(catalogue.products.find_sku("b"));
}

TEST(ProductCatalogue, IsReadWhileItChanges) {
  Catalogue catalogue;
  std::vector<Product> products;
  for (int i = 0; i < 20; ++i) products.push_back(plain("sku-" + std::to_string(i)));
  for (const auto& product : products) catalogue.products.put(product);
  std::thread writer([&] {
    for (int round = 2; round < 200; ++round) {
      for (auto product : products) {
        product.version = round;
        product.name = std::string(static_cast<std::size_t>(round), 'n');
        catalogue.products.put(product);
      }
    }
  });
  for (int round = 0; round < 2000; ++round) {
    const auto quoted = catalogue.products.quote({products[static_cast<std::size_t>(round % 20)].id, {}, 1});
    ASSERT_TRUE(quoted);
    ASSERT_EQ(quoted->unit_price.amount, 100);
  }
  writer.join();
  EXPECT_EQ(catalogue.products.count(), 20U);
}

}  // namespace
}  // namespace jangteo
