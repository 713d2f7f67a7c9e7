// ProductCache: finished answers of the catalogue's GET routes by request target. An answer is gone with the next write
// to the catalogue (its generation), so that whoever wrote reads what was written. Numbers of pieces in an answer may
// be old by `stock_stale` at most: then they are filled in again, without the database. However many ask for an answer
// that is missing, one of them makes it. Bounded by count and bytes. Any loop. The registry reads the cache: it goes
// first.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop.h"
#include "runtime/metrics.h"
#include "runtime/task.h"
#include "services/product/bounded_cache.h"
#include "services/product/product_answer.h"
#include "services/product/product_catalogue.h"

namespace jangteo {

struct ProductCacheSettings {
  std::size_t count_max = 10'000;
  std::size_t bytes_max = 32UL << 20;
  Millis stock_stale{50};
};

struct CachedAnswer {
  std::string body;
  std::string etag;
  std::vector<std::int64_t> numbers;
  mutable std::atomic<std::int64_t> checked_us{0};  // when the numbers were last seen to hold
};
using CachedAnswerPointer = std::shared_ptr<const CachedAnswer>;

class ProductCache {
 public:
  enum class RouteKind : std::uint8_t { list, product };
  using Fill = std::function<Task<Result<AnswerTemplate>>()>;

  ProductCache(ProductCacheSettings settings, ProductCatalogue& catalogue, Clock& clock, MetricsRegistry& metrics);

  // Without waiting; null when there is no valid answer for exactly this target.
  CachedAnswerPointer find(RouteKind route, std::string_view target);

  // The answer for `key` (the target in its normal form), made by `fill` when it is missing; then also found under
  // `target`. Fill's errors are not kept.
  Task<Result<CachedAnswerPointer>> get(RouteKind route, std::string target, std::string key, Fill fill);

  std::uint64_t hits() const;     // since start: answered from here, also when numbers were filled in again
  std::uint64_t lookups() const;  // since start: hits and misses

 private:
  struct Entry {  // one version of an answer
    AnswerTemplate content;
    std::uint64_t generation;
    std::atomic<bool> filling{false};
  };
  struct Place {
    std::shared_ptr<Entry> entry;
    CachedAnswerPointer answer;
    explicit operator bool() const { return entry != nullptr; }
  };
  struct Flight {  // an answer that is being made
    std::uint64_t generation = 0;
    bool done = false;  // with mutex_
    Result<Place> result;
    std::vector<std::pair<Loop*, std::coroutine_handle<>>> waiting;
  };
  struct Landing;  // awaits a flight
  struct RouteCounters {
    Counter* hit;
    Counter* miss;
    Counter* stale;
  };

  CachedAnswerPointer current(RouteKind route, std::string_view key, const Place& place);
  CachedAnswerPointer make_answer(const Entry& entry) const;
  void keep(const std::string& key, const Place& place);
  RouteCounters& counters(RouteKind route) { return counters_[static_cast<std::size_t>(route)]; }

  ProductCacheSettings settings_;
  ProductCatalogue& catalogue_;
  Clock& clock_;
  BoundedCache<Place> places_;
  std::array<RouteCounters, 2> counters_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Flight>, std::less<>> flights_;
};

}  // namespace jangteo
