#include "runtime/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "runtime/task.h"

namespace jangteo {
namespace {

struct Seen {
  Result<std::string> result = fail(ErrorCode::internal, "");
  bool worked_elsewhere = false;
  bool came_back = false;
};

Task<Seen> ask(BlockingPool* pool) {
  Seen seen;
  Loop* own = Loop::current();
  auto work = [] { return std::string(Loop::current() == nullptr ? "elsewhere" : "here"); };
  auto result = co_await pool->run(work);
  seen.worked_elsewhere = result && *result == "elsewhere";
  seen.came_back = Loop::current() == own;
  seen.result = std::move(result);
  co_return seen;
}

Seen ask_on(Loop& loop, BlockingPool* pool) {
  std::promise<Seen> seen;
  loop.post([&] { start(ask(pool), [&](Seen value) { seen.set_value(std::move(value)); }); });
  return seen.get_future().get();
}

// Keeps a pool's only thread busy until it is released.
struct Blocker {
  std::promise<void> begun;
  std::promise<void> release;
  void occupy(BlockingPool& pool) {
    ASSERT_TRUE(pool.submit([this] {
      begun.set_value();
      release.get_future().wait();
    }));
    begun.get_future().wait();
  }
};

TEST(BlockingPool, WorksElsewhereAndComesBackToTheLoop) {
  LoopThreads threads("test", 1);
  BlockingPool pool("pool", 2, 10);
  const auto seen = ask_on(threads[0], &pool);
  EXPECT_TRUE(seen.worked_elsewhere);
  EXPECT_TRUE(seen.came_back);
}

TEST(BlockingPool, RefusesAtOnceWhenItsQueueIsFull) {
  LoopThreads threads("test", 1);
  BlockingPool pool("pool", 1, 1);
  Blocker blocker;
  blocker.occupy(pool);
  ASSERT_TRUE(pool.submit([] {}));
  EXPECT_EQ(pool.queued(), 1U);
  EXPECT_FALSE(pool.submit([] {}));
  const auto seen = ask_on(threads[0], &pool);
  ASSERT_FALSE(seen.result);
  EXPECT_EQ(seen.result.error().code, ErrorCode::unavailable);
  EXPECT_GT(seen.result.error().retry_after_s, 0);
  EXPECT_TRUE(seen.came_back);
  blocker.release.set_value();
}

TEST(BlockingPool, FinishesWhatIsQueuedBeforeItGoes) {
  std::atomic<int> done = 0;
  {
    BlockingPool pool("pool", 3, 1000);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 1000);
}

}  // namespace
}  // namespace jangteo
