#include "bench/driver/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace jangteo::bench {
namespace {

constexpr int sub_bucket_bits = 7;
constexpr int64_t sub_bucket_count = int64_t{1} << sub_bucket_bits;
constexpr size_t coarse_width = 8;

// Below 2 * sub_bucket_count every value has its own bucket; above, the top 8
// bits of the value choose it.
size_t bucket_of(int64_t value_ns) {
  if (value_ns < 2 * sub_bucket_count) return static_cast<size_t>(value_ns);
  const int shift = std::bit_width(static_cast<uint64_t>(value_ns)) - sub_bucket_bits - 1;
  return static_cast<size_t>(shift * sub_bucket_count + (value_ns >> shift));
}

int64_t upper_bound_ns(size_t bucket) {
  const auto index = static_cast<int64_t>(bucket);
  if (index < 2 * sub_bucket_count) return index;
  const int64_t shift = index / sub_bucket_count - 1;
  const int64_t mantissa = index - shift * sub_bucket_count;
  return ((mantissa + 1) << shift) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : buckets_(bucket_of(value_ns_max) + 1) {}

void LatencyHistogram::record(int64_t value_ns) {
  value_ns = std::clamp<int64_t>(value_ns, 0, value_ns_max);
  ++buckets_[bucket_of(value_ns)];
  ++count_;
  max_ns_ = std::max(max_ns_, value_ns);
  sum_ns_ += static_cast<double>(value_ns);
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
  sum_ns_ += other.sum_ns_;
}

double LatencyHistogram::mean_ns() const { return count_ == 0 ? 0 : sum_ns_ / static_cast<double>(count_); }

int64_t LatencyHistogram::percentile_ns(double percent) const {
  if (count_ == 0) return 0;
  const auto rank =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_))));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(upper_bound_ns(i), max_ns_);
  }
  return max_ns_;
}

std::vector<std::pair<int64_t, uint64_t>> LatencyHistogram::coarse_buckets() const {
  std::vector<std::pair<int64_t, uint64_t>> result;
  for (size_t first = 0; first < buckets_.size(); first += coarse_width) {
    const size_t last = std::min(first + coarse_width, buckets_.size());
    uint64_t sum = 0;
    for (size_t i = first; i < last; ++i) sum += buckets_[i];
    if (sum > 0) result.emplace_back(upper_bound_ns(last - 1), sum);
  }
  return result;
}

}  // namespace jangteo::bench
