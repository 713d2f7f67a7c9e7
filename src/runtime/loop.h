// Loop: one thread's event loop (a boost::asio::io_context with concurrency 1 behind a thin face, so that only runtime/
// and net/ see Asio). post() is safe from every thread; everything else belongs to the loop's own thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace jangteo {

class Loop {
 public:
  explicit Loop(std::string name);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The loop whose thread this is; null on other threads.
  static Loop* current();

  void run();   // on the thread that becomes the loop's; returns after stop()
  void stop();  // any thread
  void post(std::function<void()> work);
  void post(std::coroutine_handle<> coroutine);

  // Awaitable: resumes on this loop after `length`. Only on the loop's thread.
  struct Sleep {
    Loop* loop;
    Millis length;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const;
    void await_resume() const noexcept {}
  };
  Sleep sleep(Millis length) { return Sleep{this, length}; }

  boost::asio::io_context& io() { return *io_; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<boost::asio::io_context> io_;
};

// Sleeps on the current loop.
Loop::Sleep sleep_for(Millis length);

// Brings the awaiting coroutine to `loop` (no-op when it is there).
struct SwitchTo {
  Loop* loop;
  bool await_ready() const noexcept { return Loop::current() == loop; }
  void await_suspend(std::coroutine_handle<> coroutine) const { loop->post(coroutine); }
  void await_resume() const noexcept {}
};
inline SwitchTo switch_to(Loop& loop) { return SwitchTo{&loop}; }

// N loops, each on a thread of its own, named "<name>-<n>". Stopped and joined by stop().
class LoopThreads {
 public:
  LoopThreads(const std::string& name, std::size_t count);
  ~LoopThreads();
  std::size_t size() const { return loops_.size(); }
  Loop& operator[](std::size_t index) { return *loops_[index]; }
  void stop();  // any thread but the loops' own; idempotent

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace jangteo
