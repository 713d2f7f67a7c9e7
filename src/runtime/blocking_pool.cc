#include "runtime/blocking_pool.h"

#include <pthread.h>

#include "base/assert.h"

namespace jangteo {

BlockingPool::BlockingPool(const std::string& name, std::size_t threads, std::size_t queue_count_max)
    : queue_count_max_(queue_count_max) {
  JT_ASSERT(threads > 0 && queue_count_max > 0, "a pool has threads and room");
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, thread_name = (name + "-" + std::to_string(i)).substr(0, 15)] {
      pthread_setname_np(pthread_self(), thread_name.c_str());
      work_on();
    });
  }
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool BlockingPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_count_max_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

std::size_t BlockingPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void BlockingPool::work_on() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds goes outside the lock
    lock.lock();
  }
}

}  // namespace jangteo
