// A TaskScope on a loop of its own thread, as the program's background loop has it. For tests. The loop itself lives on
// (its thread does not): loops outlive the storage threads that may still be posting to them.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/loop.h"
#include "runtime/scope.h"

namespace jangteo {

class BackgroundScope {
 public:
  BackgroundScope() : loops_(kept_loops()) {}
  ~BackgroundScope() {
    close();
    loops_.stop();
  }

  // On the loop; returns when `work` has.
  void run(const std::function<void(TaskScope&)>& work) {
    std::promise<void> done;
    loops_[0].post([&] {
      work(scope_);
      done.set_value();
    });
    done.get_future().wait();
  }
  // Stops the scope, calls `wake` (who waits outside timers must see the stop) and returns when all tasks have ended.
  void close(std::function<void()> wake = {}) {
    auto closed = std::make_shared<std::promise<void>>();
    loops_[0].post([this, wake = std::move(wake), closed] {
      start(close_scope(&scope_, wake), [closed] { closed->set_value(); });
    });
    closed->get_future().wait();
  }
  Loop& loop() { return loops_[0]; }

 private:
  static Task<void> close_scope(TaskScope* scope, std::function<void()> wake) {
    scope->stop();
    if (wake) wake();
    co_await scope->close();
  }
  static LoopThreads& kept_loops() {
    static std::mutex mutex;
    static std::vector<std::unique_ptr<LoopThreads>> all;
    const std::lock_guard lock(mutex);
    return *all.emplace_back(std::make_unique<LoopThreads>("background", 1));
  }
  TaskScope scope_;
  LoopThreads& loops_;
};

}  // namespace jangteo
