#include "services/product/stock_levels.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "runtime/entropy.h"

namespace jangteo {
namespace {

TEST(StockLevels, AnUnknownVariantHasNothing) {
  const StockLevels levels;
  EXPECT_EQ(levels.available(new_id<VariantId>(Timestamp{1})), 0);
}

TEST(StockLevels, ACellStaysWhereItIsWhileOthersCome) {
  StockLevels levels;
  const auto variant = new_id<VariantId>(Timestamp{1});
  auto& cell = levels.cell(variant);
  cell = 5;
  for (int i = 0; i < 10'000; ++i) levels.cell(new_id<VariantId>(Timestamp{i}));
  EXPECT_EQ(&levels.cell(variant), &cell);
  cell = 7;
  EXPECT_EQ(levels.available(variant), 7);
}

TEST(StockLevels, ThreadsThatMeetAtANewVariantShareOneCell) {
  StockLevels levels;
  std::vector<VariantId> variants;
  for (int i = 0; i < 500; ++i) variants.push_back(new_id<VariantId>(Timestamp{i}));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (const auto& variant : variants) levels.cell(variant).fetch_add(1);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& variant : variants) EXPECT_EQ(levels.available(variant), 4);
}

}  // namespace
}  // namespace jangteo
