// Metrics registry and Prometheus text format 0.0.4. Instruments are made at start (a name twice with other labels =
// another series of the family), live as long as the registry, and are updated from any thread without a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jangteo {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<double> value_{0};
};

// Cumulative buckets by fixed upper bounds, in the unit of the family's name (seconds).
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  struct Snapshot {
    std::vector<std::uint64_t> counts;  // one per bound, plus +Inf; not cumulative
    double sum = 0;
    std::uint64_t count = 0;
  };
  Snapshot snapshot() const;
  const std::vector<double>& bounds() const { return bounds_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

// Bounds for request times in seconds: 0.5 ms ... 10 s, dense around 200 and 500 ms.
const std::vector<double>& latency_bounds_s();
// The q-quantile (0..1) of a snapshot by linear interpolation in its bucket; 0 when it is empty.
double quantile(const Histogram::Snapshot& snapshot, const std::vector<double>& bounds, double q);

// What was observed between two snapshots of one histogram.
Histogram::Snapshot difference(const Histogram::Snapshot& later, const Histogram::Snapshot& earlier);

class MetricsRegistry {
 public:
  // `help` and the type must be the same for every series of a family; another type under the same name ends the
  // process.
  Counter& counter(const std::string& name, const std::string& help, MetricLabels labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, MetricLabels labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, MetricLabels labels = {},
                       const std::vector<double>& bounds = latency_bounds_s());
  // Read at scrape time, on the scraping thread.
  void gauge_function(const std::string& name, const std::string& help, MetricLabels labels,
                      std::function<double()> read);
  void counter_function(const std::string& name, const std::string& help, MetricLabels labels,
                        std::function<double()> read);

  std::string render() const;  // text exposition, families sorted by name

  MetricsRegistry();
  ~MetricsRegistry();

 private:
  struct Family;
  Family& family(const std::string& name, const std::string& help, std::string_view type);
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;
};

}  // namespace jangteo
