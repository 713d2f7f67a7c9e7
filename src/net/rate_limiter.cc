#include "net/rate_limiter.h"

#include <algorithm>

#include "base/hash.h"
#include "runtime/entropy.h"

namespace jangteo {

namespace {
constexpr std::size_t kShardCount = 16;
}

RateLimiter::RateLimiter(std::size_t entries_max) : seed_(random_u64()) {
  const std::size_t sets = std::max<std::size_t>(entries_max / (kShardCount * kWays), 1);
  for (std::size_t i = 0; i < kShardCount; ++i) {
    shards_.push_back(std::make_unique<Shard>());
    shards_.back()->sets.resize(sets);
  }
}

RateLimiter::~RateLimiter() = default;

RateLimiter::Verdict RateLimiter::take(std::string_view key, std::uint64_t kind, RateLimit limit, std::int64_t now_us) {
  if (limit.per_minute <= 0) return {};
  const std::uint64_t hash = std::max<std::uint64_t>(stable_hash(key, seed_ + kind * 0x9e3779b97f4a7c15ULL), 1);
  Shard& shard = *shards_[hash % kShardCount];
  const std::int64_t interval_us = std::max<std::int64_t>(60'000'000 / limit.per_minute, 1);
  const std::int64_t burst_us = interval_us * std::max<std::int64_t>(limit.burst, 1);

  Verdict verdict;
  std::int64_t arrival_us;
  {
    const std::lock_guard lock(shard.mutex);
    auto& set = shard.sets[hash / kShardCount % shard.sets.size()];
    auto entry = std::find_if(set.begin(), set.end(), [&](const Entry& own) { return own.key == hash; });
    if (entry == set.end()) {
      entry = std::min_element(set.begin(), set.end(),
                               [](const Entry& a, const Entry& b) { return a.arrival_us < b.arrival_us; });
      *entry = Entry{hash, now_us};
    }
    arrival_us = std::max(entry->arrival_us, now_us) + interval_us;
    verdict.allowed = arrival_us - now_us <= burst_us;
    if (verdict.allowed) {
      entry->arrival_us = arrival_us;
    } else {
      arrival_us -= interval_us;
    }
  }
  verdict.budget.limit = std::max<std::int64_t>(limit.burst, 1);
  verdict.budget.remaining = std::max<std::int64_t>((burst_us - (arrival_us - now_us)) / interval_us, 0);
  verdict.budget.reset_s = (arrival_us - now_us + 999'999) / 1'000'000;
  if (!verdict.allowed) {
    const std::int64_t wait_us = arrival_us + interval_us - now_us - burst_us;
    verdict.retry_after_s = std::max<std::int64_t>((wait_us + 999'999) / 1'000'000, 1);
  }
  return verdict;
}

}  // namespace jangteo
