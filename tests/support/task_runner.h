// TaskRunner: a loop on a thread of its own; run() starts a task there and waits for its value. For tests.
#pragma once

#include <future>
#include <type_traits>
#include <utility>

#include "runtime/loop.h"
#include "runtime/task.h"

namespace jangteo {

class TaskRunner {
 public:
  explicit TaskRunner(std::size_t loops = 1) : loops_("test", loops) {}

  template <class T>
  T run(Task<T> task, std::size_t loop = 0) {
    return start_on(loop, std::move(task)).get();
  }
  // Starts now, waits later: for tests of what runs at the same time.
  template <class T>
  std::future<T> start_on(std::size_t loop, Task<T> task) {
    auto promise = std::make_shared<std::promise<T>>();
    auto held = std::make_shared<Task<T>>(std::move(task));
    loops_[loop].post([promise, held] {
      if constexpr (std::is_void_v<T>) {
        start(std::move(*held), [promise] { promise->set_value(); });
      } else {
        start(std::move(*held), [promise](T value) { promise->set_value(std::move(value)); });
      }
    });
    return promise->get_future();
  }
  Loop& loop(std::size_t index = 0) { return loops_[index]; }

 private:
  LoopThreads loops_;
};

}  // namespace jangteo
