// Plain route tables (top of each *_routes.cc) and the router over them. Built once at start; looked up without
// allocation, from every thread. Segments of a path are compared and given to handlers percent-decoded; a fixed segment
// wins over a {parameter}; a parameter never matches an empty segment, so a trailing slash is another path.
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
  std::uint32_t number = 0;  // set by Router::add: dense from 0, so that filters keep a table by route
};

class Router {
 public:
  void add(std::vector<Route> routes);  // asserts that no two routes are the same
  struct Match {
    const Route* route = nullptr;           // null: no such path, or
    std::vector<HttpMethod> other_methods;  // the path exists with these (405 with Allow)
  };
  // Fills path_parameters. HEAD finds the GET route when the path has none of its own.
  Match match(HttpRequest& request) const;
  // All routes by number, for the check against api/openapi.yaml.
  std::vector<const Route*> routes() const;

  Router();
  ~Router();

 private:
  struct Node;
  const Node* find(const Node& node, std::string_view rest, std::size_t depth, std::string_view* values) const;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

// The value of an Allow header: "GET, HEAD, POST, OPTIONS".
std::string allowed_methods(const std::vector<HttpMethod>& methods);

}  // namespace jangteo
