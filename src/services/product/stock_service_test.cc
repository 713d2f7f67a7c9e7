#include "services/product/stock_service.h"

#include <gtest/gtest.h>

#include "adapters/sqlite/sqlite_database.h"
#include "runtime/entropy.h"
#include "services/product/stock_module.h"
#include "services/product/stock_shard.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

using Kind = StockAdjustment::Kind;

class StockServiceTest : public testing::Test {
 protected:
  StockServiceTest() {
    for (int i = 0; i < 2; ++i) {
      SqliteSettings settings;
      settings.path = directory_.file("stock-" + std::to_string(i) + ".db");
      settings.name = "stock-" + std::to_string(i);
      auto opened = SqliteDatabase::open(settings, readers_);
      EXPECT_TRUE(opened.has_value());
      databases_.push_back(std::move(*opened));
      EXPECT_TRUE(StockModule::migrate(*databases_.back()));
    }
    service_ = std::make_unique<StockService>(std::vector<SqlDatabase*>{databases_[0].get(), databases_[1].get()},
                                              levels_, SystemClock::instance());
    for (std::size_t i = 0; i < 2; ++i) databases_[i]->set_commit_hook(&service_->shard(i));
  }
  ~StockServiceTest() override { databases_.clear(); }
  Status adjust(VariantId variant, Kind kind, std::int64_t quantity, bool only_first = false) {
    return service_->adjust_blocking({{kind, variant, only_first, quantity}});
  }

  TemporaryDirectory directory_;
  SqliteReadPool readers_{1, 16};
  StockLevels levels_;
  std::unique_ptr<StockService> service_;
  std::vector<std::unique_ptr<SqliteDatabase>> databases_;
};

TEST_F(StockServiceTest, ShowsAReceiptOnceItIsDurable) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  EXPECT_TRUE(adjust(variant, Kind::receipt, 7));
  EXPECT_EQ(levels_.available(variant), 7);
  StockLevels again;
  StockService reopened({databases_[0].get(), databases_[1].get()}, again, SystemClock::instance());
  EXPECT_TRUE(reopened.load());
  EXPECT_EQ(again.available(variant), 7);
}

TEST_F(StockServiceTest, GivesFirstPiecesOnlyToVariantsWithoutAnyMovement) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  EXPECT_TRUE(adjust(variant, Kind::receipt, 7, true));
  EXPECT_TRUE(adjust(variant, Kind::receipt, 9, true));
  EXPECT_EQ(levels_.available(variant), 7);
  EXPECT_TRUE(adjust(variant, Kind::correction, -7));
  EXPECT_TRUE(adjust(variant, Kind::receipt, 9, true));
  EXPECT_EQ(levels_.available(variant), 0);
  const auto twice = new_id<VariantId>(Timestamp{1});
  EXPECT_TRUE(service_->adjust_blocking({{Kind::receipt, twice, true, 3}, {Kind::receipt, twice, true, 4}}));
  EXPECT_EQ(levels_.available(twice), 3);
}

TEST_F(StockServiceTest, NeverGoesBelowZero) {
  const auto variant = new_id<VariantId>(Timestamp{1});
  EXPECT_TRUE(adjust(variant, Kind::receipt, 7));
  const auto refused = adjust(variant, Kind::correction, -8);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(levels_.available(variant), 7);
}

}  // namespace
}  // namespace jangteo
