#include "services/product/product_cache.h"

#include <utility>

namespace jangteo {

struct ProductCache::Landing {
  ProductCache* cache;
  std::shared_ptr<Flight> flight;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine) const {
    const std::lock_guard lock(cache->mutex_);
    if (flight->done) return false;
    flight->waiting.emplace_back(Loop::current(), coroutine);
    return true;
  }
  void await_resume() const noexcept {}
};

ProductCache::ProductCache(ProductCacheSettings settings, ProductCatalogue& catalogue, Clock& clock,
                           MetricsRegistry& metrics)
    : settings_(settings), catalogue_(catalogue), clock_(clock), places_(settings.count_max, settings.bytes_max) {
  const std::array<std::string, 2> routes = {"listProducts", "getProduct"};
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto counter = [&](const std::string& outcome) {
      return &metrics.counter("cache_requests_total", "Requests to a cache of answers by outcome",
                              {{"route", routes[i]}, {"outcome", outcome}});
    };
    counters_[i] = {counter("hit"), counter("miss"), counter("stale")};
    const RouteCounters own = counters_[i];
    metrics.gauge_function("cache_hit_rate", "Share of requests answered from a cache since start",
                           {{"route", routes[i]}}, [own] {
                             const auto good = static_cast<double>(own.hit->value() + own.stale->value());
                             const auto all = good + static_cast<double>(own.miss->value());
                             return all == 0 ? 0 : good / all;
                           });
  }
  metrics.gauge_function("cache_entries", "Answers held by the catalogue's cache", {},
                         [this] { return static_cast<double>(places_.count()); });
  metrics.gauge_function("cache_bytes", "Bytes held by the catalogue's cache", {},
                         [this] { return static_cast<double>(places_.bytes()); });
}

CachedAnswerPointer ProductCache::make_answer(const Entry& entry) const {
  auto answer = std::make_shared<CachedAnswer>();
  answer->checked_us.store(clock_.monotonic_us(), std::memory_order_relaxed);  // before the numbers are read
  read_numbers(entry.content, answer->numbers);
  answer->body = jangteo::fill(entry.content, answer->numbers);
  answer->etag = answer_etag(entry.content, answer->body);
  return answer;
}

void ProductCache::keep(const std::string& key, const Place& place) {
  places_.put(key, place, 2 * place.answer->body.size() + 16 * place.answer->numbers.size());
}

CachedAnswerPointer ProductCache::current(RouteKind route, std::string_view key, const Place& place) {
  if (!place || place.entry->generation != catalogue_.generation()) return nullptr;
  const auto& answer = place.answer;
  const std::int64_t now_us = clock_.monotonic_us();
  const std::int64_t stale_us = settings_.stock_stale.count() * 1000;
  if (now_us - answer->checked_us.load(std::memory_order_relaxed) < stale_us) {
    counters(route).hit->add();
    return answer;
  }
  thread_local std::vector<std::int64_t> numbers;
  read_numbers(place.entry->content, numbers);
  if (numbers == answer->numbers) {
    answer->checked_us.store(now_us, std::memory_order_relaxed);
    counters(route).hit->add();
    return answer;
  }
  counters(route).stale->add();
  if (place.entry->filling.exchange(true, std::memory_order_acquire)) return answer;  // another thread is at it
  Place fresh{place.entry, make_answer(*place.entry)};
  keep(std::string(key), fresh);
  place.entry->filling.store(false, std::memory_order_release);
  return fresh.answer;
}

CachedAnswerPointer ProductCache::find(RouteKind route, std::string_view target) {
  return current(route, target, places_.get(target));
}

Task<Result<CachedAnswerPointer>> ProductCache::get(RouteKind route, std::string target, std::string key, Fill fill) {
  for (;;) {
    const std::uint64_t generation = catalogue_.generation();
    Place place = places_.get(key);
    if (auto answer = current(route, key, place)) {
      if (target != key) keep(target, Place{place.entry, answer});
      co_return answer;
    }
    std::shared_ptr<Flight> flight;
    bool leads = false;
    {
      const std::lock_guard lock(mutex_);
      auto& place_of_flight = flights_[key];
      leads = place_of_flight == nullptr;
      if (leads) {
        place_of_flight = std::make_shared<Flight>();
        place_of_flight->generation = generation;
      }
      flight = place_of_flight;
    }
    if (!leads) {
      Landing landing{this, flight};
      co_await landing;
      if (flight->generation < generation) continue;  // it began before a write that this request may have made
      counters(route).hit->add();
      if (!flight->result) co_return fail(flight->result.error());
      co_return flight->result->answer;
    }
    counters(route).miss->add();
    auto content = co_await fill();
    if (content) {
      auto entry = std::make_shared<Entry>();
      entry->content = std::move(*content);
      entry->generation = generation;
      flight->result = Place{entry, make_answer(*entry)};
      keep(key, *flight->result);
      if (target != key) keep(target, *flight->result);
    } else {
      flight->result = fail(std::move(content.error()));
    }
    std::vector<std::pair<Loop*, std::coroutine_handle<>>> waiting;
    {
      const std::lock_guard lock(mutex_);
      flight->done = true;
      waiting = std::move(flight->waiting);
      flights_.erase(key);
    }
    for (const auto& [loop, coroutine] : waiting) loop->post(coroutine);
    if (!flight->result) co_return fail(flight->result.error());
    co_return flight->result->answer;
  }
}

std::uint64_t ProductCache::hits() const {
  std::uint64_t sum = 0;
  for (const auto& one : counters_) sum += one.hit->value() + one.stale->value();
  return sum;
}

std::uint64_t ProductCache::lookups() const {
  std::uint64_t sum = hits();
  for (const auto& one : counters_) sum += one.miss->value();
  return sum;
}

}  // namespace jangteo
