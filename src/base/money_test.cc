#include "base/money.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace jangteo {
namespace {

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
constexpr auto kMin = std::numeric_limits<std::int64_t>::min();

Currency currency(std::string_view code) { return Currency::parse(code).value(); }

TEST(Money, KnowsCurrenciesByTheirCapitalLettersOnly) {
  EXPECT_EQ(currency("KRW").exponent(), 0);
  EXPECT_EQ(currency("USD").exponent(), 2);
  EXPECT_EQ(currency("KWD").exponent(), 3);
  EXPECT_EQ(currency("USD").code(), "USD");
  for (const char* code : {"", "US", "USDX", "usd", "XXX", "ZZZ", "U$D"}) EXPECT_FALSE(Currency::parse(code)) << code;
}

TEST(Money, AddsExactlyOrRefuses) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 10'000; ++round) {
    const auto a = static_cast<std::int64_t>(random()), b = static_cast<std::int64_t>(random());
    const auto exact = static_cast<__int128>(a) + b;
    const auto sum = add(Money{a, currency("KRW")}, Money{b, currency("KRW")});
    ASSERT_EQ(sum.has_value(), exact >= kMin && exact <= kMax);
    if (sum) {
      EXPECT_EQ(sum->amount, static_cast<std::int64_t>(exact));
    }
  }
}

TEST(Money, MultipliesExactlyOrRefuses) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 10'000; ++round) {
    const auto price = static_cast<std::int64_t>(random() >> random() % 64);
    const auto quantity = static_cast<std::int64_t>(random() >> random() % 64);
    const auto exact = static_cast<__int128>(price) * quantity;
    const auto product = multiply(Money{price, currency("USD")}, quantity);
    ASSERT_EQ(product.has_value(), exact >= kMin && exact <= kMax);
    if (product) {
      EXPECT_EQ(product->amount, static_cast<std::int64_t>(exact));
    }
  }
}

TEST(Money, RefusesToAddWonToDollars) {
  const auto sum = add(Money{1, currency("KRW")}, Money{1, currency("USD")});
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code, ErrorCode::invalid);
}

TEST(Money, ReadsDecimalsExactly) {
  EXPECT_EQ(parse_decimal("109.99", currency("USD"))->amount, 10'999);
  EXPECT_EQ(parse_decimal("0.1", currency("USD"))->amount, 10);
  EXPECT_EQ(parse_decimal("19.9", currency("KWD"))->amount, 19'900);
  EXPECT_EQ(parse_decimal("15000", currency("KRW"))->amount, 15'000);
  EXPECT_EQ(parse_decimal("15000.00", currency("KRW"))->amount, 15'000) << "zeros beyond the currency lose nothing";
  EXPECT_EQ(parse_decimal("92233720368547758.07", currency("USD"))->amount, kMax);
}

TEST(Money, RefusesDecimalsThatAreNotExactAmounts) {
  for (const char* text : {"", ".", "1.", ".5", "1.999", "-1", "+1", "1e3", " 1", "1 ", "1,5", "0x10", "1.2.3", "NaN",
                           "１", "92233720368547758.08", "99999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(text, currency("USD"))) << text;
  }
  EXPECT_FALSE(parse_decimal("0.5", currency("KRW")));
}

TEST(Money, DecimalsReadBack) {
  std::mt19937_64 random(3);
  for (const char* code : {"KRW", "USD", "KWD"}) {
    for (int round = 0; round < 3000; ++round) {
      const Money money{static_cast<std::int64_t>(random() >> (1 + random() % 63)), currency(code)};
      EXPECT_EQ(parse_decimal(to_decimal(money), money.currency), money);
    }
  }
}

TEST(Money, WritesDecimalsWithTheCurrencysDigits) {
  EXPECT_EQ(to_decimal({5, currency("USD")}), "0.05");
  EXPECT_EQ(to_decimal({-5, currency("USD")}), "-0.05");
  EXPECT_EQ(to_decimal({1'234'500, currency("KWD")}), "1234.500");
  EXPECT_EQ(to_decimal({kMin, currency("KRW")}), "-9223372036854775808");
}

}  // namespace
}  // namespace jangteo
