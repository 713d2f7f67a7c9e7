#include "base/hash.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace jangteo {
namespace {

TEST(Hash, Crc32cFollowsTheExamplesOfTheRfc) {  // RFC 3720 appendix B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  EXPECT_EQ(crc32c(rising), 0x46dd794eU);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
}

TEST(Hash, Crc32cContinuesOverAnySplit) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * 37);
  const std::string_view whole(bytes);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.substr(cut), crc32c(whole.substr(0, cut))), crc32c(whole));
  }
}

TEST(Hash, Crc32cSeesEverySingleFlippedBit) {
  std::string bytes = "order.confirmed ord_0192f3c0";
  const auto right = crc32c(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(crc32c(bytes), right);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  }
}

TEST(Hash, StableHashStaysWhatIsAlreadyOnDisks) {
  EXPECT_EQ(stable_hash(""), 0xefd01f60ba992926ULL);
  EXPECT_EQ(stable_hash("order"), stable_hash("order", 0));
  EXPECT_NE(stable_hash("order"), stable_hash("order", 1));
}

TEST(Hash, StableHashSpreadsNearlyEqualKeysOverShards) {
  std::array<int, 4> shards{};
  for (int i = 0; i < 40'000; ++i) ++shards[stable_hash("usr_" + std::to_string(i)) % 4];
  for (const int count : shards) EXPECT_NEAR(count, 10'000, 500);
}

}  // namespace
}  // namespace jangteo
