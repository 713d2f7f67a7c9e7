#include "app/demo_service.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json/object.hpp>
#include <thread>

#include "app/demo_shop_fixture.h"
#include "runtime/entropy.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

// The services behind the doors.
struct Rooms {
  std::vector<std::pair<DemoProduct, std::int64_t>> products;
  std::vector<std::string> images;
  std::vector<DemoAccount> accounts;
  int decline_percent = 0;
  FakeShop* shop = nullptr;
  ProductId flash_sale;

  Task<Result<ProductId>> put_product(DemoProduct product, std::string image, std::int64_t pieces) {
    products.emplace_back(product, pieces);
    images.push_back(std::move(image));
    const auto id = new_id<ProductId>(SystemClock::instance().now());
    if (products.size() == 1) flash_sale = id;
    co_return id;
  }
  Task<Status> set_available(ProductId product, std::int64_t pieces) {
    if (product != flash_sale) co_return fail(ErrorCode::not_found, "another product");
    shop->available = static_cast<int>(pieces);
    co_return Status{};
  }
  Task<Status> put_account(DemoAccount account) {
    accounts.push_back(std::move(account));
    co_return Status{};
  }
};

Task<void> started(DemoService* service, TaskScope* scope, std::unique_ptr<DemoClient> client) {
  service->start(*scope, std::move(client));
  co_return;
}

Task<void> closed(TaskScope* scope) { co_await scope->close(); }

class DemoServiceTest : public testing::Test {
 protected:
  ~DemoServiceTest() override {
    if (service_) runner_.run(closed(&scope_));
  }

  void make() {
    DemoSettings settings;
    settings.data_directory = directory_.path();
    settings.shoppers.shoppers = 3;
    DemoDoors doors;
    doors.put_product = [this](DemoProduct product, std::string image, std::int64_t pieces) {
      return rooms_.put_product(product, std::move(image), pieces);
    };
    doors.set_available = [this](ProductId product, std::int64_t pieces) {
      return rooms_.set_available(product, pieces);
    };
    doors.put_account = [this](DemoAccount account) { return rooms_.put_account(std::move(account)); };
    doors.set_decline_percent = [this](int percent) { rooms_.decline_percent = percent; };
    service_ = std::make_unique<DemoService>(settings, std::move(doors), SystemClock::instance());
    ASSERT_TRUE(runner_.run(service_->fill()));
  }
  void start_up() {
    make();
    auto shop = std::make_unique<FakeShop>();
    rooms_.shop = shop.get();
    runner_.run(started(service_.get(), &scope_, std::move(shop)));
  }

  HttpResponse ask(HttpMethod method, std::string_view path, std::string body = "") {
    for (auto& route : service_->routes()) {
      if (route.method != method || route.pattern != path) continue;
      HttpRequest request;
      request.method = method;
      request.body = std::move(body);
      return runner_.run(route.handle(&request));
    }
    ADD_FAILURE() << "no such route";
    return {};
  }
  boost::json::value demo() { return parse_json(ask(HttpMethod::get, "/api/demo").body).value(); }

  TemporaryDirectory directory_;
  Rooms rooms_;
  TaskRunner runner_;
  TaskScope scope_;
  std::unique_ptr<DemoService> service_;
};

