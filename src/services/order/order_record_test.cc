#include "services/order/order_record.h"

#include <gtest/gtest.h>

#include "runtime/entropy.h"

namespace jangteo {
namespace {

QuotedItem item(VariantId variant, std::int64_t quantity, std::int64_t price) {
  QuotedItem quoted;
  quoted.product = new_id<ProductId>(Timestamp{1});
  quoted.variant = variant;
  quoted.sku = "sku-\"1\"";
  quoted.name = "김치 \\ kimchi";
  quoted.unit_price = Money{price, *Currency::parse("KRW")};
  quoted.quantity = quantity;
  return quoted;
}

TEST(OrderRecord, TimelineEntriesAreReadBackInOrder) {
  std::string timeline;
  append_timeline(timeline, TimelineEvent::order_pending, 0);
  append_timeline(timeline, TimelineEvent::payment_captured, 123'456'789);
  append_timeline(timeline, TimelineEvent::stock_restocked, -5);  // a clock that went back
  const auto entries = read_timeline(timeline);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].event, TimelineEvent::order_pending);
  EXPECT_EQ(entries[1].event, TimelineEvent::payment_captured);
  EXPECT_EQ(entries[1].offset_us, 123'456'789);
  EXPECT_EQ(entries[2].offset_us, 0);
}

TEST(OrderRecord, StockLinesOfAllShardsAreTheItemsWithEqualVariantsMerged) {
  const auto first = new_id<VariantId>(Timestamp{1});
  const auto second = new_id<VariantId>(Timestamp{2});
  const std::string items = items_json({item(first, 2, 100), item(second, 1, 50), item(first, 3, 100)});
  std::int64_t of_first = 0;
  std::int64_t of_second = 0;
  for (std::uint32_t shard = 0; shard < 4; ++shard) {
    for (const auto& line : stock_lines(items, shard, 4)) {
      EXPECT_EQ(stock_partition(line.variant, 4), shard);
      (line.variant == first ? of_first : of_second) += line.quantity;
    }
  }
  EXPECT_EQ(of_first, 5);
  EXPECT_EQ(of_second, 1);
}

}  // namespace
}  // namespace jangteo
