#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "base/bytes.h"
#include "base/id.h"

namespace jangteo {
namespace {

TEST(Json, WritesCommasByItself) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("a", 1).key("b").begin_array();
  json.value("x").begin_object().end_object().null().begin_array().end_array();
  json.end_array().field("c", true).field("d", "").key("e").raw("[1,2]").end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",{},null,[]],"c":true,"d":"","e":[1,2]})");
}

TEST(Json, WritesMoneyAndMomentsInTheirContractForm) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("total", Money{1299, Currency::parse("KRW").value()})
      .field("at", Timestamp{0})
      .field("id", ProductId{}.text())
      .end_object();
  EXPECT_EQ(out, R"({"total":{"amount":1299,"currency":"KRW"},"at":"1970-01-01T00:00:00.000Z",)"
                 R"("id":"prd_00000000-0000-0000-0000-000000000000"})");
}

TEST(Json, EveryTextReadsBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t i = random() % 20; i > 0; --i) {
      static const char* const kPieces[] = {"\"", "\\", "\n", "\x01", "\x7f", "장", "🛒", "/", "a", "\t", "\r", "\x1f"};
      text += kPieces[random() % 12];
    }
    if (random() % 8 == 0) text += '\0';
    std::string out;
    append_json_string(out, text);
    const auto value = parse_json(out);
    ASSERT_TRUE(value) << out;
    EXPECT_EQ(std::string_view(value->as_string()), text);
  }
}

TEST(Json, EveryNumberReadsBack) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 5000; ++round) {
    std::string out;
    const auto integer = static_cast<std::int64_t>(random() >> random() % 64);
    JsonWriter(out).value(integer);
    EXPECT_EQ(parse_json(out)->to_number<std::int64_t>(), integer);
    out.clear();
    const double real = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 200) - 100);
    JsonWriter(out).value(real);
    EXPECT_DOUBLE_EQ(parse_json(out)->to_number<double>(), real);
  }
  std::string out;
  JsonWriter(out).value(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "18446744073709551615");
}

TEST(Json, WritesNullForWhatIsNoNumber) {
  std::string out;
  JsonWriter(out)
      .begin_array()
      .value(std::nan(""))
      .value(std::numeric_limits<double>::infinity())
      .value(1.5)
      .end_array();
  EXPECT_EQ(out, "[null,null,1.5]");
}

TEST(Json, RefusesWhatTheRfcRefuses) {
  for (const char* text : {"",        " ",      "{",       "[1,]",        "{\"a\":1,}", "{a:1}",        "'a'",
                           "01",      "1.",     ".5",      "+1",          "NaN",        "Infinity",     "[1] 2",
                           "{}{}",    "\"\n\"", "\"\\x\"", "\"\\ud800\"", "\"\xff\"",   "\"\xc0\x80\"", "tru",
                           "// x\n1", "\"abc",  "[1 2]",   "{\"a\" 1}"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::malformed);
  }
}

TEST(Json, StopsAtTheDepthLimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_FALSE(parse_json(nested(33)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Json, NamesTheBytePositionOfAMistake) {
  EXPECT_NE(parse_json("[1, x]").error().detail.find("byte 4"), std::string::npos)
      << parse_json("[1, x]").error().detail;
}

TEST(Json, AMemberOfAnythingButAnObjectIsAbsent) {
  const auto value = parse_json(R"({"a":1})").value();
  ASSERT_NE(json_member(value, "a"), nullptr);
  EXPECT_EQ(json_member(value, "b"), nullptr);
  EXPECT_EQ(json_member(*json_member(value, "a"), "a"), nullptr);
}

}  // namespace
}  // namespace jangteo
