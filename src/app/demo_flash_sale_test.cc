#include "app/demo_flash_sale.h"

#include <gtest/gtest.h>

#include "app/demo_shop_fixture.h"
#include "support/task_runner.h"

namespace jangteo {
namespace {

Task<Status> stocked(FakeShop* shop, std::int64_t pieces) {
  shop->available = static_cast<int>(pieces);
  co_return Status{};
}

Task<Status> not_stocked() { co_return fail(ErrorCode::unavailable, "no"); }

Task<void> stopped_after(TaskScope* scope, FakeShop* shop, std::size_t requests) {
  while (shop->requests.size() < requests) co_await sleep_for(Millis{1});
  scope->stop();
}

class FlashSaleTest : public testing::Test {
 protected:
  FlashSaleProgress sell(int buyers, int pieces) {
    EXPECT_TRUE(sale_.begin(ProductId{}, buyers, pieces));
    EXPECT_EQ(sale_.progress().state, FlashSaleState::running);
    EXPECT_FALSE(sale_.begin(ProductId{}, 1, 1)) << "one sale at a time";
    runner_.run(sale_.run(&scope_));
    return sale_.progress();
  }

  TaskRunner runner_;
  TaskScope scope_;
  FakeShop shop_;
  FlashSale sale_{shop_, SystemClock::instance(),
                  [this](ProductId, std::int64_t pieces) { return stocked(&shop_, pieces); }, 50};
};

TEST_F(FlashSaleTest, AsManyAreConfirmedAsThereArePieces) {
  EXPECT_EQ(sale_.progress().state, FlashSaleState::idle);
  const auto progress = sell(1000, 100);
  EXPECT_EQ(progress.state, FlashSaleState::done);
  EXPECT_EQ(progress.confirmed, 100);
  EXPECT_EQ(progress.refused, 900);
  EXPECT_EQ(progress.failed, 0);
  EXPECT_EQ(shop_.requests.size(), 1000U);
  EXPECT_EQ(shop_.running_max, 50) << "so many connections, no more";
  EXPECT_EQ(FakeShop::header(shop_.requests[0], "Prefer"), "wait=10");
}

TEST_F(FlashSaleTest, ASecondSaleSellsAgain) {
  sell(20, 5);
  const auto progress = sell(30, 10);
  EXPECT_EQ(progress.confirmed, 10);
  EXPECT_EQ(progress.refused, 20);
  EXPECT_EQ(progress.buyers, 30);
}

TEST_F(FlashSaleTest, ABuyerAsksAgainWithTheSameKeyAfterOverloadAndLostAnswers) {
  std::set<std::string> lost;
  shop_.before = [&](const DemoRequest& request, int number) -> std::optional<Result<DemoAnswer>> {
    const std::string key = FakeShop::header(request, "Idempotency-Key");
    if (number % 7 == 0) return FakeShop::problem(503, "unavailable");
    if (number % 11 == 0) return FakeShop::problem(409, "idempotency_in_progress");
    if (shop_.available > 0 && lost.insert(key).second && lost.size() % 3 == 0) {
      --shop_.available;  // ordered, but the answer is lost
      shop_.orders[key] = "confirmed";
      return fail(ErrorCode::unavailable, "connection lost");
    }
    return {};
  };
  const auto progress = sell(200, 40);
  EXPECT_EQ(progress.confirmed, 40);
  EXPECT_EQ(progress.refused, 160);
  EXPECT_EQ(progress.failed, 0);
  EXPECT_EQ(shop_.orders.size(), 40U);
}

TEST_F(FlashSaleTest, AnOrderStillPendingIsFollowedToItsEnd) {
  shop_.orders_stay_pending = true;
  const auto progress = sell(10, 4);
  EXPECT_EQ(progress.confirmed, 4);
  EXPECT_EQ(progress.refused, 6);
}

TEST_F(FlashSaleTest, ADeclinedCardIsARefusalAndAnyOtherAnswerAFailure) {
  shop_.before = [](const DemoRequest&, int number) -> std::optional<Result<DemoAnswer>> {
    if (number == 1) return FakeShop::problem(402, "payment_declined");
    if (number == 2) return FakeShop::problem(422, "invalid");
    return {};
  };
  const auto progress = sell(5, 5);
  EXPECT_EQ(progress.confirmed, 3);
  EXPECT_EQ(progress.refused, 1);
  EXPECT_EQ(progress.failed, 1);
}

TEST_F(FlashSaleTest, EndsEarlyWhenTheServerStops) {
  auto stop = runner_.start_on(0, stopped_after(&scope_, &shop_, 100));
  const auto progress = sell(100'000, 10);
  stop.get();
  EXPECT_EQ(progress.state, FlashSaleState::done);
  EXPECT_LT(progress.confirmed + progress.refused + progress.failed, 1000);
}

TEST_F(FlashSaleTest, NobodyBuysWhenThePiecesCouldNotBeSet) {
  FlashSale sale(shop_, SystemClock::instance(), [](ProductId, std::int64_t) { return not_stocked(); }, 50);
  ASSERT_TRUE(sale.begin(ProductId{}, 10, 5));
  runner_.run(sale.run(&scope_));
  EXPECT_EQ(sale.progress().state, FlashSaleState::done);
  EXPECT_EQ(sale.progress().confirmed, 0);
  EXPECT_TRUE(shop_.requests.empty());
}

}  // namespace
}  // namespace jangteo
