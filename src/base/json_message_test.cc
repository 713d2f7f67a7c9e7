#include "base/json_message.h"

#include <gtest/gtest.h>

#include <string>

namespace jangteo {
namespace {

TEST(JsonMessage, GivesMembersByNameAndKind) {
  JsonMessage message(R"({"type":"stock.reserve","n":-5,"ok":true,"list":[1,2],"nothing":null,)"
                      R"("id":"ord_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","한글":"값"})");
  EXPECT_EQ(message.text("type"), "stock.reserve");
  EXPECT_EQ(message.integer("n"), -5);
  EXPECT_TRUE(message.truth_or_false("ok"));
  EXPECT_FALSE(message.truth_or_false("absent"));
  EXPECT_FALSE(message.truth_or_false("n"));
  EXPECT_EQ(message.array("list").size(), 2U);
  EXPECT_EQ(message.text_or_empty("nothing"), "");
  EXPECT_EQ(message.text_or_empty("absent"), "");
  EXPECT_EQ(message.text("한글"), "값");
  EXPECT_EQ(message.id<OrderId>("id").str(), "ord_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
  EXPECT_TRUE(message.good());
}

TEST(JsonMessage, NamesTheFirstMemberThatIsAbsentOrOfAnotherKind) {
  const auto problem = [](auto read) {
    JsonMessage message(R"({"text":"t","number":1,"real":1.5,"big":18446744073709551615})");
    read(message);
    EXPECT_FALSE(message.good());
    EXPECT_EQ(message.error().error().code, ErrorCode::malformed);
    return message.error().error().detail;
  };
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_EQ(m.text("number"), ""); }).find("number"), std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_EQ(m.integer("text"), 0); }).find("text"), std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_EQ(m.integer("real"), 0); }).find("real"), std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_EQ(m.integer("big"), 0); }).find("big"), std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_TRUE(m.array("text").empty()); }).find("text"), std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { EXPECT_TRUE(m.id<OrderId>("text").empty()); }).find("text"),
            std::string::npos);
  EXPECT_NE(problem([](JsonMessage& m) { m.text_or_empty("number"); }).find("number"), std::string::npos);
  const auto first = problem([](JsonMessage& m) {
    m.text("absent");
    m.text("number");
  });
  EXPECT_NE(first.find("absent"), std::string::npos);
}

TEST(JsonMessage, AnythingButOneObjectIsNoMessage) {
  for (const char* text : {"", " ", "[]", "1", "null", "\"text\"", "{", "{}{}", "{\"a\":}", "{\"a\":1,}", "{'a':1}",
                           "{\"a\":\"\xff\"}", "nonsense"}) {
    JsonMessage message(text);
    EXPECT_FALSE(message.good()) << text;
    EXPECT_EQ(message.text("a"), "") << text;
    EXPECT_TRUE(message.object().empty());
  }
}

TEST(JsonMessage, AMessageLargerThanItsBufferIsReadAllTheSame) {
  const std::string large(100'000, 'x');
  const std::string text = R"({"large":")" + large + R"(","n":3})";
  JsonMessage message(text);
  EXPECT_EQ(message.text("large"), large);
  EXPECT_EQ(message.integer("n"), 3);
  EXPECT_TRUE(message.good());
}

TEST(JsonMessage, NestingWithoutEndIsRefused) {
  JsonMessage message(R"({"a":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}");
  EXPECT_FALSE(message.good());
}

}  // namespace
}  // namespace jangteo
