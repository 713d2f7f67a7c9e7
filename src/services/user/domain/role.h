// What an account may do. owner may do everything (net/principal.h); the others are what their service's routes say.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jangteo {

enum class Role : std::uint8_t { customer, support, catalog, ops, owner };

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

}  // namespace jangteo
