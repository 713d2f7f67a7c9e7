// Money: int64 minor units with an ISO 4217 currency. No floats anywhere; overflow is an error, never a wrap.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jangteo {

class Currency {
 public:
  Currency() = default;  // "XXX", no currency
  // Three capital letters known to ISO 4217 (the list in currency table of money.cc).
  static std::optional<Currency> parse(std::string_view code);
  std::string_view code() const { return {letters_.data(), 3}; }
  int exponent() const;  // digits after the decimal point: KRW 0, USD 2, KWD 3
  auto operator<=>(const Currency&) const = default;

 private:
  std::array<char, 3> letters_{'X', 'X', 'X'};
};

struct Money {
  std::int64_t amount = 0;  // minor units
  Currency currency;
  auto operator<=>(const Money&) const = default;
};

Result<Money> add(Money a, Money b);                         // invalid on other currency or overflow
Result<Money> multiply(Money price, std::int64_t quantity);  // invalid on overflow

// "109.99" in USD = 10999. Exact: more digits than the currency has, signs, exponents and spaces are refused.
Result<Money> parse_decimal(std::string_view text, Currency currency);
std::string to_decimal(Money money);  // "109.99"

}  // namespace jangteo
