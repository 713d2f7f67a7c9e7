// Identifiers as types: a prefix that tells the kind and a UUIDv7 (RFC 9562 section 5.7),
// "ord_0192f3c0-7a1b-7c3d-9e4f-0123456789ab". Ordered by time of creation. The last 16 bits may carry a routing hash
// (orders: hash of principal and key), so that an id names its shard at every shard count.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace jangteo {

using IdBytes = std::array<std::uint8_t, 16>;

// 16 random bytes become a UUIDv7 of `now`. Pure; randomness comes from runtime/entropy.h.
IdBytes make_uuid7(Timestamp now, IdBytes random);
void write_uuid(char* out36, const IdBytes& bytes);
bool read_uuid(std::string_view text36, IdBytes& bytes);

// The text form without an allocation: usable wherever a string_view is.
struct IdText {
  static constexpr std::size_t kSize = 40;
  std::array<char, kSize> characters;
  operator std::string_view() const { return {characters.data(), kSize}; }  // NOLINT: meant to convert
  std::string str() const { return {characters.data(), kSize}; }
};

// Tag: `struct OrderTag { static constexpr std::string_view kPrefix = "ord_"; };` The prefix has four characters.
template <class Tag>
class Id {
 public:
  static constexpr std::string_view kPrefix = Tag::kPrefix;
  static_assert(Tag::kPrefix.size() == 4);

  Id() = default;  // all zero: "no id"
  explicit Id(const IdBytes& bytes) : bytes_(bytes) {}

  static Id make(Timestamp now, IdBytes random) { return Id(make_uuid7(now, random)); }
  static Id make_routed(Timestamp now, IdBytes random, std::uint16_t route) {
    random[14] = static_cast<std::uint8_t>(route >> 8);
    random[15] = static_cast<std::uint8_t>(route);
    return Id(make_uuid7(now, random));
  }
  static std::optional<Id> parse(std::string_view text) {
    Id id;
    if (text.size() != IdText::kSize || !text.starts_with(kPrefix) || !read_uuid(text.substr(4), id.bytes_)) return {};
    return id;
  }

  IdText text() const {
    IdText out;
    std::memcpy(out.characters.data(), kPrefix.data(), 4);
    write_uuid(out.characters.data() + 4, bytes_);
    return out;
  }
  std::string str() const { return text().str(); }
  std::uint16_t route() const { return static_cast<std::uint16_t>(bytes_[14] << 8 | bytes_[15]); }
  bool empty() const { return bytes_ == IdBytes{}; }
  const IdBytes& bytes() const { return bytes_; }
  auto operator<=>(const Id&) const = default;

 private:
  IdBytes bytes_{};
};

struct UserTag {
  static constexpr std::string_view kPrefix = "usr_";
};
struct ProductTag {
  static constexpr std::string_view kPrefix = "prd_";
};
struct VariantTag {
  static constexpr std::string_view kPrefix = "var_";
};
struct OrderTag {
  static constexpr std::string_view kPrefix = "ord_";
};
struct PaymentTag {
  static constexpr std::string_view kPrefix = "pay_";
};
struct RefundTag {
  static constexpr std::string_view kPrefix = "ref_";
};
struct EventTag {
  static constexpr std::string_view kPrefix = "evt_";
};
using UserId = Id<UserTag>;
using ProductId = Id<ProductTag>;
using VariantId = Id<VariantTag>;
using OrderId = Id<OrderTag>;
using PaymentId = Id<PaymentTag>;
using RefundId = Id<RefundTag>;
using EventId = Id<EventTag>;

}  // namespace jangteo

template <class Tag>
struct std::hash<jangteo::Id<Tag>> {
  std::size_t operator()(const jangteo::Id<Tag>& id) const noexcept {
    std::uint64_t low;
    std::uint64_t high;
    std::memcpy(&high, id.bytes().data(), 8);
    std::memcpy(&low, id.bytes().data() + 8, 8);
    return static_cast<std::size_t>((low ^ (high * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL >> 7);
  }
};
