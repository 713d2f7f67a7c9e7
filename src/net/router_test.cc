#include "net/router.h"

#include <gtest/gtest.h>

namespace jangteo {

namespace {

Task<HttpResponse> nothing(HttpRequest*) { co_return HttpResponse{}; }

Route route(HttpMethod method, std::string_view pattern, std::string_view name) {
  Route out;
  out.method = method;
  out.pattern = pattern;
  out.name = name;
  out.handle = nothing;
  return out;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add({route(HttpMethod::get, "/", "page"), route(HttpMethod::get, "/api/products", "listProducts"),
                 route(HttpMethod::post, "/api/products", "createProduct"),
                 route(HttpMethod::get, "/api/products/{id}", "getProduct"),
                 route(HttpMethod::get, "/api/products/featured", "featured")});
    router_.add({route(HttpMethod::post, "/api/orders/{order}/items/{line}", "changeLine"),
                 route(HttpMethod::get, "/api/orders/new/items", "newItems"),
                 route(HttpMethod::delete_, "/api/products/{productId}", "deleteProduct")});
  }
  std::string name(HttpMethod method, std::string_view target) {
    request_.method = method;
    request_.set_target(target);
    match_ = router_.match(request_);
    return match_.route == nullptr ? "" : std::string(match_.route->name);
  }
  Router router_;
  HttpRequest request_;
  Router::Match match_;
};

}  // namespace

TEST_F(RouterTest, FindsFixedPaths) {
  EXPECT_EQ(name(HttpMethod::get, "/"), "page");
  EXPECT_EQ(name(HttpMethod::get, "/api/products?limit=3"), "listProducts");
  EXPECT_EQ(name(HttpMethod::post, "/api/products"), "createProduct");
  EXPECT_EQ(name(HttpMethod::get, "/api"), "");
  EXPECT_EQ(name(HttpMethod::get, "/api/product"), "");
}

TEST_F(RouterTest, GivesParametersDecodedUnderTheNamesOfTheirRoute) {
  EXPECT_EQ(name(HttpMethod::get, "/api/products/%EA%B9%80%2F1"), "getProduct");
  EXPECT_EQ(request_.path_parameter("id"), "김/1");
  EXPECT_EQ(name(HttpMethod::delete_, "/api/products/7"), "deleteProduct");
  EXPECT_EQ(request_.path_parameter("productId"), "7");
  EXPECT_EQ(name(HttpMethod::post, "/api/orders/a/items/b"), "changeLine");
  EXPECT_EQ(request_.path_parameter("order"), "a");
  EXPECT_EQ(request_.path_parameter("line"), "b");
}

TEST_F(RouterTest, PrefersFixedSegmentsAndComesBackWhenTheyLeadNowhere) {
  EXPECT_EQ(name(HttpMethod::get, "/api/products/featured"), "featured");
  EXPECT_EQ(name(HttpMethod::get, "/api/%70roducts/feature%64"), "featured");
  EXPECT_EQ(name(HttpMethod::get, "/api/orders/new/items"), "newItems");
  EXPECT_EQ(name(HttpMethod::post, "/api/orders/new/items/1"), "changeLine");
  EXPECT_EQ(request_.path_parameter("order"), "new");
}

TEST_F(RouterTest, TakesTrailingAndDoubledSlashesForOtherPaths) {
  for (const char* target : {"/api/products/", "//api/products", "/api//products", "/api/orders/a/items/", "//"}) {
    EXPECT_EQ(name(HttpMethod::get, target), "") << target;
    EXPECT_TRUE(match_.other_methods.empty()) << target;
  }
}

TEST_F(RouterTest, TellsTheMethodsThatAPathKnows) {
  EXPECT_EQ(name(HttpMethod::put, "/api/products"), "");
  EXPECT_EQ(match_.other_methods, (std::vector<HttpMethod>{HttpMethod::get, HttpMethod::post}));
  EXPECT_EQ(allowed_methods(match_.other_methods), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(name(HttpMethod::other, "/"), "");
  EXPECT_EQ(allowed_methods(match_.other_methods), "GET, HEAD, OPTIONS");
}

TEST_F(RouterTest, AnswersHeadWithTheGetRoute) {
  EXPECT_EQ(name(HttpMethod::head, "/api/products"), "listProducts");
  EXPECT_EQ(name(HttpMethod::head, "/api/orders/a/items/b"), "");
}

TEST_F(RouterTest, NumbersRoutesInTheirOrder) {
  const auto routes = router_.routes();
  ASSERT_EQ(routes.size(), 8u);
  for (std::uint32_t i = 0; i < routes.size(); ++i) EXPECT_EQ(routes[i]->number, i);
  EXPECT_EQ(routes[7]->name, "deleteProduct");
}

TEST_F(RouterTest, SurvivesPathsOfManySegments) {
  std::string target;
  for (int i = 0; i < 5000; ++i) target += "/api";
  EXPECT_EQ(name(HttpMethod::get, target), "");
}

using RouterDeathTest = RouterTest;
TEST_F(RouterDeathTest, EndsTheProcessWhenTwoRoutesAreTheSame) {
  EXPECT_DEATH(router_.add({route(HttpMethod::get, "/api/products/{other}", "again")}), "no two routes");
}

}  // namespace jangteo
