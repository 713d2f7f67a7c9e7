#include "runtime/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace jangteo {
namespace {

Task<int> doubled(int value) { co_return value * 2; }

Task<int> summed(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    const int one = co_await doubled(i);
    sum += one;
  }
  co_return sum;
}

Task<void> noted(std::string* into, std::string word) {
  *into += word;
  co_return;
}

Task<Result<int>> refused() { co_return fail(ErrorCode::conflict, "no"); }

Task<Result<std::string>> passed_on() {
  auto value = co_await refused();
  JT_CO_TRY(value);
  co_return "unreachable";
}

Task<void> held(std::shared_ptr<int> value) {
  *value += 1;
  co_return;
}

TEST(Task, RunsWhenItIsAwaitedAndNotBefore) {
  std::string words;
  {
    const auto never = noted(&words, "never");
  }
  EXPECT_EQ(words, "");
  start(noted(&words, "now"), [] {});
  EXPECT_EQ(words, "now");
}

TEST(Task, GivesItsValueToWhoAwaits) {
  int result = 0;
  start(summed(1000), [&](int sum) { result = sum; });
  EXPECT_EQ(result, 999'000);
}

TEST(Task, ResumesManyAwaitsInOneLoop) {
  int result = 0;
  start(summed(20'000), [&](int sum) { result = sum; });
  EXPECT_EQ(result, 399'980'000);
}

TEST(Task, FailuresTravelAsResults) {
  ErrorCode code = ErrorCode::internal;
  start(passed_on(), [&](Result<std::string> result) { code = result.error().code; });
  EXPECT_EQ(code, ErrorCode::conflict);
}

TEST(Task, FreesItsArgumentsAlsoWhenItNeverRan) {
  auto value = std::make_shared<int>(0);
  {
    auto moved_from = held(value);
    auto task = std::move(moved_from);
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
  start(held(value), [] {});
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_EQ(*value, 1);
}

}  // namespace
}  // namespace jangteo
