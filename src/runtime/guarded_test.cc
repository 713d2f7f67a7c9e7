#include "runtime/guarded.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace jangteo {
namespace {

TEST(Guarded, HoldsItsLockWhileTheDataIsReachable) {
  Guarded<std::vector<int>> numbers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5000; ++k) numbers.lock()->push_back(k);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(numbers.lock()->size(), 20'000U);
}

TEST(Guarded, IsMadeWithItsDataAndReadableWhenConst) {
  const Guarded<std::vector<int>> numbers(std::vector<int>{1, 2});
  const auto locked = numbers.lock();
  EXPECT_EQ((*locked)[1], 2);
}

}  // namespace
}  // namespace jangteo
