#include "net/authentication_filter.h"

#include "net/problem.h"

namespace jangteo {

std::optional<HttpResponse> AuthenticationFilter::before(HttpRequest& request, const Route* route) {
  if (route == nullptr) return {};
  auto principal = authenticate_(request);
  if (!principal) return problem(principal.error(), request);
  request.principal = std::move(*principal);
  if (route->access == Access::user && !request.principal.authenticated()) {
    return problem({ErrorCode::unauthorized, "log in and send the access token", {}, 0, {}}, request);
  }
  return {};
}

}  // namespace jangteo
