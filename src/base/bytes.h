// Text forms of bytes (hex, base64url without padding: RFC 4648 section 5), UTF-8 validation and little-endian
// integers.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace jangteo {

std::string to_hex(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(
    std::string_view text);  // empty on a character or length that is not base64url

// Well-formed UTF-8 by the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// True when equal, in time that depends on the lengths alone.
bool equal_constant_time(std::string_view a, std::string_view b);

template <class Integer>
void append_le(std::string& out, Integer value) {
  char raw[sizeof(Integer)];
  std::memcpy(raw, &value, sizeof(Integer));
  out.append(raw, sizeof(Integer));
}
template <class Integer>
void store_le(char* out, Integer value) {
  std::memcpy(out, &value, sizeof(Integer));
}
template <class Integer>
Integer load_le(const char* data) {
  Integer value;
  std::memcpy(&value, data, sizeof(Integer));
  return value;
}

}  // namespace jangteo
