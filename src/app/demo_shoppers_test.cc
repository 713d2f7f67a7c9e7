#include "app/demo_shoppers.h"

#include <gtest/gtest.h>

#include "app/demo_shop_fixture.h"
#include "support/task_runner.h"

namespace jangteo {
namespace {

Task<void> shop_until_orders(DemoShoppers* shoppers, TaskScope* scope, FakeShop* shop, std::size_t orders) {
  shoppers->start(*scope);
  while (shop->orders.size() < orders) co_await sleep_for(Millis{1});
  co_await scope->close();
}

Task<void> shop_until_requests(DemoShoppers* shoppers, TaskScope* scope, FakeShop* shop, std::size_t requests) {
  shoppers->start(*scope);
  while (shop->requests.size() < requests) co_await sleep_for(Millis{1});
  co_await scope->close();
}

class DemoShoppersTest : public testing::Test {
 protected:
  DemoShoppersTest() {
    settings_.shoppers = 8;
    settings_.orders_per_second = 400;
    shop_.available = 1'000'000;
  }
  std::vector<DemoRequest> asked(std::string_view path) const {
    std::vector<DemoRequest> out;
    for (const auto& request : shop_.requests) {
      if (request.path == path) out.push_back(request);
    }
    return out;
  }

  TaskRunner runner_;
  TaskScope scope_;
  FakeShop shop_;
  DemoShoppersSettings settings_;
};

TEST_F(DemoShoppersTest, LookAroundAndBuyWhatIsThere) {
  DemoShoppers shoppers(shop_, settings_);
  runner_.run(shop_until_orders(&shoppers, &scope_, &shop_, 100));
  EXPECT_FALSE(asked("/api/products").empty());
  EXPECT_FALSE(asked("/api/products?cursor=abc").empty());
  EXPECT_FALSE(asked("/api/products/prd_1").empty());
  EXPECT_TRUE(asked("/api/products/prd_2").empty()) << "sold out";
  EXPECT_TRUE(asked("/api/products/prd_3").empty()) << "left to flash sales";
  std::set<std::string> languages;
  int short_forms = 0;
  for (const auto& order : asked("/api/orders")) {
    languages.insert(FakeShop::header(order, "Accept-Language"));
    EXPECT_FALSE(FakeShop::header(order, "Idempotency-Key").empty());
    ASSERT_TRUE(parse_json(order.body)) << order.body;
    short_forms += order.body == R"({"productId":"prd_1"})" ? 1 : 0;
  }
  EXPECT_EQ(languages, (std::set<std::string>{"en-US", "ko-KR"}));
  EXPECT_GT(short_forms, 0);
  const auto counts = shoppers.counts();
  EXPECT_GE(counts.orders, 100U);
  EXPECT_GT(counts.looks, counts.orders);
  EXPECT_EQ(counts.failed, 0U);
}

TEST_F(DemoShoppersTest, HalfOfThemAreLoggedInAndLogInAgainWhenTheirTokenRunsOut) {
  settings_.logins = {{"a@demo.example", "secret"}};
  int refused = 0;
  shop_.before = [&](const DemoRequest& request, int) -> std::optional<Result<DemoAnswer>> {
    if (request.path != "/api/orders" || FakeShop::header(request, "Authorization").empty() || refused >= 4) return {};
    ++refused;
    return FakeShop::problem(401, "unauthorized");
  };
  DemoShoppers shoppers(shop_, settings_);
  runner_.run(shop_until_orders(&shoppers, &scope_, &shop_, 200));
  EXPECT_EQ(asked("/api/auth/login").size(), 8U) << "four at first, each of them once more";
  int guests = 0;
  int logged_in = 0;
  for (const auto& order : asked("/api/orders"))
    ++(FakeShop::header(order, "Authorization").empty() ? guests : logged_in);
  EXPECT_GT(guests, 50);
  EXPECT_GT(logged_in, 50);
}

TEST_F(DemoShoppersTest, OnlyLookWhenNoOrdersAreWanted) {
  settings_.orders_per_second = 0;
  settings_.shoppers = 40;
  DemoShoppers shoppers(shop_, settings_);
  runner_.run(shop_until_requests(&shoppers, &scope_, &shop_, 40));
  EXPECT_TRUE(asked("/api/orders").empty());
}

TEST_F(DemoShoppersTest, AShopThatDoesNotAnswerIsAskedAgainAtTheSamePace) {
  shop_.before = [](const DemoRequest&, int) -> std::optional<Result<DemoAnswer>> {
    return fail(ErrorCode::unavailable, "connection refused");
  };
  DemoShoppers shoppers(shop_, settings_);
  runner_.run(shop_until_requests(&shoppers, &scope_, &shop_, 30));
  EXPECT_EQ(shoppers.counts().orders, 0U);
  EXPECT_GT(shoppers.counts().failed, 20U);
}

}  // namespace
}  // namespace jangteo
