#include "base/money.h"

#include <limits>

namespace jangteo {

namespace {

struct CurrencyRow {
  std::string_view code;
  int exponent;
};

// ISO 4217, the currencies a shop is likely to meet; others are refused by name.
constexpr CurrencyRow kCurrencies[] = {
    {"KRW", 0}, {"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"GBP", 2}, {"CNY", 2}, {"TWD", 2}, {"HKD", 2}, {"SGD", 2},
    {"THB", 2}, {"VND", 0}, {"IDR", 2}, {"MYR", 2}, {"PHP", 2}, {"INR", 2}, {"AUD", 2}, {"NZD", 2}, {"CAD", 2},
    {"MXN", 2}, {"BRL", 2}, {"ARS", 2}, {"CLP", 0}, {"CHF", 2}, {"SEK", 2}, {"NOK", 2}, {"DKK", 2}, {"PLN", 2},
    {"CZK", 2}, {"HUF", 2}, {"RON", 2}, {"TRY", 2}, {"ILS", 2}, {"AED", 2}, {"SAR", 2}, {"KWD", 3}, {"BHD", 3},
    {"JOD", 3}, {"TND", 3}, {"ZAR", 2}, {"EGP", 2}, {"NGN", 2}, {"ISK", 0}, {"UAH", 2}, {"XXX", 0},
};

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  for (const auto& row : kCurrencies) {
    if (row.code == code && code != "XXX") {
      Currency currency;
      for (std::size_t i = 0; i < 3; ++i) currency.letters_[i] = code[i];
      return currency;
    }
  }
  return {};
}

int Currency::exponent() const {
  for (const auto& row : kCurrencies) {
    if (row.code == code()) return row.exponent;
  }
  return 2;
}

Result<Money> add(Money a, Money b) {
  if (a.currency != b.currency) return fail(ErrorCode::invalid, "amounts of different currencies cannot be added");
  Money sum{0, a.currency};
  if (__builtin_add_overflow(a.amount, b.amount, &sum.amount)) return fail(ErrorCode::invalid, "amount overflows");
  return sum;
}

Result<Money> multiply(Money price, std::int64_t quantity) {
  Money product{0, price.currency};
  if (__builtin_mul_overflow(price.amount, quantity, &product.amount)) {
    return fail(ErrorCode::invalid, "amount overflows");
  }
  return product;
}

Result<Money> parse_decimal(std::string_view text, Currency currency) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::invalid, "'" + std::string(text.substr(0, 40)) + "' is no amount of " +
                                        std::string(currency.code()) + ": " + why);
  };
  std::int64_t amount = 0;
  int fraction = -1;
  bool any = false;
  for (const char c : text) {
    if (c == '.') {
      if (fraction >= 0 || !any) return refuse("misplaced decimal point");
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') return refuse("only digits and one decimal point are allowed");
    if (fraction >= 0 && ++fraction > currency.exponent()) {
      if (c != '0') return refuse("more decimals than the currency has");
      continue;
    }
    any = true;
    if (__builtin_mul_overflow(amount, 10, &amount) || __builtin_add_overflow(amount, c - '0', &amount)) {
      return refuse("too large");
    }
  }
  if (!any || fraction == 0) return refuse("digits are missing");
  for (int i = fraction < 0 ? 0 : fraction; i < currency.exponent(); ++i) {
    if (__builtin_mul_overflow(amount, 10, &amount)) return refuse("too large");
  }
  return Money{amount, currency};
}

std::string to_decimal(Money money) {
  std::string digits = std::to_string(money.amount < 0 ? -static_cast<unsigned long long>(money.amount)
                                                       : static_cast<unsigned long long>(money.amount));
  const auto exponent = static_cast<std::size_t>(money.currency.exponent());
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  if (exponent > 0) digits.insert(digits.size() - exponent, 1, '.');
  return money.amount < 0 ? "-" + digits : digits;
}

}  // namespace jangteo
