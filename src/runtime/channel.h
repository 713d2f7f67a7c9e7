// BoundedChannel<T>: a queue with a limit between threads and coroutines. Values are pushed from every thread and taken
// by coroutines on loops, in order; several may wait, the longest first. What was pushed before close() is still taken.
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "runtime/loop.h"

namespace jangteo {

template <class T>
class BoundedChannel {
 public:
  explicit BoundedChannel(std::size_t count_max) : count_max_(count_max) {
    JT_ASSERT(count_max > 0, "a channel has room");
  }
  ~BoundedChannel() { JT_ASSERT(waiting_.empty(), "nobody waits on a channel that goes"); }
  BoundedChannel(const BoundedChannel&) = delete;
  BoundedChannel& operator=(const BoundedChannel&) = delete;

  // Any thread. False when the channel is full or closed; `value` is untouched then.
  bool try_push(T&& value) {
    Pop* taker = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      if (waiting_.empty()) {
        if (values_.size() >= count_max_) return false;
        values_.push_back(std::move(value));
        return true;
      }
      taker = waiting_.front();
      waiting_.pop_front();
      taker->value.emplace(std::move(value));
    }
    taker->loop->post(taker->coroutine);
    return true;
  }
  bool try_push(const T& value) { return try_push(T(value)); }

  // Any thread. A value that is there now.
  std::optional<T> try_pop() {
    const std::lock_guard lock(mutex_);
    return take();
  }

  // co_await channel.pop() → std::optional<T>; empty when the channel is closed and drained. Resumes on the loop that
  // awaits.
  auto pop() { return Pop{this}; }

  // Any thread; idempotent. Wakes everybody who waits.
  void close() {
    std::deque<Pop*> woken;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      woken.swap(waiting_);
    }
    for (auto* taker : woken) taker->loop->post(taker->coroutine);
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }
  std::size_t count_max() const { return count_max_; }

 private:
  struct Pop {
    BoundedChannel* channel;
    std::optional<T> value{};
    Loop* loop = nullptr;
    std::coroutine_handle<> coroutine{};

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) {
      JT_ASSERT(Loop::current() != nullptr, "pop() belongs to a loop");
      const std::lock_guard lock(channel->mutex_);
      value = channel->take();
      if (value || channel->closed_) return false;
      loop = Loop::current();
      coroutine = awaiting;
      channel->waiting_.push_back(this);
      return true;
    }
    std::optional<T> await_resume() { return std::move(value); }
  };

  std::optional<T> take() {
    if (values_.empty()) return {};
    std::optional<T> out(std::move(values_.front()));
    values_.pop_front();
    return out;
  }

  const std::size_t count_max_;
  mutable std::mutex mutex_;
  std::deque<T> values_;
  std::deque<Pop*> waiting_;
  bool closed_ = false;
};

}  // namespace jangteo
