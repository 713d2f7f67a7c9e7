// The version of this build; CHANGELOG.md says what each has.
#pragma once

#include <string_view>

namespace jangteo {
inline constexpr std::string_view kVersion = "0.1.0";
}