TEST_F(DemoServiceTest, FillsTheShopWithPlentyOfEverythingButTheFlashSale) {
  make();
  ASSERT_EQ(rooms_.products.size(), demo_products().size());
  EXPECT_EQ(rooms_.products[0].second, 100);
  for (std::size_t i = 1; i < rooms_.products.size(); ++i) EXPECT_GE(rooms_.products[i].second, 100'000);
  EXPECT_EQ(rooms_.images[7], "/demo/images/7.svg");
}

TEST_F(DemoServiceTest, AccountsShareAPasswordThatThisServerMadeAndKeeps) {
  make();
  ASSERT_FALSE(rooms_.accounts.empty());
  EXPECT_EQ(rooms_.accounts[0].role, "owner");
  const std::string password = rooms_.accounts[0].password;
  EXPECT_GE(password.size(), 16U);
  for (const auto& account : rooms_.accounts) {
    EXPECT_TRUE(account.email.ends_with("@demo.example"));
    EXPECT_EQ(account.password, password);
  }
  struct stat status{};
  ASSERT_EQ(stat(directory_.file("demo-password").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(ask(HttpMethod::get, "/api/demo").body.find(password), std::string::npos) << "not told over HTTP";

  rooms_.accounts.clear();
  make();
  EXPECT_EQ(rooms_.accounts[0].password, password) << "after a restart";
}

TEST_F(DemoServiceTest, DescribesItself) {
  start_up();
  const auto value = demo();
  EXPECT_EQ(value.at("declinePercent").as_int64(), 0);
  EXPECT_EQ(value.at("shoppers").as_int64(), 3);
  EXPECT_EQ(value.at("accounts").at(0).at("email").as_string(), "owner@demo.example");
  EXPECT_EQ(value.at("accounts").at(0).at("role").as_string(), "owner");
  EXPECT_EQ(value.at("flashSale").at("state").as_string(), "idle");
  EXPECT_EQ(value.at("flashSale").at("productId").as_string(), std::string_view(rooms_.flash_sale.text()));
}

TEST_F(DemoServiceTest, RunsAFlashSaleAndTellsHowItEnded) {
  start_up();
  const auto accepted = ask(HttpMethod::post, "/api/demo/flash-sale", R"({"buyers":2000,"pieces":100})");
  EXPECT_EQ(accepted.status, 202);
  const auto again = ask(HttpMethod::post, "/api/demo/flash-sale", R"({"buyers":1,"pieces":1})");
  EXPECT_EQ(again.status, 409);
  for (int i = 0; i < 2000 && demo().at("flashSale").at("state").as_string() != "done"; ++i) {
    std::this_thread::sleep_for(Millis{5});
  }
  const auto sale = demo().at("flashSale");
  EXPECT_EQ(sale.at("state").as_string(), "done");
  EXPECT_EQ(sale.at("buyers").as_int64(), 2000);
  EXPECT_EQ(sale.at("pieces").as_int64(), 100);
  EXPECT_EQ(sale.at("confirmed").as_int64(), 100);
  EXPECT_EQ(sale.at("refused").as_int64(), 1900);
  EXPECT_EQ(sale.at("failed").as_int64(), 0);
  EXPECT_GT(sale.at("elapsedMs").as_int64(), 0);
}

TEST_F(DemoServiceTest, RefusesSalesThatMakeNoSense) {
  start_up();
  for (const char* body : {"", "{}", R"({"buyers":0,"pieces":1})", R"({"buyers":1,"pieces":-1})",
                           R"({"buyers":100001,"pieces":1})", R"({"buyers":"10","pieces":1})"}) {
    const int status = ask(HttpMethod::post, "/api/demo/flash-sale", body).status;
    EXPECT_TRUE(status == 422 || status == 400) << body << " gives " << status;
  }
  EXPECT_EQ(demo().at("flashSale").at("state").as_string(), "idle");
}

TEST_F(DemoServiceTest, SetsHowManyCardsAreDeclined) {
  start_up();
  const auto response = ask(HttpMethod::put, "/api/demo/decline-rate", R"({"percent":30})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"declinePercent":30})");
  EXPECT_EQ(rooms_.decline_percent, 30);
  EXPECT_EQ(demo().at("declinePercent").as_int64(), 30);
  EXPECT_EQ(ask(HttpMethod::put, "/api/demo/decline-rate", R"({"percent":101})").status, 422);
  EXPECT_EQ(rooms_.decline_percent, 30);
}

TEST_F(DemoServiceTest, SaysThatItIsStartingBeforeTheServerListens) {
  make();
  EXPECT_EQ(ask(HttpMethod::post, "/api/demo/flash-sale", R"({"buyers":1,"pieces":1})").status, 503);
  EXPECT_EQ(demo().at("flashSale").at("state").as_string(), "idle");
}

}  // namespace
}  // namespace jangteo
