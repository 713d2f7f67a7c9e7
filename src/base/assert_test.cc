#include "base/assert.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

TEST(AssertDeathTest, ABrokenInvariantEndsTheProcessAndSaysWhere) {
  EXPECT_DEATH(JT_ASSERT(1 + 1 == 3, "numbers add up"), "broken invariant: numbers add up .*assert_test.cc:");
}

TEST(Assert, AKeptInvariantIsSilent) { JT_ASSERT(1 + 1 == 2, "numbers add up"); }

}  // namespace
}  // namespace jangteo
