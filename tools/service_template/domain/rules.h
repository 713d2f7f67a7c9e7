// What a @name@ may be. Pure: no I/O, no clock; `now` is an argument wherever it matters.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace jangteo {

inline constexpr std::size_t k@Name@TitleBytesMax = 200;

// `invalid` naming "title" when it is empty or too long.
Status check_@name@_title(std::string_view title);

}  // namespace jangteo
