// The filter chain around the router, a visible list made in app/composition: request id → access log and metrics →
// rate limit → authentication → route. A filter may answer at once (before) and may change the answer (after).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http_message.h"
#include "net/router.h"

namespace jangteo {

class Filter {
 public:
  virtual ~Filter() = default;
  virtual std::string_view name() const = 0;
  // Before the handler; `route` is null when none matched. An answer ends the way down; after() of this and outer
  // filters still runs.
  virtual std::optional<HttpResponse> before(HttpRequest&, const Route*) { return {}; }
  virtual void after(const HttpRequest&, const Route*, HttpResponse&) {}
};

// Checks a bearer token (or other credentials of the request); empty principal when there are none, `unauthorized` when
// they are bad.
using Authenticate = std::function<Result<Principal>(const HttpRequest&)>;

}  // namespace jangteo
