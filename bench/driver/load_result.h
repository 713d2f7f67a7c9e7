// The one JSON object that bench_driver prints. Times are milliseconds
// (latencies) and seconds (durations, CPU); sizes are bytes.
//
//   {"loop":"closed","connections":64,"wantedRatePerS":0,"startedAtS":2460.25,"windowS":10.0,
//    "counted":{"expected":N,"good":N,"unexpected":N,"failed":N,"ratePerS":R}, answers
//    within the window; rate: expected per second
//    "latencyMs":{"mean","p50","p90","p95","p99","p99.9","max","buckets":[[upperMs,count],...]},
//    "requests":[{"name","sent","statuses","statusesWholeRun","failed","latencyMs"}],
//    one per kind; the last is idle when there is one
//    "wholeRun":{"sent","timeouts","brokenAnswers","connectFailures","connectionsLost","reconnects","neverSent","openAtEnd","bytesReceived","answersPerSecond"},
//    "idle":{"asked","openAtEnd","lost"},
//    "driver":{"cpuS","cpuUsPerRequest","cpuShare"},
//    "server":{"cpuS","cpuUsPerRequest","cpuShare","rssBytes","rssPeakBytes"},
//    "errorSamples":[{"request","status","body"}]}
// startedAtS: when the first request was due, on the monotonic clock that every process of the machine shares.
// CPU per request is that of the window over all answers in it, also the idle
// connections'.
#pragma once

#include <string>

#include "bench/driver/load_options.h"
#include "bench/driver/load_worker.h"
#include "bench/driver/process_usage.h"

namespace jangteo::bench {

struct LoadMeasurement {
  double started_at_s = 0;
  double window_s = 0;
  double driver_cpu_s = 0;
  double server_cpu_s = 0;
  uint64_t answers_while_measuring = 0;  // whatever their status, for the CPU figures
  ProcessUsage server_at_end;
};

std::string load_result_json(const LoadOptions& options, const LoadTally& tally, const LoadMeasurement& measurement);

}  // namespace jangteo::bench
