// Rate limits by GCRA (the virtual scheduling algorithm of ITU-T I.371): a key may send a burst, then a steady rate.
// The table is bounded: sets of entries found by hash; when a set is full, the entry whose burst is freest goes. Any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "net/http_message.h"
#include "net/router.h"

namespace jangteo {

struct RateLimit {
  std::int64_t per_minute = 0;  // 0: not limited
  std::int64_t burst = 1;       // requests that may come at once
};

class RateLimiter {
 public:
  explicit RateLimiter(std::size_t entries_max);
  ~RateLimiter();

  struct Verdict {
    bool allowed = true;
    RateBudget budget;
    std::int64_t retry_after_s = 0;  // when refused
  };
  // Counts one request of `key` (limits of one key are told apart by `kind`) at `now_us`, a monotonic time.
  Verdict take(std::string_view key, std::uint64_t kind, RateLimit limit, std::int64_t now_us);

 private:
  static constexpr std::size_t kWays = 8;
  struct Entry {
    std::uint64_t key = 0;                // hash; 0: free
    std::int64_t arrival_us = INT64_MIN;  // theoretical arrival time: when the whole burst is free again
  };
  struct Shard {
    std::mutex mutex;
    std::vector<std::array<Entry, kWays>> sets;
  };
  std::vector<std::unique_ptr<Shard>> shards_;
  std::uint64_t seed_;  // of this process, so that nobody can aim at a set
};

}  // namespace jangteo
