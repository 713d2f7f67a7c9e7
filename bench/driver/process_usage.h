// CPU time and memory of processes as /proc tells them (proc(5)). CPU time is
// user plus system, in seconds, from the scheduler's nanosecond counters where
// they exist (schedstat of every task), else in clock ticks (stat). A process
// that is gone counts as zero.
#pragma once

#include <cstdint>
#include <span>

namespace jangteo::bench {

struct ProcessUsage {
  double cpu_s = 0;
  int64_t rss_bytes = 0;
  int64_t rss_peak_bytes = 0;
};

// The sum over the processes.
ProcessUsage read_process_usage(std::span<const int> pids);

// CPU seconds of this process, all threads.
double own_cpu_s();

}  // namespace jangteo::bench
