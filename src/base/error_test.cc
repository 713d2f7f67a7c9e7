#include "base/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/result.h"

namespace jangteo {
namespace {

TEST(Error, EveryCodeHasASlugOfItsOwn) {
  std::set<std::string_view> slugs;
  const int count = static_cast<int>(ErrorCode::internal) + 1;
  for (int i = 0; i < count; ++i) slugs.insert(slug(static_cast<ErrorCode>(i)));
  EXPECT_EQ(slugs.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(slug(ErrorCode::out_of_stock), "out_of_stock");
}

TEST(Error, OnlyPassingTroublesAreRetryable) {
  for (const auto code : {ErrorCode::unavailable, ErrorCode::rate_limited, ErrorCode::timeout}) {
    EXPECT_TRUE(is_retryable(code));
  }
  for (const auto code : {ErrorCode::out_of_stock, ErrorCode::payment_declined, ErrorCode::malformed}) {
    EXPECT_FALSE(is_retryable(code));
  }
}

TEST(Error, FailFieldNamesTheParameter) {
  const Result<int> result = fail_field("items[0].quantity", "must be positive");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  ASSERT_EQ(result.error().fields.size(), 1U);
  EXPECT_EQ(result.error().fields[0].param, "items[0].quantity");
}

Status passes_on(Status inner, bool* went_on) {
  JT_TRY(inner);
  *went_on = true;
  return {};
}

TEST(Error, TryLeavesWithTheErrorAndGoesOnWithout) {
  bool went_on = false;
  EXPECT_EQ(passes_on(fail(ErrorCode::conflict, "x"), &went_on).error().code, ErrorCode::conflict);
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(passes_on({}, &went_on));
  EXPECT_TRUE(went_on);
}

}  // namespace
}  // namespace jangteo
