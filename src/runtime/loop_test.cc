#include "runtime/loop.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "runtime/clock.h"
#include "runtime/task.h"

namespace jangteo {
namespace {

Task<std::vector<Loop*>> tour(Loop* first, Loop* second) {
  std::vector<Loop*> seen;
  co_await switch_to(*first);
  seen.push_back(Loop::current());
  co_await switch_to(*second);
  seen.push_back(Loop::current());
  co_await switch_to(*second);
  seen.push_back(Loop::current());
  co_await sleep_for(Millis{1});
  seen.push_back(Loop::current());
  co_return seen;
}

Task<void> slept(Millis length, int number, std::vector<int>* order) {
  co_await sleep_for(length);
  order->push_back(number);
}

TEST(Loop, RunsPostedWorkInOrderOnItsOwnThread) {
  LoopThreads threads("test", 1);
  std::vector<int> order;
  std::promise<void> done;
  for (int i = 0; i < 100; ++i) {
    threads[0].post([&, i] {
      EXPECT_EQ(Loop::current(), &threads[0]);
      order.push_back(i);
      if (i == 99) done.set_value();
    });
  }
  done.get_future().wait();
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(Loop::current(), nullptr);
}

TEST(Loop, ACoroutineTravelsBetweenLoops) {
  LoopThreads threads("test", 2);
  std::promise<std::vector<Loop*>> seen;
  start(tour(&threads[0], &threads[1]), [&](std::vector<Loop*> loops) { seen.set_value(std::move(loops)); });
  EXPECT_EQ(seen.get_future().get(), (std::vector<Loop*>{&threads[0], &threads[1], &threads[1], &threads[1]}));
}

TEST(Loop, SleepersWakeInTheOrderOfTheirTimes) {
  LoopThreads threads("test", 1);
  std::vector<int> order;
  std::latch done(3);
  threads[0].post([&] {
    start(slept(Millis{30}, 3, &order), [&] { done.count_down(); });
    start(slept(Millis{1}, 1, &order), [&] { done.count_down(); });
    start(slept(Millis{15}, 2, &order), [&] { done.count_down(); });
  });
  done.wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Loop, ASleeperNeverWakesEarly) {
  LoopThreads threads("test", 1);
  std::vector<int> order;
  std::promise<void> done;
  const auto began_us = SystemClock::instance().monotonic_us();
  threads[0].post([&] { start(slept(Millis{20}, 1, &order), [&] { done.set_value(); }); });
  done.get_future().wait();
  EXPECT_GE(SystemClock::instance().monotonic_us() - began_us, 20'000);
}

TEST(Loop, StopIsIdempotentAndNothingRunsAfterIt) {
  LoopThreads threads("test", 2);
  bool ran = false;
  threads.stop();
  threads.stop();
  threads[0].post([&] { ran = true; });
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace jangteo
