#include "services/product/domain/product.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

Money krw(std::int64_t amount) { return {amount, *Currency::parse("KRW")}; }

ProductDraft kimchi() {
  ProductDraft draft;
  draft.sku = "kimchi-1";
  draft.name = "배추김치";
  draft.category = "김치";
  draft.price = krw(12'900);
  return draft;
}

// Ids 1, 2, 3 ... in the last byte.
struct Ids {
  std::uint8_t last = 0;
  VariantId next() {
    IdBytes bytes{};
    bytes[15] = ++last;
    return VariantId(bytes);
  }
};

std::string refused_param(const ProductDraft& draft) {
  const auto errors = check_draft(draft);
  return errors.empty() ? "" : errors.front().param;
}

TEST(ProductDraft, IsAcceptedWithAllThatAProductNeeds) { EXPECT_EQ(refused_param(kimchi()), ""); }

TEST(ProductDraft, IsRefusedByTheParameterAtFault) {
  const auto with = [](const auto& edit) {
    auto draft = kimchi();
    edit(draft);
    return refused_param(draft);
  };
  EXPECT_EQ(with([](auto& d) { d.sku = ""; }), "sku");
  EXPECT_EQ(with([](auto& d) { d.sku = std::string(65, 'x'); }), "sku");
  EXPECT_EQ(with([](auto& d) { d.sku = "a "; }), "sku");
  EXPECT_EQ(with([](auto& d) { d.name = "a\nb"; }), "name");
  EXPECT_EQ(with([](auto& d) { d.name = "\xff"; }), "name");
  EXPECT_EQ(with([](auto& d) { d.description = "two\nlines"; }), "");
  EXPECT_EQ(with([](auto& d) { d.description = std::string("nul\0", 4); }), "description");
  EXPECT_EQ(with([](auto& d) { d.price = {}; }), "price.currency");
  EXPECT_EQ(with([](auto& d) { d.price.amount = -1; }), "price.amount");
  EXPECT_EQ(with([](auto& d) { d.price.amount = 1'000'000'000'001; }), "price.amount");
  EXPECT_EQ(with([](auto& d) { d.stock = -1; }), "stock");
  EXPECT_EQ(with([](auto& d) { d.image = "javascript:alert(1)"; }), "image");
  EXPECT_EQ(with([](auto& d) { d.image = "//elsewhere/x.png"; }), "image");
  EXPECT_EQ(with([](auto& d) { d.variants.resize(101); }), "variants");
  EXPECT_EQ(with([](auto& d) { d.variants = {{{}, "a", "", {}, {}}, {{}, "a", "", {}, {}}}; }), "variants[1].sku");
  EXPECT_EQ(with([](auto& d) { d.variants = {{{}, "a", "", Money{1, *Currency::parse("USD")}, {}}}; }),
            "variants[0].price.currency");
  EXPECT_EQ(with([](auto& d) {
              d.stock = 1;
              d.variants = {{{}, "a", "", {}, {}}};
            }),
            "stock");
}

// Rows: 7
TEST(Product, HasOneVariantThatSharesItsSkuWhenItIsPlain) {
  Ids ids;
  const auto product = make_product(ProductId(), kimchi(), Timestamp{5}, [&] { return ids.next(); });
  ASSERT_EQ(product.variants.size(), 1U);
  EXPECT_TRUE(product.plain());
  EXPECT_EQ(product.variants[0].sku, "kimchi-1");
  EXPECT_EQ(product.created_at, Timestamp{5});
}

TEST(Product, KeepsItsOnlyVariantWhenItsSkuChanges) {
  Ids ids;
  const auto product = make_product(ProductId(), kimchi(), Timestamp{5}, [&] { return ids.next(); });
  auto draft = to_draft(product);
  draft.sku = "kimchi-2";
  const auto changed = change_product(product, draft, Timestamp{6}, [&] { return ids.next(); });
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->variants[0].id, product.variants[0].id);
  EXPECT_EQ(changed->variants[0].sku, "kimchi-2");
  EXPECT_EQ(changed->created_at, Timestamp{5});
  EXPECT_EQ(changed->updated_at, Timestamp{6});
}

TEST(Product, KeepsVariantsThatADraftNamesByIdOrSku) {
  Ids ids;
  auto draft = kimchi();
  draft.variants = {{{}, "1kg", "1 kg", {}, {}}, {{}, "2kg", "2 kg", krw(20'000), {}}};
  const auto product = make_product(ProductId(), draft, Timestamp{5}, [&] { return ids.next(); });
  auto wish = to_draft(product);
  wish.variants = {
      {{}, "2kg", "two", {}, {}}, {product.variants[0].id, "one-kg", "one", {}, {}}, {{}, "5kg", "five", {}, {}}};
  const auto changed = change_product(product, wish, Timestamp{6}, [&] { return ids.next(); });
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->variants[0].id, product.variants[1].id);
  EXPECT_EQ(changed->variants[1].id, product.variants[0].id);
  EXPECT_EQ(changed->variants[1].sku, "one-kg");
  EXPECT_EQ(changed->variants[2].id.bytes()[15], 3);
}

TEST(Product, NeverGivesOneVariantIdTwice) {
  Ids ids;
  auto draft = kimchi();
  draft.variants = {{{}, "a", "", {}, {}}, {{}, "b", "", {}, {}}};
  const auto product = make_product(ProductId(), draft, Timestamp{5}, [&] { return ids.next(); });
  auto wish = to_draft(product);
  wish.variants = {{product.variants[0].id, "c", "", {}, {}}, {{}, "a", "", {}, {}}};
  const auto changed = change_product(product, wish, Timestamp{6}, [&] { return ids.next(); });
  ASSERT_TRUE(changed.has_value());
  EXPECT_NE(changed->variants[0].id, changed->variants[1].id);
}

TEST(Product, RefusesAVariantIdOfAnotherProduct) {
  Ids ids;
  const auto product = make_product(ProductId(), kimchi(), Timestamp{5}, [&] { return ids.next(); });
  auto draft = to_draft(product);
  draft.variants = {{ids.next(), "x", "", {}, {}}};
  const auto changed = change_product(product, draft, Timestamp{6}, [&] { return ids.next(); });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().fields.front().param, "variants[0].id");
}

TEST(Product, IsTheSameAfterADraftOfItself) {
  Ids ids;
  auto draft = kimchi();
  draft.variants = {{{}, "1kg", "1 kg", {}, {}}, {{}, "2kg", "2 kg", krw(20'000), {}}};
  const auto product = make_product(ProductId(), draft, Timestamp{5}, [&] { return ids.next(); });
  const auto again = change_product(product, to_draft(product), Timestamp{6}, [&] { return ids.next(); });
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(same_content(product, *again));
  draft.name = "다른 김치";
  EXPECT_FALSE(same_content(product, *change_product(product, draft, Timestamp{6}, [&] { return ids.next(); })));
}

}  // namespace
}  // namespace jangteo
