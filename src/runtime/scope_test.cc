#include "runtime/scope.h"

#include <gtest/gtest.h>

#include <future>

namespace jangteo {
namespace {

Task<void> count_until_stopped(TaskScope* scope, int* count) {
  while (!scope->stopping()) {
    ++*count;
    co_await sleep_for(Millis{1});
  }
}

Task<void> count_one(int* count) {
  ++*count;
  co_return;
}

Task<void> open_and_close(TaskScope* scope, int* count, std::size_t* running_before, std::size_t* running_after) {
  for (int i = 0; i < 10; ++i) scope->spawn(count_until_stopped(scope, count));
  co_await sleep_for(Millis{5});
  *running_before = scope->running();
  co_await scope->close();
  *running_after = scope->running();
}

Task<void> close_empty(TaskScope* scope) {
  int count = 0;
  scope->spawn(count_one(&count));
  EXPECT_EQ(scope->running(), 0U);
  co_await scope->close();
  co_await scope->close();
}

TEST(Scope, CloseAwaitsTheEndOfEverythingSpawned) {
  LoopThreads threads("test", 1);
  TaskScope scope;
  int count = 0;
  std::size_t before = 0;
  std::size_t after = 99;
  std::promise<void> done;
  threads[0].post([&] { start(open_and_close(&scope, &count, &before, &after), [&] { done.set_value(); }); });
  done.get_future().wait();
  EXPECT_EQ(before, 10U);
  EXPECT_EQ(after, 0U);
  EXPECT_GE(count, 10);
}

TEST(Scope, CloseOfAnEmptyScopeReturnsAtOnce) {
  LoopThreads threads("test", 1);
  TaskScope scope;
  std::promise<void> done;
  threads[0].post([&] { start(close_empty(&scope), [&] { done.set_value(); }); });
  done.get_future().wait();
}

Task<void> never_ends() { co_await std::suspend_always{}; }

TEST(ScopeDeathTest, AScopeThatGoesWithItsWorkUnfinishedIsABug) {
  EXPECT_DEATH(
      {
        TaskScope scope;
        scope.spawn(never_ends());
      },
      "a task scope is closed before it goes");
}

}  // namespace
}  // namespace jangteo
