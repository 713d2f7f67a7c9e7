// LogWaiter: a coroutine that waits for the log, as a link of an intrusive list (it lives in the coroutine's frame),
// and Wakeups, which resumes many of them with one post per loop.
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>
#include <vector>

#include "runtime/loop.h"

namespace jangteo {

struct LogWaiter {
  LogWaiter* next = nullptr;
  Loop* loop = nullptr;
  std::coroutine_handle<> coroutine;
};

// First in, first out. Guarded by whoever owns it.
class WaiterList {
 public:
  WaiterList() = default;
  WaiterList(WaiterList&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
  WaiterList& operator=(WaiterList&& other) noexcept {
    first_ = std::exchange(other.first_, nullptr);
    last_ = std::exchange(other.last_, nullptr);
    return *this;
  }

  bool empty() const { return first_ == nullptr; }
  LogWaiter* first() const { return first_; }
  void push(LogWaiter* waiter) {
    waiter->next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = waiter;
    last_ = waiter;
  }
  LogWaiter* pop() {
    LogWaiter* waiter = first_;
    if (waiter != nullptr) {
      first_ = waiter->next;
      if (first_ == nullptr) last_ = nullptr;
    }
    return waiter;
  }

 private:
  LogWaiter* first_ = nullptr;
  LogWaiter* last_ = nullptr;
};

class Wakeups {
 public:
  void add(LogWaiter* waiter);
  void add(WaiterList waiters);
  void post();  // resumes each on its loop, in the order added; empties this

 private:
  std::vector<std::pair<Loop*, WaiterList>> loops_;  // few
};

}  // namespace jangteo
