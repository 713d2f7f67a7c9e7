#include "services/product/bounded_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace jangteo {
namespace {

using Cache = BoundedCache<std::shared_ptr<const int>>;

std::shared_ptr<const int> number(int value) { return std::make_shared<const int>(value); }

TEST(BoundedCache, GivesBackWhatWasPutLast) {
  Cache cache(10, 10'000);
  EXPECT_FALSE(cache.get("a"));
  cache.put("a", number(1), 10);
  cache.put("a", number(2), 10);
  EXPECT_EQ(*cache.get("a"), 2);
  EXPECT_EQ(cache.count(), 1U);
}

TEST(BoundedCache, HoldsNoMoreThanItsLimits) {
  Cache cache(3, 100'000);
  for (int i = 0; i < 50; ++i) cache.put("key" + std::to_string(i), number(i), 10);
  EXPECT_EQ(cache.count(), 3U);
  EXPECT_EQ(*cache.get("key49"), 49);
  Cache small(1000, 2000);
  for (int i = 0; i < 50; ++i) {
    small.put("key" + std::to_string(i), number(i), 300);
    EXPECT_LE(small.bytes(), 2000U);
  }
  EXPECT_EQ(small.count(), 3U);
  small.put("huge", number(1), 2000);
  EXPECT_FALSE(small.get("huge"));
}

TEST(BoundedCache, GivesASecondChanceToWhatWasRead) {
  Cache cache(3, 100'000);
  for (const char* key : {"a", "b", "c"}) cache.put(key, number(1), 10);
  EXPECT_TRUE(cache.get("a"));
  cache.put("d", number(1), 10);
  EXPECT_TRUE(cache.get("a"));
  EXPECT_FALSE(cache.get("b"));
}

TEST(BoundedCache, CountsBytesOfReplacedValuesOnce) {
  Cache cache(10, 100'000);
  cache.put("a", number(1), 1000);
  const auto before = cache.bytes();
  cache.put("a", number(1), 500);
  EXPECT_EQ(cache.bytes(), before - 500);
}

TEST(BoundedCache, IsReadWhileItIsWritten) {
  Cache cache(8, 100'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 3000; ++i) {
        const std::string key = std::to_string(i % 20);
        if (t == 0) cache.put(key, number(i % 20), 10);
        const auto found = cache.get(key);
        ASSERT_TRUE(found == nullptr || *found == i % 20);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(cache.count(), 8U);
}

}  // namespace
}  // namespace jangteo
