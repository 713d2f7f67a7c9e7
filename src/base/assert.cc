#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace jangteo {

void assertion_failed(const char* condition, const char* message, const char* file, int line) noexcept {
  std::fprintf(stderr, "jangteo: broken invariant: %s (%s) at %s:%d\n", message, condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace jangteo
