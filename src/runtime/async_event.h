// AsyncEvent: wakes one coroutine. set() from any thread, also before the wait (remembered once); wait() on a loop, one
// waiter at a time.
#pragma once

#include <coroutine>
#include <mutex>
#include <utility>

#include "base/assert.h"
#include "runtime/loop.h"

namespace jangteo {

class AsyncEvent {
 public:
  void set() {
    std::coroutine_handle<> waiter;
    Loop* loop = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!waiter_) {
        is_set_ = true;
        return;
      }
      waiter = std::exchange(waiter_, {});
      loop = loop_;
    }
    loop->post(waiter);
  }

  auto wait() {
    struct Awaiter {
      AsyncEvent* event;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> coroutine) const {
        const std::lock_guard lock(event->mutex_);
        JT_ASSERT(!event->waiter_, "an event has one waiter");
        if (std::exchange(event->is_set_, false)) return false;
        event->waiter_ = coroutine;
        event->loop_ = Loop::current();
        return true;
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{this};
  }

 private:
  std::mutex mutex_;
  bool is_set_ = false;
  std::coroutine_handle<> waiter_;
  Loop* loop_ = nullptr;
};

}  // namespace jangteo
