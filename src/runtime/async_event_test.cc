#include "runtime/async_event.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "support/task_runner.h"

namespace jangteo {
namespace {

constexpr int kRounds = 5000;

Task<int> count_wakes(AsyncEvent* event, int wakes) {
  for (int i = 0; i < wakes; ++i) co_await event->wait();
  co_return wakes;
}

TEST(AsyncEvent, ASetBeforeTheWaitIsRememberedOnce) {
  TaskRunner runner;
  AsyncEvent event;
  event.set();
  event.set();
  EXPECT_EQ(runner.run(count_wakes(&event, 1)), 1);
  auto second = runner.start_on(0, count_wakes(&event, 1));
  EXPECT_EQ(second.wait_for(Millis{30}), std::future_status::timeout) << "two sets before a wait are one wake";
  event.set();
  EXPECT_EQ(second.get(), 1);
}

TEST(AsyncEvent, AWaiterIsWokenFromAnotherThreadOnItsOwnLoop) {
  TaskRunner runner(2);
  AsyncEvent event;
  const auto where = [](AsyncEvent* waited) -> Task<Loop*> {
    co_await waited->wait();
    co_return Loop::current();
  };
  auto woken = runner.start_on(1, where(&event));
  event.set();
  EXPECT_EQ(woken.get(), &runner.loop(1));
}

TEST(AsyncEvent, NoWakeIsLostBetweenTwoThreads) {
  TaskRunner runner(2);
  AsyncEvent ping;
  AsyncEvent pong;
  const auto player = [](AsyncEvent* mine, AsyncEvent* other) -> Task<int> {
    for (int i = 0; i < kRounds; ++i) {
      co_await mine->wait();
      other->set();
    }
    co_return kRounds;
  };
  auto first = runner.start_on(0, player(&ping, &pong));
  auto second = runner.start_on(1, player(&pong, &ping));
  ping.set();
  EXPECT_EQ(first.get(), kRounds);
  EXPECT_EQ(second.get(), kRounds);
}

TEST(AsyncEvent, WhatWasDoneBeforeASetIsSeenAfterTheWait) {
  TaskRunner runner;
  AsyncEvent event;
  std::atomic<int> produced{0};
  const auto consumer = [](AsyncEvent* waited, std::atomic<int>* count) -> Task<bool> {
    while (count->load(std::memory_order_relaxed) < 10'000) co_await waited->wait();
    co_return true;
  };
  auto consumed = runner.start_on(0, consumer(&event, &produced));
  std::thread producer([&] {
    for (int i = 0; i < 10'000; ++i) {
      produced.fetch_add(1, std::memory_order_relaxed);
      event.set();
    }
  });
  producer.join();
  EXPECT_TRUE(consumed.get());
}

}  // namespace
}  // namespace jangteo
