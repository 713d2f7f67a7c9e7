#include "net/http_message.h"

#include <gtest/gtest.h>

namespace jangteo {

TEST(HttpRequest, SplitsTargetIntoPathAndQuery) {
  HttpRequest request;
  request.set_target("/api/products?limit=5&sort=-price");
  EXPECT_EQ(request.path, "/api/products");
  EXPECT_EQ(request.query, "limit=5&sort=-price");
  request.set_target("/");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query, "");
}

TEST(HttpRequest, ReadsTheAbsoluteFormOfATarget) {
  HttpRequest request;
  request.set_target("HTTP://shop.example:8080/api/products?limit=5");
  EXPECT_EQ(request.path, "/api/products");
  EXPECT_EQ(request.query, "limit=5");
  request.set_target("http://shop.example");
  EXPECT_EQ(request.path, "/");
  request.set_target("http://shop.example?a=b");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query, "a=b");
}

TEST(HttpRequest, FindsHeadersWhateverTheirCase) {
  HttpRequest request;
  request.add_header("Content-TYPE", "application/json");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.header("content-typ"), "");
}

TEST(HttpRequest, DecodesQueryParameters) {
  HttpRequest request;
  request.set_target("/?q=%EA%B9%80+%EC%B9%98&price%5Bgte%5D=5&flag&&q=second&bad=%zz");
  EXPECT_EQ(request.query_parameter("q"), "김 치");
  EXPECT_EQ(request.query_parameter("price[gte]"), "5");
  EXPECT_EQ(request.query_parameter("flag"), "");
  EXPECT_EQ(request.query_parameter("absent"), std::nullopt);
  const auto all = request.query_parameters();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[3], (std::pair<std::string, std::string>("q", "second")));
}

TEST(HttpRequest, KeepsNothingOfAnEarlierRequest) {
  HttpRequest request;
  request.method = HttpMethod::post;
  request.set_target("/a?b=c");
  request.add_header("Authorization", "Bearer a-token-longer-than-a-short-string");
  request.body = "{}";
  request.peer_address = "10.0.0.1";
  request.request_id = "r";
  request.principal.roles = {"owner"};
  request.principal.session = "s";
  request.call.timings.queries = 3;
  request.path_parameters.emplace_back("id", "1");
  request.clear();
  EXPECT_EQ(request.method, HttpMethod::get);
  EXPECT_TRUE(request.target.empty() && request.path.empty() && request.query.empty());
  EXPECT_TRUE(request.headers.empty() && request.body.empty() && request.path_parameters.empty());
  EXPECT_TRUE(request.peer_address.empty() && request.request_id.empty());
  EXPECT_TRUE(request.principal.roles.empty() && request.principal.session.empty());
  EXPECT_EQ(request.call.timings.queries, 0u);
  request.add_header("Host", "x");
  EXPECT_EQ(request.headers.size(), 1u);
  EXPECT_EQ(request.headers[0].name, "Host");
  EXPECT_EQ(request.headers[0].value, "x");
}

TEST(HttpRequest, TakesItsViewsAlongWhenItMoves) {
  HttpRequest first;
  first.set_target("/a?b");  // short enough to live inside the string object
  const HttpRequest second(std::move(first));
  EXPECT_EQ(second.path, "/a");
  EXPECT_EQ(second.path.data(), second.target.data());
  EXPECT_EQ(second.query, "b");
}

TEST(HttpRequest, GivesLargeBuffersBack) {
  HttpRequest request;
  request.body.assign(1 << 20, 'x');
  request.clear(4096);
  EXPECT_LT(request.body.capacity(), 4096u);
}

}  // namespace jangteo
