// What a record of 300 bytes costs from append to the reader: CPU of the whole process (user and system), with real
// fdatasync, in the directory named by JANGTEO_BENCH_DIRECTORY (default: the working directory).
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/segment_log/segment_log.h"
#include "engine/segment_log/segment_scan.h"

namespace jangteo {
namespace {

double process_cpu_s() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class BenchLog {
 public:
  BenchLog(std::uint32_t partitions, Millis sync_interval) {
    const char* parent = std::getenv("JANGTEO_BENCH_DIRECTORY");
    directory_ = std::string(parent == nullptr ? "." : parent) + "/segment-log-bench-XXXXXX";
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
    settings_.directory = directory_;
    settings_.sync_interval = sync_interval;
    open(partitions);
  }
  ~BenchLog() {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }
  void open(std::uint32_t partitions) {
    log_.reset();
    metrics_ = std::make_unique<MetricsRegistry>();
    auto opened = SegmentLog::open(settings_, SystemClock::instance(), *metrics_);
    if (!opened || !(*opened)->create_topic({"events", partitions, Millis{7LL * 24 * 3600 * 1000}, 1LL << 30})) {
      std::abort();
    }
    log_ = std::move(*opened);
  }
  SegmentLog& log() { return *log_; }
  LogPartition* partition(std::size_t index) { return log_->find("events")->partitions[index].get(); }
  double rounds() {
    return static_cast<double>(
        metrics_->counter("jangteo_event_log_rounds_total", "Rounds of the flusher: one write and one fdatasync")
            .value());
  }

 private:
  std::string directory_;
  SegmentLogSettings settings_;
  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<SegmentLog> log_;
};

Task<void> appender(SegmentLog* log, LogPartition* partition, std::size_t records, std::atomic<std::int64_t>* left) {
  const std::string value(270, 'v');
  const std::string key(24, 'k');
  const std::vector<SegmentEntry> entries(records, SegmentEntry{partition, key, value});
  while (left->fetch_sub(static_cast<std::int64_t>(records), std::memory_order_relaxed) > 0) {
    SegmentLog::Append append(*log, entries);
    const Status status = co_await append;
    if (!status) std::abort();
  }
}

Task<void> follower(SegmentLog* log, LogPartition* partition, std::atomic<bool>* done) {
  std::int64_t offset = partition->end();
  std::size_t bytes = 0;
  constexpr Millis kWait{20};
  while (!*done || offset < partition->end()) {
    auto frames = co_await log->read(partition, offset, 4096, 1 << 20, kWait);
    if (!frames) std::abort();
    for (const SegmentFrame& frame : *frames) {
      for (RecordCursor record(frame); record.next();) bytes += record.value().size();
      offset = frame.header.next_offset();
    }
  }
  benchmark::DoNotOptimize(bytes);
}

// Arguments: appenders at once, records per append, partitions, sync interval in ms.
void append_sync_read(benchmark::State& state) {
  const auto appenders = static_cast<std::size_t>(state.range(0));
  const auto records_per_append = static_cast<std::size_t>(state.range(1));
  const auto partitions = static_cast<std::size_t>(state.range(2));
  BenchLog bench(static_cast<std::uint32_t>(partitions), Millis{state.range(3)});
  LoopThreads loops("bench", 2);
  const auto run_on = [&](std::size_t loop, Task<void> task) {
    auto promise = std::make_shared<std::promise<void>>();
    auto held = std::make_shared<Task<void>>(std::move(task));
    loops[loop].post([promise, held] { start(std::move(*held), [promise] { promise->set_value(); }); });
    return promise->get_future();
  };
  const std::int64_t kRecords = state.range(0) == 1 ? 10000 : 200000;
  double cpu_s = 0;
  double rounds = 0;
  std::int64_t records = 0;
  for ([[maybe_unused]] auto _ : state) {
    std::atomic<std::int64_t> left{kRecords};
    std::atomic<bool> done{false};
    std::vector<std::future<void>> followers;
    std::vector<std::future<void>> running;
    const double before_s = process_cpu_s();
    const double rounds_before = bench.rounds();
    for (std::size_t i = 0; i < partitions; ++i) {
      followers.push_back(run_on(1, follower(&bench.log(), bench.partition(i), &done)));
    }
    for (std::size_t i = 0; i < appenders; ++i) {
      running.push_back(run_on(0, appender(&bench.log(), bench.partition(i % partitions), records_per_append, &left)));
    }
    for (auto& one : running) one.get();
    done = true;
    for (auto& one : followers) one.get();
    cpu_s += process_cpu_s() - before_s;
    rounds += bench.rounds() - rounds_before;
    records += kRecords;
  }
  state.counters["records/s"] = benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
  state.counters["cpu_ns/record"] = cpu_s * 1e9 / static_cast<double>(records);
  state.counters["records/round"] = static_cast<double>(records) / rounds;
}
BENCHMARK(append_sync_read)
    ->ArgNames({"appenders", "records", "partitions", "interval_ms"})
    ->Args({1, 1, 1, 2})
    ->Args({128, 1, 1, 2})
    ->Args({128, 1, 1, 0})
    ->Args({128, 1, 4, 2})
    ->Args({1000, 1, 1, 2})
    ->Args({1000, 1, 4, 2})
    ->Args({4, 100, 4, 2})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace jangteo
