#include "net/router.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "net/percent_encoding.h"

namespace jangteo {

namespace {
constexpr std::size_t kMethodCount = 8;
constexpr std::size_t kParameterCountMax = 8;
constexpr std::size_t kSegmentCountMax = 32;
}  // namespace

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> fixed;
  std::unique_ptr<Node> parameter;
  std::array<const Route*, kMethodCount> by_method{};
  // Names of the parameters on the way to a route of this node; each route may call them otherwise.
  std::array<std::vector<std::string_view>, kMethodCount> names;
  bool ends_here = false;

  const Node* child(std::string_view segment) const {
    for (const auto& [own, node] : fixed) {
      if (own == segment) return node.get();
    }
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(std::vector<Route> routes) {
  for (auto& given : routes) {
    auto& route = *routes_.emplace_back(std::make_unique<Route>(std::move(given)));
    route.number = static_cast<std::uint32_t>(routes_.size() - 1);
    JT_ASSERT(route.pattern.starts_with('/'), "a route's pattern starts with '/'");
    JT_ASSERT(route.handle || route.fast, "a route has a handler");
    JT_ASSERT(route.method != HttpMethod::other, "a route has a method");
    Node* node = root_.get();
    std::vector<std::string_view> names;
    for (std::string_view rest = route.pattern.substr(1); !rest.empty() || node == root_.get();) {
      const std::size_t end = std::min(rest.find('/'), rest.size());
      const std::string_view segment = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
        names.push_back(segment.substr(1, segment.size() - 2));
        if (!node->parameter) node->parameter = std::make_unique<Node>();
        node = node->parameter.get();
        continue;
      }
      JT_ASSERT(segment.find_first_of("{}") == std::string_view::npos, "a parameter is a whole segment");
      JT_ASSERT(!segment.empty() || route.pattern == "/", "a pattern has no empty segment");
      auto found =
          std::find_if(node->fixed.begin(), node->fixed.end(), [&](auto& own) { return own.first == segment; });
      if (found == node->fixed.end()) {
        found = node->fixed.emplace(node->fixed.end(), std::string(segment), std::make_unique<Node>());
      }
      node = found->second.get();
      if (route.pattern == "/") break;
    }
    JT_ASSERT(!route.pattern.ends_with('/') || route.pattern == "/", "a pattern has no trailing slash");
    JT_ASSERT(names.size() <= kParameterCountMax, "a route has few parameters");
    const auto method = static_cast<std::size_t>(route.method);
    JT_ASSERT(node->by_method[method] == nullptr, "no two routes share method and pattern");
    node->by_method[method] = &route;
    node->names[method] = std::move(names);
    node->ends_here = true;
  }
}

// `rest` starts behind the slash of the next segment.
const Router::Node* Router::find(const Node& node, std::string_view rest, std::size_t depth,
                                 std::string_view* values) const {
  const std::size_t slash = rest.find('/');
  const bool last = slash == std::string_view::npos;
  const std::string_view segment = rest.substr(0, slash);
  const Node* next = nullptr;
  if (segment.find('%') == std::string_view::npos) {
    next = node.child(segment);
  } else if (const auto decoded = percent_decode(segment)) {
    next = node.child(*decoded);
  }
  if (next != nullptr) {
    const Node* found = last ? next : find(*next, rest.substr(slash + 1), depth, values);
    if (found != nullptr && found->ends_here) return found;
  }
  if (node.parameter == nullptr || segment.empty()) return nullptr;
  values[depth] = segment;
  const Node* found = last ? node.parameter.get() : find(*node.parameter, rest.substr(slash + 1), depth + 1, values);
  return found != nullptr && found->ends_here ? found : nullptr;
}

Router::Match Router::match(HttpRequest& request) const {
  Match match;
  request.path_parameters.clear();
  const std::string_view path = request.path;
  if (!path.starts_with('/')) return match;
  if (static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) > kSegmentCountMax) return match;
  std::array<std::string_view, kParameterCountMax> values;
  const Node* node = find(*root_, path.substr(1), 0, values.data());
  if (node == nullptr) return match;
  auto method = static_cast<std::size_t>(request.method);
  if (request.method == HttpMethod::head && node->by_method[method] == nullptr) {
    method = static_cast<std::size_t>(HttpMethod::get);
  }
  if (node->by_method[method] == nullptr) {
    for (std::size_t other = 0; other < kMethodCount; ++other) {
      if (node->by_method[other] != nullptr) match.other_methods.push_back(static_cast<HttpMethod>(other));
    }
    return match;
  }
  const auto& names = node->names[method];
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto decoded = percent_decode(values[i]);
    if (!decoded) return match;  // the server refuses such targets before (400)
    request.path_parameters.emplace_back(names[i], std::move(*decoded));
  }
  match.route = node->by_method[method];
  return match;
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> out;
  out.reserve(routes_.size());
  for (const auto& route : routes_) out.push_back(route.get());
  return out;
}

std::string allowed_methods(const std::vector<HttpMethod>& methods) {
  const auto has = [&](HttpMethod method) {
    return std::find(methods.begin(), methods.end(), method) != methods.end();
  };
  std::string out;
  const auto append = [&](HttpMethod method) { out.append(out.empty() ? "" : ", ").append(to_string(method)); };
  for (const HttpMethod method : methods) {
    if (method == HttpMethod::options) continue;
    append(method);
    if (method == HttpMethod::get && !has(HttpMethod::head)) append(HttpMethod::head);
  }
  append(HttpMethod::options);
  return out;
}

}  // namespace jangteo
