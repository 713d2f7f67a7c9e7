#include "net/json_body.h"

#include <gtest/gtest.h>

#include "base/id.h"

namespace jangteo {

namespace {

BodyReader reader(std::string_view json) {
  auto body = BodyReader::parse_text(json);
  EXPECT_TRUE(body) << json;
  return std::move(*body);
}

// "param code" of everything that finish() tells.
std::vector<std::string> refusals(const BodyReader& body) {
  std::vector<std::string> out;
  if (const auto status = body.finish(); !status) {
    EXPECT_EQ(status.error().code, ErrorCode::invalid);
    for (const auto& field : status.error().fields) out.push_back(field.param + " " + field.code);
  }
  return out;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST(JsonBody, ReadsMembersOfEveryKind) {
  auto body = reader(R"({"name":"김치","quantity":3,"gift":true,"price":{"amount":1299,"currency":"KRW"},
    "productId":"prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","address":{"city":"서울"},"items":[{"n":1},{"n":2}],
    "tags":["a","b"],"unknown":{"x":[1]}})");
  EXPECT_EQ(body.text("name", {1, 2}), "김치");
  EXPECT_EQ(body.integer("quantity"), 3);
  EXPECT_TRUE(body.flag("gift"));
  EXPECT_EQ(body.money("price"), (Money{1299, *Currency::parse("KRW")}));
  EXPECT_EQ(body.id<ProductId>("productId").str(), "prd_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
  EXPECT_EQ(body.object("address").text("city"), "서울");
  auto items = body.objects("items", 1, 10);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[1].integer("n"), 2);
  EXPECT_EQ(body.optional_texts("tags", 5), (Strings{"a", "b"}));
  EXPECT_TRUE(body.finish());
}

TEST(JsonBody, TellsEveryParameterAtFaultAtOnce) {
  auto body = reader(R"({"name":"","quantity":0,"gift":"yes","price":{"amount":1.5,"currency":"ZZZ"},
    "productId":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","items":[{"n":1},7,{}]})");
  body.text("name");
  body.integer("quantity", {1, 10});
  body.flag("gift");
  body.money("price");
  body.id<ProductId>("productId");
  for (auto& item : body.objects("items", 1, 10)) item.integer("n");
  body.text("absent");
  EXPECT_EQ(refusals(body), (Strings{"name invalid", "quantity invalid", "gift invalid", "price.amount invalid",
                                     "price.currency invalid", "productId invalid", "items[1] invalid",
                                     "items[2].n required", "absent required"}));
}

TEST(JsonBody, TakesNullForAbsent) {
  auto body = reader(R"({"a":null})");
  EXPECT_FALSE(body.has("a"));
  EXPECT_EQ(body.optional_text("a"), std::nullopt);
  EXPECT_EQ(body.integer_or("a", 7), 7);
  EXPECT_FALSE(body.optional_object("a"));
  EXPECT_FALSE(body.optional_money("a"));
  EXPECT_FALSE(body.optional_id<UserId>("a"));
  EXPECT_TRUE(body.finish());
  body.integer("a");
  EXPECT_EQ(refusals(body), Strings{"a required"});
}

TEST(JsonBody, RefusesNumbersThatAreNoInt64) {
  for (const char* number : {"9223372036854775808", "1e3", "1.0", "\"1\"", "-9223372036854775809", "true", "[1]"}) {
    auto body = reader(std::string("{\"n\":") + number + "}");
    body.integer("n");
    EXPECT_EQ(refusals(body), Strings{"n invalid"}) << number;
  }
  auto body = reader(R"({"n":9223372036854775807})");
  EXPECT_EQ(body.integer("n"), INT64_MAX);
  EXPECT_TRUE(body.finish());
}

TEST(JsonBody, CountsCharactersNotBytes) {
  auto body = reader(R"({"four":"장터장터","five":"장터장터장","nul":"a\u0000b"})");
  EXPECT_EQ(body.text("four", {1, 4}), "장터장터");
  body.text("five", {1, 4});
  body.text("nul");
  EXPECT_EQ(refusals(body), (Strings{"five invalid", "nul invalid"}));
}

TEST(JsonBody, DoesNotRepeatAnAbsentObjectForEachOfItsMembers) {
  auto body = reader("{}");
  auto payment = body.object("payment");
  payment.text("method");
  payment.object("card").text("token");
  EXPECT_EQ(refusals(body), Strings{"payment required"});
}

TEST(JsonBody, LimitsArrays) {
  auto body = reader(R"({"none":[],"many":[{},{},{}],"text":"x"})");
  body.objects("none", 1, 2);
  body.objects("many", 1, 2);
  body.objects("text", 0, 2);
  EXPECT_EQ(refusals(body), (Strings{"none invalid", "many invalid", "text invalid"}));
}

TEST(JsonBody, TakesRulesOfTheCaller) {
  auto body = reader(R"({"a":{}})");
  body.object("a").refuse("b", "is odd", "odd");
  EXPECT_EQ(refusals(body), Strings{"a.b odd"});
}

TEST(JsonBody, AcceptsJsonWithAndWithoutContentType) {
  for (const char* type : {"", "application/json", "Application/JSON; charset=utf-8", "application/json ;charset=x"}) {
    HttpRequest request;
    if (*type != '\0') request.add_header("content-type", type);
    request.body = "{}";
    EXPECT_TRUE(BodyReader::parse(request)) << type;
  }
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx", " ;"}) {
    HttpRequest request;
    request.add_header("content-type", type);
    request.body = "{}";
    const auto body = BodyReader::parse(request);
    ASSERT_FALSE(body) << type;
    EXPECT_EQ(body.error().code, ErrorCode::unsupported_media_type);
  }
}

TEST(JsonBody, CallsWhatIsNoJsonObjectMalformed) {
  const std::string deep = "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}";
  for (const std::string& text : {std::string(), std::string("{"), std::string("[]"), std::string("3"),
                                  std::string("{} x"), std::string("{\"a\":\"\xff\"}"), deep, std::string("{'a':1}")}) {
    const auto body = BodyReader::parse_text(text);
    ASSERT_FALSE(body) << text;
    EXPECT_EQ(body.error().code, ErrorCode::malformed) << text;
  }
}

}  // namespace jangteo
