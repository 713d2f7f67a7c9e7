#include "runtime/loop.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/assert.h"

namespace jangteo {

namespace {
thread_local Loop* current_loop = nullptr;
}

Loop::Loop(std::string name) : name_(std::move(name)), io_(std::make_unique<boost::asio::io_context>(1)) {}

Loop::~Loop() = default;

Loop* Loop::current() { return current_loop; }

void Loop::run() {
  JT_ASSERT(current_loop == nullptr, "a thread runs one loop");
  current_loop = this;
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  const auto guard = boost::asio::make_work_guard(*io_);
  io_->run();
  current_loop = nullptr;
}

void Loop::stop() { io_->stop(); }

void Loop::post(std::function<void()> work) { boost::asio::post(*io_, std::move(work)); }

void Loop::post(std::coroutine_handle<> coroutine) {
  boost::asio::post(*io_, [coroutine] { coroutine.resume(); });
}

void Loop::Sleep::await_suspend(std::coroutine_handle<> coroutine) const {
  JT_ASSERT(Loop::current() == loop, "sleep belongs to the loop's own thread");
  auto timer = std::make_unique<boost::asio::steady_timer>(*loop->io_, length);
  auto& started = *timer;
  started.async_wait([timer = std::move(timer), coroutine](boost::system::error_code) { coroutine.resume(); });
}

Loop::Sleep sleep_for(Millis length) {
  JT_ASSERT(Loop::current() != nullptr, "sleep_for needs a loop");
  return Loop::current()->sleep(length);
}

LoopThreads::LoopThreads(const std::string& name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<Loop>(name + "-" + std::to_string(i)));
    threads_.emplace_back([loop = loops_.back().get()] { loop->run(); });
  }
}

LoopThreads::~LoopThreads() { stop(); }

void LoopThreads::stop() {
  for (auto& loop : loops_) loop->stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace jangteo
