#include "services/product/product_draft_reader.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

struct Read {
  ProductDraft draft;
  std::vector<FieldError> errors;
  std::string params() const {
    std::string out;
    for (const auto& error : errors) out += error.param + ";";
    return out;
  }
};

Read read(std::string_view json, const DraftReading& reading = {}, ProductDraft start = {}) {
  Read out;
  out.draft = std::move(start);
  const auto record = parse_record(json);
  EXPECT_TRUE(record.has_value()) << json;
  if (record) read_draft(*record, reading, out.draft, out.errors);
  return out;
}

DraftReading loose(const char* names = "", const char* currency = "USD") {
  DraftReading reading;
  reading.strict = false;
  reading.names = *parse_names(names);
  reading.currency = Currency::parse(currency);
  return reading;
}

TEST(DraftReader, ReadsARequestWithAllMembers) {
  const auto got =
      read(R"({"sku":"a","name":"n","description":"d","category":"c","brand":"b","image":"/i.png","stock":5,
      "price":{"amount":1299,"currency":"KRW"},"unknown":1,
      "variants":[{"sku":"a1","name":"v","price":{"amount":5,"currency":"KRW"},"stock":7},{"sku":"a2"}]})");
  EXPECT_EQ(got.params(), "");
  EXPECT_EQ(got.draft.sku, "a");
  EXPECT_EQ(got.draft.price, (Money{1299, *Currency::parse("KRW")}));
  EXPECT_EQ(got.draft.stock, 5);
  ASSERT_EQ(got.draft.variants.size(), 2U);
  EXPECT_EQ(got.draft.variants[0].price->amount, 5);
  EXPECT_EQ(got.draft.variants[0].stock, 7);
  EXPECT_FALSE(got.draft.variants[1].stock);
}

TEST(DraftReader, RefusesWrongTypesOfARequestByTheirNames) {
  EXPECT_EQ(read(R"({"sku":5})").params(), "sku;");
  EXPECT_EQ(read(R"({"name":{"x":1}})").params(), "name;");
  EXPECT_EQ(read(R"({"name":[]})").params(), "name;");
  EXPECT_EQ(read(R"({"price":5})").params(), "price;");
  EXPECT_EQ(read(R"({"price":{"amount":1.5,"currency":"KRW"}})").params(), "price.amount;");
  EXPECT_EQ(read(R"({"price":{"amount":"1","currency":"KRW"}})").params(), "price.amount;");
  EXPECT_EQ(read(R"({"price":{"amount":1,"currency":"ABC"}})").params(), "price.currency;");
  EXPECT_EQ(read(R"({"stock":9223372036854775808})").params(), "stock;");
  EXPECT_EQ(read(R"({"stock":"5"})").params(), "stock;");
  EXPECT_EQ(read(R"({"variants":{}})").params(), "variants;");
  EXPECT_EQ(read(R"({"variants":"x"})").params(), "variants;");
  EXPECT_EQ(read(R"({"variants":[{"id":"x","sku":1}]})").params(), "variants[0].id;variants[0].sku;");
}

TEST(DraftReader, ChangesOnlyWhatAPatchNamesAndTakesAwayWithNull) {
  ProductDraft start;
  start.sku = "a";
  start.name = "n";
  start.brand = "b";
  start.price = {100, *Currency::parse("KRW")};
  start.variants = {{{}, "a1", "", {}, {}}};
  const auto got = read(R"({"brand":null,"price":{"amount":200}})", {}, start);
  EXPECT_EQ(got.params(), "");
  EXPECT_EQ(got.draft.brand, "");
  EXPECT_EQ(got.draft.name, "n");
  EXPECT_EQ(got.draft.price, (Money{200, *Currency::parse("KRW")}));
  EXPECT_EQ(got.draft.variants.size(), 1U);
  EXPECT_EQ(read(R"({"variants":[]})", {}, start).draft.variants.size(), 0U);
}

// Rows: 7
TEST(DraftReader, TakesDecimalsOfOtherPeoplesFilesExactly) {
  const auto reading = loose("sku=Id,name=Name,category=Type,price=Price");
  const auto got = read(R"({"Id":1,"Name":"Boots","Type":"Footwear","Price":109.99})", reading);
  EXPECT_EQ(got.params(), "");
  EXPECT_EQ(got.draft.sku, "1");
  EXPECT_EQ(got.draft.category, "Footwear");
  EXPECT_EQ(got.draft.price, (Money{10'999, *Currency::parse("USD")}));
  EXPECT_EQ(read(R"({"Price":"0.10"})", reading).draft.price.amount, 10);
  EXPECT_EQ(read(R"({"Price":90071992547409.93})", reading).draft.price.amount, 9007199254740993);
  EXPECT_EQ(read(R"({"Price":109.995})", reading).params(), "price;");
  EXPECT_EQ(read(R"({"Price":-1})", reading).params(), "price;");
  EXPECT_EQ(read(R"({"Price":1e2})", reading).params(), "price;");
  EXPECT_EQ(read(R"({"Price":{"amount":5}})", reading).draft.price.amount, 5);
}

TEST(DraftReader, ReadsCellsByDottedNamesAndIgnoresEmptyOnes) {
  const auto got = read(R"({"sku":"7","name":"n","price.amount":"1299","price.currency":"KRW","stock":"",
      "variants[0].sku":"7a","variants[0].price.amount":"5","variants[1].sku":""})",
                        loose());
  EXPECT_EQ(got.params(), "");
  EXPECT_EQ(got.draft.price, (Money{1299, *Currency::parse("KRW")}));
  EXPECT_FALSE(got.draft.stock);
  ASSERT_EQ(got.draft.variants.size(), 1U);
  EXPECT_EQ(got.draft.variants[0].price->amount, 5);
  EXPECT_EQ(read(R"({"price":"12.5","currency":"EUR"})", loose()).draft.price, (Money{1250, *Currency::parse("EUR")}));
}

TEST(DraftReader, RefusesMapsThatNameNothing) {
  for (const char* text : {"sku", "sku=", "=x", "weight=Weight", "sku=a,sku=b", "sku=a,,name=b"}) {
    EXPECT_FALSE(parse_names(text)) << text;
  }
  EXPECT_EQ(parse_names("sku=Id,price.amount=Cents")->size(), 2U);
}

}  // namespace
}  // namespace jangteo
