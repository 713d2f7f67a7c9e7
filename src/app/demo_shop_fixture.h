// A shop for tests that stands in for a server: it knows products, takes orders by key, and can be made to fail.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "app/demo_client.h"
#include "base/json.h"
#include "runtime/loop.h"

namespace jangteo {

class FakeShop final : public DemoClient {
 public:
  // What happens to a request before the shop sees it; empty: it is answered in the ordinary way. `number` counts all.
  std::function<std::optional<Result<DemoAnswer>>(const DemoRequest& request, int number)> before;
  int available = 0;                 // pieces of the product of flash sales
  bool orders_stay_pending = false;  // until they are asked for
  std::vector<DemoRequest> requests;
  std::map<std::string, std::string> orders;  // status by key
  int running = 0;
  int running_max = 0;

  static DemoAnswer problem(int status, const std::string& code) { return {status, "{\"code\":\"" + code + "\"}", 0}; }

  Task<Result<DemoAnswer>> ask(DemoRequest request) override {
    requests.push_back(request);
    const int number = static_cast<int>(requests.size());
    running_max = std::max(running_max, ++running);
    co_await sleep_for(Millis{1});
    --running;
    if (before) {
      auto answer = before(request, number);
      if (answer) co_return std::move(*answer);
    }
    co_return answer_to(request);
  }

  static std::string header(const DemoRequest& request, std::string_view name) {
    for (const auto& header : request.headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }

 private:
  DemoAnswer answer_to(const DemoRequest& request) {
    if (request.path.starts_with("/api/orders/")) {
      const std::string key = request.path.substr(12);
      return orders.contains(key) ? DemoAnswer{200, R"({"status":")" + settle(key) + R"("})", 0}
                                  : problem(404, "not_found");
    }
    if (request.path == "/api/orders") return order(request);
    if (request.path == "/api/auth/login") return {200, R"({"accessToken":"token-1"})", 0};
    if (request.path.starts_with("/api/products/")) return {200, "{}", 0};
    if (request.path.starts_with("/api/products")) {
      return {200,
              R"({"data":[{"id":"prd_1","category":"김치","stock":{"available":5}},)"
              R"({"id":"prd_2","category":"신발","stock":{"available":0}},)"
              R"({"id":"prd_3","category":"반짝 할인","stock":{"available":5}}],"hasMore":true,"nextCursor":"abc"})",
              0};
    }
    return problem(404, "not_found");
  }

  DemoAnswer order(const DemoRequest& request) {
    const std::string key = header(request, "Idempotency-Key");
    if (!orders.contains(key)) {
      if (available == 0) return problem(409, "out_of_stock");
      --available;
      orders[key] = orders_stay_pending ? "pending" : "confirmed";
    }
    return {201, R"({"status":")" + orders[key] + R"(","links":{"self":"/api/orders/)" + key + R"("}})", 0};
  }

  std::string settle(const std::string& key) { return orders[key] = "confirmed"; }
};

}  // namespace jangteo
