#include "services/product/stock_service.h"

#include <string>
#include <vector>

#include "services/product/stock_fixture.h"
#include "support/task_runner.h"

namespace jangteo {
namespace {

class StockServiceTest : public StockTest {
 protected:
  StockServiceTest() {
    open_databases();
    service_ = std::make_unique<StockService>(databases(), levels_, SystemClock::instance());
    for (std::size_t i = 0; i < kShards; ++i) databases_[i]->set_commit_hook(&service_->shard(i));
  }
  ~StockServiceTest() override { databases_.clear(); }  // before the shards: their threads call them
  Status adjust(std::vector<StockAdjustment> adjustments) {
    CallContext context;
    return runner_.run(service_->adjust(context, std::move(adjustments)));
  }

  StockLevels levels_;
  std::unique_ptr<StockService> service_;
};

TEST_F(StockServiceTest, AdjustmentsGoToTheShardsOfTheirVariants) {
  std::vector<StockAdjustment> receipts;
  for (int i = 0; i < 40; ++i) receipts.push_back(receipt(new_id<VariantId>(Timestamp{i}), i + 1));
  ASSERT_TRUE(adjust(receipts));
  std::size_t stored = 0;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    const auto found = stored_levels(*databases_[shard]);
    EXPECT_FALSE(found.empty());
    EXPECT_EQ(found, summed_levels(*databases_[shard]));
    for (const auto& [variant, counters] : found) EXPECT_EQ(service_->shard_of(variant), shard);
    stored += found.size();
  }
  EXPECT_EQ(stored, receipts.size());
  for (const auto& one : receipts) EXPECT_EQ(levels_.available(one.variant), one.quantity);
}

TEST_F(StockServiceTest, OneAdjustmentThatIsRefusedUndoesTheOthersOfItsShard) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  ASSERT_TRUE(adjust({receipt(variant, 5)}));
  const auto refused = adjust({receipt(variant, 100), correction(variant, -200)});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(levels_.available(variant), 5);
  EXPECT_TRUE(adjust({correction(variant, -5)})) << "the cache forgot the refused ones";
  EXPECT_EQ(levels_.available(variant), 0);
  EXPECT_EQ(stored_levels(*databases_[service_->shard_of(variant)])[variant], (Counters{0, 0}));
}

TEST_F(StockServiceTest, OpeningStockIsGivenOnce) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  StockAdjustment opening = receipt(variant, 10);
  opening.only_first = true;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(adjust({opening}));
  EXPECT_EQ(levels_.available(variant), 10);
  ASSERT_TRUE(adjust({correction(variant, -10)}));
  ASSERT_TRUE(adjust({opening}));
  EXPECT_EQ(levels_.available(variant), 0) << "sold out is not new";
  StockAdjustment twice = receipt(new_id<VariantId>(Timestamp{2}), 3);
  twice.only_first = true;
  ASSERT_TRUE(adjust({twice, twice}));
  EXPECT_EQ(levels_.available(twice.variant), 3);
}

TEST_F(StockServiceTest, ToolsAdjustWithoutALoop) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  ASSERT_TRUE(service_->adjust_blocking({receipt(variant, 3)}));
  EXPECT_FALSE(service_->adjust_blocking({correction(variant, -4)}));
  EXPECT_EQ(levels_.available(variant), 3);
}

TEST_F(StockServiceTest, LoadPublishesWhatIsOnDisk) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  ASSERT_TRUE(adjust({receipt(variant, 3)}));
  StockLevels levels;
  StockService another(databases(), levels, SystemClock::instance());
  ASSERT_TRUE(another.load());
  EXPECT_EQ(levels.available(variant), 3);
}

}  // namespace
}  // namespace jangteo
