// BlockingPool: a bounded pool of threads for work that blocks or burns CPU for milliseconds (Argon2id, file reads). A
// coroutine awaits run() and comes back to its loop. Full queue: `unavailable` at once.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "runtime/loop.h"

namespace jangteo {

class BlockingPool {
 public:
  BlockingPool(const std::string& name, std::size_t threads, std::size_t queue_count_max);
  ~BlockingPool();  // finishes what is queued, joins

  // Any thread; false when the queue is full or the pool stops.
  bool submit(std::function<void()> work);
  std::size_t queued() const;

  // co_await pool.run(std::move(work)) → Result<R>, R = what `work()` returns (not void). Name `work` first (g++ 12).
  template <class Work>
  auto run(Work work) {
    using R = std::invoke_result_t<Work>;
    struct Awaiter {
      BlockingPool* pool;
      Work work;
      std::optional<R> value;
      bool refused = false;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> coroutine) {
        Loop* loop = Loop::current();
        const bool taken = pool->submit([this, coroutine, loop] {
          value.emplace(work());
          loop->post(coroutine);
        });
        refused = !taken;
        return taken;
      }
      Result<R> await_resume() {
        if (refused) {
          return std::unexpected<Error>(Error{ErrorCode::unavailable, "too much work is waiting", {}, 1, {}});
        }
        return std::move(*value);
      }
    };
    return Awaiter{this, std::move(work), {}};
  }

 private:
  void work_on();
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t queue_count_max_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jangteo
