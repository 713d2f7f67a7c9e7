// SideBySide: runs tasks at the same time on the current loop; co_await gives their values in their order. Name it
// before the co_await (g++ 12).
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/loop.h"
#include "runtime/task.h"

namespace jangteo {

template <class T>
class SideBySide {
 public:
  explicit SideBySide(std::vector<Task<T>> tasks) : tasks_(std::move(tasks)), values_(tasks_.size()) {}
  bool await_ready() const noexcept { return tasks_.empty(); }
  void await_suspend(std::coroutine_handle<> coroutine) {
    running_ = tasks_.size() + 1;
    coroutine_ = coroutine;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      start(std::move(tasks_[i]), [this, i](T value) {
        values_[i].emplace(std::move(value));
        finished();
      });
    }
    finished();
  }
  std::vector<T> await_resume() {
    std::vector<T> out;
    out.reserve(values_.size());
    for (auto& value : values_) out.push_back(std::move(*value));
    return out;
  }

 private:
  void finished() {
    if (--running_ == 0) Loop::current()->post(coroutine_);
  }
  std::vector<Task<T>> tasks_;
  std::vector<std::optional<T>> values_;
  std::size_t running_ = 0;
  std::coroutine_handle<> coroutine_;
};

}  // namespace jangteo
