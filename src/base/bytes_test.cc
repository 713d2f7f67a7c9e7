#include "base/bytes.h"

#include <gtest/gtest.h>

#include <random>

namespace jangteo {
namespace {

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(random() & 0xff);
  return out;
}

TEST(Bytes, HexIsTwoLowerCaseDigitsAByte) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xff\x7f", 4)), "000fff7f");
  EXPECT_EQ(to_hex(""), "");
}

TEST(Bytes, Base64urlFollowsTheExamplesOfTheRfcWithoutPadding) {  // RFC 4648 section 10
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("foo"), "Zm9v");
  EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
}

TEST(Bytes, Base64urlReadsBackWhatItWrote) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = random_bytes(random, size);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Bytes, Base64urlHasOneTextPerValue) {
  std::mt19937 random(2);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    static constexpr char kLetters[] = "ABYZabyz0189-_+/= ";
    std::string text;
    for (std::size_t i = random() % 9; i > 0; --i) text += kLetters[random() % (sizeof kLetters - 1)];
    const auto bytes = from_base64url(text);
    if (!bytes) continue;
    ++accepted;
    EXPECT_EQ(to_base64url(*bytes), text);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Bytes, Base64urlRefusesForeignLettersPaddingAndImpossibleLengths) {
  for (const char* text : {"Zg==", "Zm9v\n", "Zm+v", "Zm/v", "Z", "Zm9vY", "Zh"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Bytes, EveryCodePointIsUtf8AndNothingElse) {
  for (std::uint32_t point = 0; point <= 0x120000; ++point) {
    std::string text;
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xc0 | point >> 6);
      text += static_cast<char>(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      text += static_cast<char>(0xe0 | point >> 12);
      text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (point & 0x3f));
    } else {
      text += static_cast<char>(0xf0 | point >> 18);
      text += static_cast<char>(0x80 | (point >> 12 & 0x3f));
      text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (point & 0x3f));
    }
    const bool is_character = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    ASSERT_EQ(is_utf8(text), is_character) << std::hex << point;
    if (text.size() > 1) {
      ASSERT_FALSE(is_utf8(std::string_view(text).substr(0, text.size() - 1))) << "cut " << std::hex << point;
      ASSERT_FALSE(is_utf8(std::string_view(text).substr(1))) << "tail of " << std::hex << point;
    }
  }
}

TEST(Bytes, Utf8RefusesOverlongFormsAndStrayBytes) {
  for (const char* text :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xff", "\xfe",
        "\x80", "\xf8\x88\x80\x80\x80", "\xc3(", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(is_utf8(text));
  }
  EXPECT_TRUE(is_utf8("장터 – jangteo 🛒"));
}

TEST(Bytes, ConstantTimeComparisonAgreesWithOrdinaryComparison) {
  std::mt19937 random(3);
  for (int round = 0; round < 1000; ++round) {
    const std::string a = random_bytes(random, random() % 4);
    const std::string b = random() % 2 ? a : random_bytes(random, random() % 4);
    EXPECT_EQ(equal_constant_time(a, b), a == b);
  }
}

TEST(Bytes, LittleEndianIntegersReadBack) {
  std::string out;
  append_le<std::uint32_t>(out, 0x01020304);
  EXPECT_EQ(out, std::string("\x04\x03\x02\x01"));
  append_le<std::int64_t>(out, -7);
  EXPECT_EQ(load_le<std::int64_t>(out.data() + 4), -7);
}

}  // namespace
}  // namespace jangteo
