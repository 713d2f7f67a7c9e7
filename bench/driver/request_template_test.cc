#include "bench/driver/request_template.h"

#include <gtest/gtest.h>

#include <set>

namespace jangteo::bench {
namespace {

RequestTemplate parsed(std::string_view text, const std::vector<std::string>& headers = {}) {
  auto request = RequestTemplate::parse(text, "127.0.0.1:8080", headers);
  EXPECT_TRUE(request.has_value()) << request.error();
  return *request;
}

TEST(RequestTemplate, RendersAPlainGet) {
  const RequestValues values;
  RequestFiller filler(values, 0, 1);
  const auto request = parsed("GET /api/products", {"Accept: application/json"});
  EXPECT_EQ(filler.fill(request, 0),
            "GET /api/products HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: "
            "application/json\r\n\r\n");
  EXPECT_EQ(request.name(), "GET /api/products");
}

TEST(RequestTemplate, CountsTheBytesOfTheFilledBody) {
  const RequestValues values{.ids = {"prd_1", "prd_22"}};
  RequestFiller filler(values, 0, 1);
  const auto request = parsed(R"(POST /api/orders {"productId": "{id}"})");
  const std::string first(filler.fill(request, 0));
  const std::string second(filler.fill(request, 0));
  EXPECT_TRUE(
      first.ends_with("Content-Type: application/json\r\nContent-Length: "
                      "22\r\n\r\n{\"productId\": \"prd_1\"}"))
      << first;
  EXPECT_TRUE(second.ends_with("Content-Length: 23\r\n\r\n{\"productId\": \"prd_22\"}")) << second;
}

TEST(RequestTemplate, GivesEveryRequestOfEveryWorkerItsOwnKey) {
  const RequestValues values{.run_seed = 7};
  const auto request = parsed("POST /orders {}", {"Idempotency-Key: {key}"});
  std::set<std::string> seen;
  for (uint64_t worker = 0; worker < 3; ++worker) {
    RequestFiller filler(values, worker, 3);
    for (int i = 0; i < 100; ++i) seen.emplace(filler.fill(request, 0));
  }
  EXPECT_EQ(seen.size(), 300u);
}

TEST(RequestTemplate, ChoosesIdsRoundRobinHotOrRandom) {
  const auto request = parsed("GET /{id}");
  const auto ids_of = [&](IdChoice choice) {
    const RequestValues values{.ids = {"a", "b", "c"}, .id_choice = choice};
    RequestFiller filler(values, 0, 1);
    std::string ids;
    for (int i = 0; i < 60; ++i) ids += filler.fill(request, 0)[5];
    return ids;
  };
  EXPECT_EQ(ids_of(IdChoice::RoundRobin).substr(0, 7), "abcabca");
  EXPECT_EQ(ids_of(IdChoice::Hot), std::string(60, 'a'));
  const std::string random = ids_of(IdChoice::Random);
  for (const char id : {'a', 'b', 'c'}) EXPECT_NE(random.find(id), std::string::npos);
}

TEST(RequestTemplate, GivesAConnectionAlwaysTheSameToken) {
  const RequestValues values{.tokens = {"t0", "t1"}};
  RequestFiller filler(values, 0, 1);
  const auto request = parsed("GET /me", {"Authorization: Bearer {token}"});
  EXPECT_TRUE(request.uses("{token}"));
  EXPECT_FALSE(request.uses("{id}"));
  for (int i = 0; i < 3; ++i) EXPECT_NE(filler.fill(request, 5).find("Bearer t1\r\n"), std::string::npos);
}

TEST(RequestTemplate, RefusesWhatIsNoRequest) {
  EXPECT_FALSE(RequestTemplate::parse("GET", "h", {}).has_value());
  EXPECT_FALSE(RequestTemplate::parse("get /x", "h", {}).has_value());
  EXPECT_FALSE(RequestTemplate::parse("GET x", "h", {}).has_value());
  EXPECT_FALSE(RequestTemplate::parse("GET /x", "h", {"NoColon"}).has_value());
  EXPECT_FALSE(RequestTemplate::parse("GET /x", "h", {"A: b\r\nC: d"}).has_value());
}

}  // namespace
}  // namespace jangteo::bench
