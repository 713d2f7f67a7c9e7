// bench_driver: HTTP/1.1 load against a server on this machine; load_options.h
// has the command line, load_result.h the result.
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <limits>
#include <memory>
#include <thread>

#include "bench/driver/load_options.h"
#include "bench/driver/load_result.h"
#include "bench/driver/load_worker.h"

namespace jangteo::bench {
namespace {

std::atomic<bool> stop_requested = false;

void allow_open_files(int64_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= static_cast<rlim_t>(wanted)) return;
  limit.rlim_max = std::max(limit.rlim_max, static_cast<rlim_t>(wanted));
  limit.rlim_cur = static_cast<rlim_t>(wanted);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::fprintf(stderr, "bench_driver: only %llu open files are allowed (ulimit -Hn), %lld connections want more\n",
               static_cast<unsigned long long>(limit.rlim_cur), static_cast<long long>(wanted));
}

void pin_this_thread(const LoadOptions& options, int worker) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  if (options.cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(options.cpus[static_cast<size_t>(worker) % options.cpus.size()]), &set);
  if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0)
    std::fprintf(stderr, "bench_driver: cannot pin worker %d\n", worker);
}

void sleep_until(int64_t time_ns, const std::atomic<bool>& finished) {
  while (!finished.load() && !stop_requested.load()) {
    const int64_t left_ns = time_ns - now_ns();
    if (left_ns <= 0) return;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<int64_t>(left_ns, 20'000'000)));
  }
}

int measure(const LoadOptions& options) {
  allow_open_files(options.connection_count + options.idle_count + 100);
  std::vector<std::unique_ptr<LoadWorker>> workers;
  uint64_t open = 0;
  for (int i = 0; i < options.thread_count; ++i) {
    workers.push_back(std::make_unique<LoadWorker>(options, i));
    open += workers.back()->connect_all(
        std::max(10.0, static_cast<double>(options.connection_count + options.idle_count) / 1000));
  }
  if (open == 0) {
    std::fprintf(stderr, "bench_driver: nothing answers at %s\n", options.host.c_str());
    return 1;
  }

  LoadWindow window;
  window.start_ns = now_ns() + 20'000'000;
  const bool by_count = options.request_count > 0;
  window.from_ns = window.start_ns + static_cast<int64_t>(options.warm_up_s * 1e9);
  window.until_ns =
      by_count ? std::numeric_limits<int64_t>::max() : window.from_ns + static_cast<int64_t>(options.duration_s * 1e9);

  std::atomic<bool> finished = false;
  std::atomic<int> running = options.thread_count;
  std::vector<std::jthread> threads;
  for (int i = 0; i < options.thread_count; ++i) {
    threads.emplace_back([&, i] {
      pin_this_thread(options, i);
      workers[static_cast<size_t>(i)]->run(window, stop_requested);
      if (running.fetch_sub(1) == 1) finished = true;
    });
  }
  const auto answered = [&] {
    uint64_t sum = 0;
    for (const auto& worker : workers) sum += worker->answered();
    return sum;
  };
  struct Mark {
    int64_t time_ns;
    double driver_cpu_s;
    ProcessUsage server;
    uint64_t answered;
  };
  const auto mark = [&] { return Mark{now_ns(), own_cpu_s(), read_process_usage(options.server_pids), answered()}; };

  sleep_until(window.from_ns, finished);
  const Mark begin = mark();
  int64_t last_progress_ns = begin.time_ns;
  uint64_t last_answered = begin.answered;
  while (!finished && !stop_requested && now_ns() < window.until_ns) {
    int64_t wake_ns = std::min(window.until_ns, now_ns() + 1'000'000'000);
    if (options.progress_s > 0)
      wake_ns = std::min(window.until_ns, last_progress_ns + static_cast<int64_t>(options.progress_s * 1e9));
    sleep_until(wake_ns, finished);
    const int64_t time_ns = now_ns();
    if (options.progress_s > 0 && time_ns >= last_progress_ns + static_cast<int64_t>(options.progress_s * 1e9)) {
      const uint64_t count = answered();
      std::fprintf(stderr, "bench_driver: %5.0f s  %8.0f answers/s\n",
                   static_cast<double>(time_ns - window.start_ns) / 1e9,
                   static_cast<double>(count - last_answered) * 1e9 / static_cast<double>(time_ns - last_progress_ns));
      last_progress_ns = time_ns;
      last_answered = count;
    }
  }
  const Mark end = mark();
  threads.clear();  // joins

  LoadTally tally = workers.front()->tally();
  for (size_t i = 1; i < workers.size(); ++i) tally.merge(workers[i]->tally());
  LoadMeasurement measurement;
  const int64_t ended_ns =
      by_count ? std::max(tally.last_answer_ns, window.from_ns + 1) : std::min(window.until_ns, end.time_ns);
  measurement.started_at_s = static_cast<double>(window.start_ns) / 1e9;
  measurement.window_s = static_cast<double>(std::max<int64_t>(0, ended_ns - window.from_ns)) / 1e9;
  measurement.driver_cpu_s = end.driver_cpu_s - begin.driver_cpu_s;
  measurement.server_cpu_s = end.server.cpu_s - begin.server.cpu_s;
  measurement.answers_while_measuring = end.answered - begin.answered;
  measurement.server_at_end = end.server;
  std::fputs(load_result_json(options, tally, measurement).c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace jangteo::bench

int main(int argc, char** argv) {
  using namespace jangteo::bench;
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::fputs(usage_text, stdout);
    return 0;
  }
  const auto options = parse_load_options(std::span(argv + 1, argv + argc));
  if (!options) {
    std::fprintf(stderr, "bench_driver: %s (--help lists the options)\n", options.error().c_str());
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, [](int) { stop_requested = true; });
  }
  return measure(*options);
}
