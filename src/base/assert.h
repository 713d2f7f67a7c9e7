// JT_ASSERT(condition, message): a broken invariant ends the process, in every build, after printing what and where.
#pragma once

namespace jangteo {
[[noreturn]] void assertion_failed(const char* condition, const char* message, const char* file, int line) noexcept;
}

#define JT_ASSERT(condition, message)                  \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::jangteo::assertion_failed(#condition, message, __FILE__, __LINE__))
