#include "services/product/product_record.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

std::string flat(const ProductRecord& record) {
  std::string out;
  for (const auto& field : record.fields()) out += field.path + "=" + field.text + ";";
  return out;
}

std::string read(std::string_view json) {
  const auto record = parse_record(json);
  return record ? flat(*record) : "error: " + record.error().detail;
}

TEST(ProductRecord, IsFlatWithNumbersAsTheyWereWritten) {
  EXPECT_EQ(read(R"({"a":"x","price":{"amount":109.990,"currency":"USD"},"v":[{"s":1},{"s":-2e3}],"t":true,"n":null})"),
            "a=x;price.amount=109.990;price.currency=USD;v[0].s=1;v[1].s=-2e3;t=true;n=;");
  EXPECT_EQ(read(R"({"big":123456789012345678901234567890})"), "big=123456789012345678901234567890;");
  EXPECT_EQ(read(R"({"o":{},"a":[],"k":[[1,2],[3]]})"), "o=;a=;k[0][0]=1;k[0][1]=2;k[1][0]=3;");
  EXPECT_EQ(read("{}"), "");
}

TEST(ProductRecord, RefusesWhatIsNoObjectOrNoJson) {
  for (const char* json : {"", "[]", "[{}]", "[[{\"a\":1}]]", "1", "\"x\"", "null", "{", "{\"a\":1}x",
                           "{\"a\":\"\xff\"}", "{a:1}", "{\"a\":01}", "{\"a\":[[[[[[[[[1]]]]]]]]]}"}) {
    EXPECT_TRUE(read(json).starts_with("error: ")) << json << " gave " << read(json);
  }
}

TEST(ProductRecord, CountsItemsAndFindsTheLastOfEqualNames) {
  const auto record = parse_record(R"({"v":[{"s":1},{"s":2}],"a":1,"a":2})");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->count_items("v"), 2U);
  EXPECT_EQ(record->count_items("a"), 0U);
  EXPECT_EQ(record->find("a")->text, "2");
  EXPECT_TRUE(record->has_below("v"));
  EXPECT_FALSE(record->has_below("vv"));
}

TEST(RecordParser, GivesTheSameRecordsForEverySplitOfTheText) {
  const std::string json = R"( [ {"a":"가\n","b":[1,2.50]}, 7, {"c":{"d":null}} , [1], {} ] )";
  const auto collect = [&](std::size_t split) {
    std::string out;
    RecordParser parser(RecordParser::Shape::array);
    const RecordParser::Sink sink = [&](Result<ProductRecord> record) {
      out += record ? "{" + flat(*record) + "}" : "(" + record.error().detail + ")";
    };
    EXPECT_TRUE(parser.feed(std::string_view(json).substr(0, split), false, sink));
    EXPECT_TRUE(parser.feed(std::string_view(json).substr(split), true, sink));
    return out;
  };
  const std::string whole = collect(json.size());
  EXPECT_EQ(whole, "{a=가\n;b[0]=1;b[1]=2.50;}(is no object){c.d=;}(is an array where an object belongs){}");
  for (std::size_t split = 0; split < json.size(); ++split) EXPECT_EQ(collect(split), whole) << split;
}

TEST(RecordParser, TakesNoObjectForAnArray) {
  RecordParser parser(RecordParser::Shape::array);
  std::vector<bool> good;
  const RecordParser::Sink sink = [&](Result<ProductRecord> record) { good.push_back(record.has_value()); };
  EXPECT_TRUE(parser.feed(R"({"a":1,"b":[2]})", true, sink));
  for (const bool one : good) EXPECT_FALSE(one);
}

TEST(RecordParser, SaysWhereTheTextBreaks) {
  RecordParser parser(RecordParser::Shape::array);
  int records = 0;
  const RecordParser::Sink sink = [&](Result<ProductRecord>) { ++records; };
  const auto status = parser.feed(R"([{"a":1},{"a":})", true, sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::malformed);
  EXPECT_EQ(records, 1);
}

}  // namespace
}  // namespace jangteo
