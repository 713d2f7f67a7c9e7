// Log-linear histogram of durations: each power of two is cut into 128 equal
// buckets, so a reported value is at most 1/128 above the true one. The shape
// follows HdrHistogram (G. Tene, hdrhistogram.org); the code is our own and
// holds only what the driver needs.
//
// Unit: nanoseconds. Values past value_ns_max are counted at value_ns_max.
// Fixed size (about 37 kB), no allocation after construction. Thread: one
// owner; histograms of several threads are merged afterwards.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace jangteo::bench {

class LatencyHistogram {
 public:
  static constexpr int64_t value_ns_max = (int64_t{1} << 42) - 1;  // 73 minutes

  LatencyHistogram();

  void record(int64_t value_ns);
  void merge(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  int64_t max_ns() const { return max_ns_; }
  double mean_ns() const;

  // The smallest bucket bound that at least `percent` of the values do not
  // exceed; never above max_ns(). 0 when empty.
  int64_t percentile_ns(double percent) const;

  // (inclusive upper bound, count) of the buckets that hold something, eight
  // fine buckets put together: 16 per power of two.
  std::vector<std::pair<int64_t, uint64_t>> coarse_buckets() const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  int64_t max_ns_ = 0;
  double sum_ns_ = 0;
};

}  // namespace jangteo::bench
