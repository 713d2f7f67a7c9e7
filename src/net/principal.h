// Who asks: set by the authentication filter from a bearer token, a session cookie or an API key.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace jangteo {

struct Principal {
  UserId user;                     // empty: nobody logged in (a guest)
  std::vector<std::string> roles;  // customer, support, catalog, ops, owner
  std::string session;             // refresh family, for "this session"

  bool authenticated() const { return !user.empty(); }
  // owner has every role.
  bool has_role(std::string_view role) const {
    return std::any_of(roles.begin(), roles.end(),
                       [&](const std::string& own) { return own == role || own == "owner"; });
  }
};

}  // namespace jangteo
