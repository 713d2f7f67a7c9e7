#include "runtime/entropy.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace jangteo {
namespace {

TEST(Entropy, ASeedRepeatsTheSameValues) {
  reseed_for_test(7);
  const auto first = random_id_bytes();
  const auto second = random_u64();
  reseed_for_test(7);
  EXPECT_EQ(random_id_bytes(), first);
  EXPECT_EQ(random_u64(), second);
  reseed_for_test(8);
  EXPECT_NE(random_id_bytes(), first);
}

TEST(Entropy, AZeroKeyGivesTheKnownStreamOfChacha20) {  // RFC 8439 appendix A.1, test vector 1
  reseed_for_test(0);
  const IdBytes expected = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
                            0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
  EXPECT_EQ(random_id_bytes(), expected);
  for (int i = 0; i < 3; ++i) random_id_bytes();
  const IdBytes second_block = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a,
                                0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d};
  EXPECT_EQ(random_id_bytes(), second_block);  // test vector 2
}

TEST(Entropy, ThreadsDrawDifferentValues) {
  std::mutex mutex;
  std::set<IdBytes> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        const auto bytes = random_id_bytes();
        const std::lock_guard lock(mutex);
        seen.insert(bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 4000U);
}

TEST(Entropy, NewIdsCarryTheMomentTheyWereMade) {
  const auto id = new_id<OrderId>(Timestamp{0x0192f3c07a1b});
  EXPECT_TRUE(id.str().starts_with("ord_0192f3c0-7a1b-7"));
}

}  // namespace
}  // namespace jangteo
