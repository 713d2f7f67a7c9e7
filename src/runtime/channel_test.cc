#include "runtime/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "runtime/task.h"

namespace jangteo {
namespace {

Task<std::vector<int>> take_all(BoundedChannel<int>* channel) {
  std::vector<int> taken;
  for (;;) {
    const auto value = co_await channel->pop();
    if (!value) break;
    taken.push_back(*value);
  }
  co_return taken;
}

std::future<std::vector<int>> take_all_on(Loop& loop, BoundedChannel<int>* channel) {
  auto promise = std::make_shared<std::promise<std::vector<int>>>();
  auto future = promise->get_future();
  loop.post([channel, promise] {
    start(take_all(channel), [promise](std::vector<int> taken) { promise->set_value(std::move(taken)); });
  });
  return future;
}

TEST(Channel, RefusesBeyondItsLimit) {
  BoundedChannel<int> channel(2);
  EXPECT_TRUE(channel.try_push(1));
  EXPECT_TRUE(channel.try_push(2));
  EXPECT_FALSE(channel.try_push(3));
  EXPECT_EQ(channel.size(), 2U);
  EXPECT_EQ(channel.try_pop(), 1);
  EXPECT_TRUE(channel.try_push(4));
  EXPECT_EQ(channel.try_pop(), 2);
  EXPECT_EQ(channel.try_pop(), 4);
  EXPECT_EQ(channel.try_pop(), std::nullopt);
}

TEST(Channel, ARefusedValueIsUntouched) {
  BoundedChannel<std::unique_ptr<int>> channel(1);
  auto first = std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  EXPECT_TRUE(channel.try_push(std::move(first)));
  EXPECT_FALSE(channel.try_push(std::move(second)));
  EXPECT_NE(second, nullptr);  // NOLINT: that is what is tested
}

TEST(Channel, GivesWhatWasPushedBeforeItsCloseAndNothingAfter) {
  LoopThreads threads("test", 1);
  BoundedChannel<int> channel(10);
  for (int i = 0; i < 5; ++i) channel.try_push(i);
  channel.close();
  channel.close();
  EXPECT_FALSE(channel.try_push(9));
  EXPECT_EQ(take_all_on(threads[0], &channel).get(), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Channel, CloseWakesEverybodyWhoWaits) {
  LoopThreads threads("test", 2);
  BoundedChannel<int> channel(10);
  auto first = take_all_on(threads[0], &channel);
  auto second = take_all_on(threads[1], &channel);
  channel.close();
  EXPECT_TRUE(first.get().empty());
  EXPECT_TRUE(second.get().empty());
}

TEST(Channel, KeepsTheOrderOfOneSender) {
  LoopThreads threads("test", 1);
  BoundedChannel<int> channel(16);
  auto taken = take_all_on(threads[0], &channel);
  for (int i = 0; i < 5000; ++i) {
    while (!channel.try_push(i)) std::this_thread::yield();
  }
  channel.close();
  const auto values = taken.get();
  ASSERT_EQ(values.size(), 5000U);
  EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
}

TEST(Channel, EachValueOfManySendersIsTakenOnce) {
  LoopThreads threads("test", 3);
  BoundedChannel<int> channel(8);
  std::vector<std::future<std::vector<int>>> takers;
  for (std::size_t i = 0; i < 3; ++i) takers.push_back(take_all_on(threads[i], &channel));
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 3; ++sender) {
    senders.emplace_back([&, sender] {
      for (int i = 0; i < 2000; ++i) {
        while (!channel.try_push(sender * 2000 + i)) std::this_thread::yield();
      }
    });
  }
  for (auto& sender : senders) sender.join();
  channel.close();
  std::vector<int> all;
  for (auto& taker : takers) {
    const auto part = taker.get();
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 6000U);
  for (int i = 0; i < 6000; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace jangteo
