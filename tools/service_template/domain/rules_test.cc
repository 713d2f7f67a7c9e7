#include "services/@name@/domain/@name@_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace jangteo {

TEST(@Name@Rules, AcceptsATitleUpToTheLimit) {
  EXPECT_TRUE(check_@name@_title("장터"));
  EXPECT_TRUE(check_@name@_title(std::string(k@Name@TitleBytesMax, 'x')));
}

TEST(@Name@Rules, RefusesAnEmptyAndATooLongTitleAndNamesIt) {
  for (const auto& title : {std::string(), std::string(k@Name@TitleBytesMax + 1, 'x')}) {
    const auto status = check_@name@_title(title);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::invalid);
    ASSERT_EQ(status.error().fields.size(), 1u);
    EXPECT_EQ(status.error().fields[0].param, "title");
  }
}

}  // namespace jangteo
