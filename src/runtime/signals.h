// SIGTERM and SIGINT end the program in good order, SIGHUP reloads (TLS certificates). Blocked in every thread and read
// by one.
#pragma once

#include <functional>

namespace jangteo {

void block_signals();  // first thing in main, before any thread
// Blocks the calling thread; returns on SIGTERM or SIGINT, calls `on_hangup` for each SIGHUP.
void wait_for_stop_signal(const std::function<void()>& on_hangup);

}  // namespace jangteo
