// TaskScope: the only owner of background work. What is spawned in it is awaited by close(); nothing outlives it.
// Belongs to one loop: spawn() and close() run on its thread.
#pragma once

#include <coroutine>
#include <cstddef>

#include "runtime/loop.h"
#include "runtime/task.h"

namespace jangteo {

class TaskScope {
 public:
  TaskScope() = default;
  ~TaskScope() { JT_ASSERT(running_ == 0, "a task scope is closed before it goes"); }
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  void spawn(Task<void> task) {
    ++running_;
    start(std::move(task), [this] { finished(); });
  }

  // Loops of the scope's tasks test this between their steps.
  bool stopping() const { return stopping_; }
  void stop() { stopping_ = true; }
  std::size_t running() const { return running_; }

  // stop(), then awaits the end of everything spawned.
  auto close() {
    struct Awaiter {
      TaskScope* scope;
      bool await_ready() const noexcept { return scope->running_ == 0; }
      void await_suspend(std::coroutine_handle<> coroutine) const noexcept { scope->closer_ = coroutine; }
      void await_resume() const noexcept {}
    };
    stop();
    return Awaiter{this};
  }

 private:
  void finished() {
    --running_;
    if (running_ == 0 && closer_) {
      auto closer = std::exchange(closer_, {});
      Loop::current()->post(closer);
    }
  }

  std::size_t running_ = 0;
  bool stopping_ = false;
  std::coroutine_handle<> closer_;
};

}  // namespace jangteo
