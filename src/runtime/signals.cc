#include "runtime/signals.h"

#include <pthread.h>

#include <csignal>

#include "base/assert.h"

namespace jangteo {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = watched_signals();
  JT_ASSERT(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0, "signals can be blocked");
  std::signal(SIGPIPE, SIG_IGN);  // a closed peer is an error code of write
}

void wait_for_stop_signal(const std::function<void()>& on_hangup) {
  const sigset_t set = watched_signals();
  for (;;) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (number != SIGHUP) return;
    on_hangup();
  }
}

}  // namespace jangteo
