#include "services/user/domain/role.h"

#include <utility>

namespace jangteo {

namespace {
constexpr std::pair<Role, std::string_view> kRoles[] = {{Role::customer, "customer"},
                                                        {Role::support, "support"},
                                                        {Role::catalog, "catalog"},
                                                        {Role::ops, "ops"},
                                                        {Role::owner, "owner"}};
}  // namespace

std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)].second; }

std::optional<Role> parse_role(std::string_view text) {
  for (const auto& [role, name] : kRoles) {
    if (name == text) return role;
  }
  return {};
}

}  // namespace jangteo
