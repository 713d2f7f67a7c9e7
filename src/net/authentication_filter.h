// Sets the principal from the request's credentials. Bad credentials are 401 on every route; missing ones on routes for
// users (Access::user). Paths without a route are not checked.
#pragma once

#include "net/filter.h"

namespace jangteo {

class AuthenticationFilter final : public Filter {
 public:
  explicit AuthenticationFilter(Authenticate authenticate) : authenticate_(std::move(authenticate)) {}
  std::string_view name() const override { return "authentication"; }
  std::optional<HttpResponse> before(HttpRequest& request, const Route* route) override;

 private:
  Authenticate authenticate_;
};

}  // namespace jangteo
