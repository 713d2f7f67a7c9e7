#include "base/id.h"

namespace jangteo {

IdBytes make_uuid7(Timestamp now, IdBytes random) {
  IdBytes out = random;
  const auto ms = static_cast<std::uint64_t>(now.ms);
  for (int i = 0; i < 6; ++i) out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  out[6] = static_cast<std::uint8_t>(0x70 | (random[6] & 0x0f));
  out[8] = static_cast<std::uint8_t>(0x80 | (random[8] & 0x3f));
  return out;
}

void write_uuid(char* out, const IdBytes& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::size_t position = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out[position++] = '-';
    out[position++] = kHex[bytes[i] >> 4];
    out[position++] = kHex[bytes[i] & 15];
  }
}

bool read_uuid(std::string_view text, IdBytes& bytes) {
  if (text.size() != 36) return false;
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::size_t position = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (text[position++] != '-') return false;
    }
    const int high = value(text[position]), low = value(text[position + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    position += 2;
  }
  return true;
}

}  // namespace jangteo
