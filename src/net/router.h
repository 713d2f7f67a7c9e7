// Plain route tables (top of each *_routes.cc) and the router over them. Built once at start; looked up without
// allocation.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"
#include "runtime/task.h"

namespace jangteo {

enum class Access : std::uint8_t {
  everyone,  // credentials are read when sent (a bad token is 401 all the same)
  user,      // 401 without valid credentials
};

// Which limit counts a request; see RateLimiter.
enum class RateClass : std::uint8_t { none, read, write, login };

struct Route {
  HttpMethod method;
  std::string_view pattern;  // "/api/products/{id}"
  std::string_view name;     // operationId in api/openapi.yaml and the `route` label of metrics: "getProduct"
  Access access = Access::everyone;
  RateClass rate = RateClass::read;
  std::function<Task<HttpResponse>(HttpRequest*)> handle;  // the request outlives the task
  // Tried first when set; answers what it can without waiting (cache hits), else empty.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> fast;
  std::size_t body_bytes_max = 1 << 20;
};

class Router {
 public:
  void add(std::vector<Route> routes);  // asserts that no two routes are the same
  struct Match {
    const Route* route = nullptr;           // null: no such path, or
    std::vector<HttpMethod> other_methods;  // the path exists with these (405 with Allow)
  };
  Match match(HttpRequest& request) const;  // fills path_parameters
  // All routes, for the check against api/openapi.yaml.
  std::vector<const Route*> routes() const;

  Router();
  ~Router();

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace jangteo
