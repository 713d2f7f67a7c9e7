#include "app/demo_command.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>

#include "net/filter.h"
#include "net/http_server.h"
#include "net/router.h"
#include "runtime/loop.h"

namespace jangteo {
namespace {

TEST(DemoCommand, ReadsTheAddressOfAShop) {
  const auto plain = parse_shop_url("http://127.0.0.1:8080");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8080);
  EXPECT_EQ(parse_shop_url("http://shop.example/")->port, 80);
  EXPECT_EQ(parse_shop_url("http://[::1]:9000/")->host, "::1");
  EXPECT_EQ(parse_shop_url("http://[::1]:9000/")->port, 9000);
  for (const char* url :
       {"", "shop.example:80", "https://shop.example", "http://", "http://:80", "http://a:0", "http://a:65536",
        "http://a:80x", "http://a:", "http://a/shop", "http://me@a", "http://[::1"}) {
    EXPECT_FALSE(parse_shop_url(url)) << url;
  }
}

int run(std::string arguments) {
  sigset_t before;  // the command blocks signals for its whole process, which is not only its own here
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  CLI::App app;
  int exit_code = -1;
  add_demo_command(app, exit_code);
  try {
    app.parse("demo " + arguments);
  } catch (const CLI::ParseError&) {
    exit_code = 2;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return exit_code;
}

TEST(DemoCommand, RefusesBadArguments) {
  EXPECT_EQ(run(""), 2);
  EXPECT_EQ(run("--url nonsense"), 2);
  EXPECT_EQ(run("--url http://127.0.0.1:1 --shoppers 0"), 2);
}

TEST(DemoCommand, SaysWhenNoShopAnswers) { EXPECT_EQ(run("--url http://127.0.0.1:1"), 1); }

Task<HttpResponse> answered(std::atomic<int>* count, int status, std::string body) {
  ++*count;
  co_return HttpResponse::json(status, std::move(body));
}

TEST(DemoCommand, ShoppersBuyOverHttpUntilTheTimeIsOver) {
  std::atomic<int> ready = 0;
  std::atomic<int> lists = 0;
  std::atomic<int> orders = 0;
  const std::string list =
      R"({"data":[{"id":"prd_1","category":"김치","stock":{"available":5}}],"hasMore":false,"nextCursor":null})";
  std::vector<Route> routes = {
      {HttpMethod::get, "/readyz", "ready"},
      {HttpMethod::get, "/api/products", "listProducts"},
      {HttpMethod::get, "/api/products/{id}", "getProduct"},
      {HttpMethod::post, "/api/orders", "placeOrder"},
  };
  routes[0].handle = [&](HttpRequest*) { return answered(&ready, 200, "{}"); };
  routes[1].handle = [&](HttpRequest*) { return answered(&lists, 200, list); };
  routes[2].handle = [&](HttpRequest*) { return answered(&lists, 200, "{}"); };
  routes[3].handle = [&](HttpRequest*) { return answered(&orders, 201, "{}"); };
  Router router;
  router.add(std::move(routes));
  const FilterChain filters;
  LoopThreads loops("server", 1);
  HttpServer server({}, router, filters);
  ASSERT_TRUE(server.start({&loops[0]}));
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(run("--url " + url + " --shoppers 4 --orders-per-second 200 --seconds 1"), 0);
  server.stop_and_wait(Millis{1000});
  EXPECT_EQ(ready, 1);
  EXPECT_GT(lists, 0);
  EXPECT_GT(orders, 0);
}

}  // namespace
}  // namespace jangteo
