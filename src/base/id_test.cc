#include "base/id.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_set>

namespace jangteo {
namespace {

IdBytes random_bytes(std::mt19937& random) {
  IdBytes out;
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

TEST(Id, IsAUuidOfVersion7WithItsKindInFront) {
  std::mt19937 random(1);
  const auto id = OrderId::make(Timestamp{0x0192f3c07a1b}, random_bytes(random));
  const std::string text = id.str();
  EXPECT_EQ(text.substr(0, 18), "ord_0192f3c0-7a1b-");
  EXPECT_EQ(text[18], '7');
  EXPECT_NE(std::string("89ab").find(text[23]), std::string::npos);
}

TEST(Id, ReadsBack) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    const auto id = ProductId::make(Timestamp{static_cast<std::int64_t>(random())}, random_bytes(random));
    EXPECT_EQ(ProductId::parse(id.text()), id);
  }
}

TEST(Id, IsNotTakenForAnotherKind) {
  std::mt19937 random(3);
  const auto id = OrderId::make(Timestamp{1}, random_bytes(random));
  EXPECT_TRUE(OrderId::parse(id.text()));
  EXPECT_FALSE(UserId::parse(id.text()));
}

TEST(Id, RefusesEveryOtherSpelling) {
  std::mt19937 random(4);
  const std::string right = OrderId::make(Timestamp{0x0192f3c07a1b}, random_bytes(random)).str();
  EXPECT_FALSE(OrderId::parse(right + "0"));
  EXPECT_FALSE(OrderId::parse(right.substr(0, 39)));
  EXPECT_FALSE(OrderId::parse(""));
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (const char other : {'G', ' ', '\0', '-', 'F', '_', '\xff'}) {
      if (right[i] == other) continue;
      std::string wrong = right;
      wrong[i] = other;
      EXPECT_FALSE(OrderId::parse(wrong)) << wrong;
    }
  }
}

TEST(Id, OrdersByTimeOfCreation) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    const std::int64_t ms = static_cast<std::int64_t>(random()) << 8;
    const auto earlier = EventId::make(Timestamp{ms}, random_bytes(random));
    const auto later = EventId::make(Timestamp{ms + 1}, random_bytes(random));
    EXPECT_LT(earlier, later);
    EXPECT_LT(earlier.str(), later.str());
  }
}

TEST(Id, CarriesItsRouteThroughText) {
  std::mt19937 random(6);
  for (const std::uint16_t route : {0, 1, 255, 256, 4711, 65'535}) {
    const auto id = OrderId::make_routed(Timestamp{1}, random_bytes(random), route);
    EXPECT_EQ(OrderId::parse(id.text())->route(), route);
  }
}

TEST(Id, HashKeepsIdsOfOneMillisecondApart) {
  std::mt19937 random(7);
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 10'000; ++i)
    hashes.insert(std::hash<OrderId>{}(OrderId::make(Timestamp{1}, random_bytes(random))));
  EXPECT_EQ(hashes.size(), 10'000U);
}

TEST(Id, NothingIsEmptyButTheDefault) {
  std::mt19937 random(8);
  EXPECT_TRUE(UserId{}.empty());
  EXPECT_FALSE(UserId::make(Timestamp{0}, IdBytes{}).empty());
}

}  // namespace
}  // namespace jangteo
