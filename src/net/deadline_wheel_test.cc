#include "net/deadline_wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace jangteo {

namespace {

struct Entry final : DeadlineEntry {
  void on_deadline() override {
    ++calls;
    if (action) action();
  }
  int calls = 0;
  std::function<void()> action;
};

}  // namespace

TEST(DeadlineWheel, CallsAtTheLastDeadlineSet) {
  DeadlineWheel wheel(1000);
  Entry entry;
  wheel.set(entry, 1010);
  wheel.tick(1005);
  wheel.set(entry, 1020);  // later
  wheel.tick(1019);
  EXPECT_EQ(entry.calls, 0);
  wheel.set(entry, 1020);
  wheel.tick(1020);
  EXPECT_EQ(entry.calls, 1);
  wheel.tick(2000);
  EXPECT_EQ(entry.calls, 1);
  wheel.set(entry, 3000);
  wheel.set(entry, 2005);  // earlier
  wheel.tick(2005);
  EXPECT_EQ(entry.calls, 2);
  EXPECT_TRUE(wheel.empty());
}

TEST(DeadlineWheel, KeepsDeadlinesThatAreFarAway) {
  DeadlineWheel wheel(0);
  Entry entry;
  wheel.set(entry, 1000);
  for (std::int64_t now = 1; now < 1000; ++now) {
    wheel.tick(now);
    ASSERT_EQ(entry.calls, 0) << now;
  }
  wheel.tick(1000);
  EXPECT_EQ(entry.calls, 1);
}

TEST(DeadlineWheel, LetsEntriesGoWhileOthersAreCalled) {
  DeadlineWheel wheel(0);
  Entry first, third;
  auto second = std::make_unique<Entry>();
  wheel.set(third, 5);
  wheel.set(*second, 5);
  wheel.set(first, 5);
  first.action = [&] {
    second.reset();
    wheel.set(first, 6);
  };
  third.action = first.action;
  wheel.tick(5);
  EXPECT_EQ(first.calls + third.calls, 2);
  wheel.tick(6);
  EXPECT_EQ(first.calls, 2);
}

TEST(DeadlineWheel, AgreesWithAPlainListOfDeadlines) {
  std::mt19937_64 random(3);
  DeadlineWheel wheel(0);
  std::vector<std::unique_ptr<Entry>> entries;
  std::vector<std::int64_t> deadlines;
  for (int i = 0; i < 50; ++i) {
    entries.push_back(std::make_unique<Entry>());
    deadlines.push_back(INT64_MAX);
  }
  for (std::int64_t now = 1; now < 2000; now += 1 + static_cast<std::int64_t>(random() % 3)) {
    for (int change = 0; change < 5; ++change) {
      const std::size_t which = random() % entries.size();
      deadlines[which] = wheel.now_s() + 1 + static_cast<std::int64_t>(random() % 300);
      wheel.set(*entries[which], deadlines[which]);
    }
    wheel.tick(now);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ASSERT_EQ(entries[i]->calls, deadlines[i] <= now ? 1 : 0) << now;
      if (entries[i]->calls == 1) deadlines[i] = INT64_MAX;
      entries[i]->calls = 0;
    }
  }
}

}  // namespace jangteo
