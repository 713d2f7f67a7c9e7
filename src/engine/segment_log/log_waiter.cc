#include "engine/segment_log/log_waiter.h"

#include <algorithm>

namespace jangteo {

void Wakeups::add(LogWaiter* waiter) {
  auto found = std::ranges::find(loops_, waiter->loop, [](const auto& entry) { return entry.first; });
  if (found == loops_.end()) found = loops_.emplace(loops_.end(), waiter->loop, WaiterList{});
  found->second.push(waiter);
}

void Wakeups::add(WaiterList waiters) {
  while (LogWaiter* waiter = waiters.pop()) add(waiter);
}

void Wakeups::post() {
  for (auto& [loop, waiters] : loops_) {
    LogWaiter* first = waiters.first();
    if (first == nullptr) continue;
    loop->post([first] {
      for (LogWaiter* waiter = first; waiter != nullptr;) {
        LogWaiter* next = waiter->next;  // resuming may end the coroutine that holds `waiter`
        waiter->coroutine.resume();
        waiter = next;
      }
    });
    waiters = {};
  }
}

}  // namespace jangteo
