// Any target finds a route or none; a parameter is never empty and the same target always finds the same route.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "net/percent_encoding.h"
#include "net/router.h"

namespace {

jangteo::Task<jangteo::HttpResponse> nothing(jangteo::HttpRequest*) { co_return jangteo::HttpResponse{}; }

const jangteo::Router& router() {
  static const jangteo::Router* made = [] {
    auto* out = new jangteo::Router;
    for (const char* pattern : {"/", "/api/products", "/api/products/{id}", "/api/products/featured",
                                "/api/orders/{id}/cancel", "/api/{any}/x/{deep}", "/a/{b}/{c}/{d}/{e}"}) {
      jangteo::Route route{};
      route.pattern = route.name = pattern;
      route.handle = nothing;
      out->add({route});
    }
    return out;
  }();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  jangteo::HttpRequest request;
  request.set_target({reinterpret_cast<const char*>(data), size});
  const auto first = router().match(request);
  for (const auto& [name, value] : request.path_parameters) {
    JT_ASSERT(!value.empty() && jangteo::is_utf8(value), "a parameter is text");
    JT_ASSERT(jangteo::percent_decode(jangteo::percent_encode(value)) == value, "a parameter survives its encoding");
  }
  const auto parameters = request.path_parameters;
  for (const auto& [name, value] : request.query_parameters()) JT_ASSERT(jangteo::is_utf8(value), "a value is text");
  const auto second = router().match(request);
  JT_ASSERT(first.route == second.route && parameters == request.path_parameters, "a match does not change");
  return 0;
}
