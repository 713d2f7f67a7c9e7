#include "runtime/signals.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace jangteo {
namespace {

// A child that says '+' when it is ready and 'h' at each hangup, and exits with 7 after a stop signal.
struct Waiter {
  pid_t process;
  int out;

  Waiter() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    process = fork();
    if (process == 0) {
      block_signals();
      const auto say = [&](char word) {
        if (write(ends[1], &word, 1) != 1) _exit(1);
      };
      say('+');
      wait_for_stop_signal([&] { say('h'); });
      _exit(7);
    }
    close(ends[1]);
    out = ends[0];
  }
  ~Waiter() { close(out); }

  char hear() const {
    char word = 0;
    return read(out, &word, 1) == 1 ? word : '\0';
  }
  int exit_code() const {
    int status = 0;
    waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

TEST(Signals, TermAndIntEndTheWait) {
  for (const int number : {SIGTERM, SIGINT}) {
    const Waiter waiter;
    ASSERT_EQ(waiter.hear(), '+');
    kill(waiter.process, number);
    EXPECT_EQ(waiter.exit_code(), 7);
  }
}

TEST(Signals, EachHangupIsReportedAndTheWaitGoesOn) {
  const Waiter waiter;
  ASSERT_EQ(waiter.hear(), '+');
  for (int i = 0; i < 3; ++i) {
    kill(waiter.process, SIGHUP);
    EXPECT_EQ(waiter.hear(), 'h');
  }
  kill(waiter.process, SIGTERM);
  EXPECT_EQ(waiter.exit_code(), 7);
}

TEST(Signals, ASignalBeforeTheWaitIsNotLost) {
  const pid_t child = fork();
  if (child == 0) {
    block_signals();
    raise(SIGTERM);
    wait_for_stop_signal([] {});
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace jangteo
