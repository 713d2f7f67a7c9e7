#include "services/user/domain/account_rules.h"

#include <algorithm>

#include "base/bytes.h"

namespace jangteo {

namespace {

constexpr std::size_t kEmailBytesMax = 254;
constexpr std::size_t kEmailLocalBytesMax = 64;
constexpr std::size_t kDomainLabelBytesMax = 63;
constexpr std::size_t kNameCharactersMax = 100;
constexpr std::size_t kPasswordCharactersMin = 8;
constexpr std::size_t kPasswordCharactersMax = 128;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;  // U+0080-9F
  }
  return false;
}

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_local_part(std::string_view text) {
  static constexpr std::string_view kOthers = ".!#$%&'*+/=?^_`{|}~-";
  return !text.empty() && text.size() <= kEmailLocalBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
  });
}

bool is_domain_label(std::string_view text) {
  return !text.empty() && text.size() <= kDomainLabelBytesMax && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  for (;;) {
    const auto dot = text.find('.');
    if (!is_domain_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<std::string> normalize_email(std::string_view text) {
  std::string email(trimmed(text));
  std::transform(email.begin(), email.end(), email.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (email.size() > kEmailBytesMax) return fail_field("email", "is longer than 254 bytes");
  const auto at = email.find('@');
  if (at == std::string::npos || !is_local_part(std::string_view(email).substr(0, at)) ||
      !is_domain(std::string_view(email).substr(at + 1))) {
    return fail_field("email", "is not an e-mail address");
  }
  return email;
}

Result<std::string> normalize_name(std::string_view text) {
  const auto name = trimmed(text);
  if (!is_utf8(name) || has_control_character(name)) {
    return fail_field("name", "is not text without control characters");
  }
  const auto length = count_code_points(name);
  if (length < 1 || length > kNameCharactersMax) return fail_field("name", "has not 1 to 100 characters");
  return std::string(name);
}

Status check_password(std::string_view password) {
  if (!is_utf8(password)) return fail_field("password", "is not UTF-8");
  const auto length = count_code_points(password);
  if (length < kPasswordCharactersMin || length > kPasswordCharactersMax) {
    return fail_field("password", "has not 8 to 128 characters");
  }
  return {};
}

}  // namespace jangteo
