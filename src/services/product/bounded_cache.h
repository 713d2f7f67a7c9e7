// BoundedCache: values by text, at most so many and so many bytes. Full: the oldest goes that was not read since it was
// last considered (second chance: F. J. Corbato, "A paging experiment with the Multics system", 1968). Any thread;
// reading takes a shared lock and no allocation.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace jangteo {

template <class Value>
class BoundedCache {
 public:
  BoundedCache(std::size_t count_max, std::size_t bytes_max) : count_max_(count_max), bytes_max_(bytes_max) {}

  // A copy of the value; a default one when the key is not there.
  Value get(std::string_view key) const {
    const std::shared_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return {};
    auto& used = found->second.used;
    if (!used.load(std::memory_order_relaxed)) used.store(true, std::memory_order_relaxed);
    return found->second.value;
  }

  // `bytes` is what the value holds. What alone is over the limit is not kept and
  // changes nothing.
  void put(const std::string& key, Value value, std::size_t bytes) {
    bytes += kOverheadBytes + 2 * key.size();
    const std::unique_lock lock(mutex_);
    if (bytes > bytes_max_ || count_max_ == 0) return;
    const auto [place, is_new] = places_.try_emplace(key);
    if (is_new) {
      queue_.push_back(&*place);
    } else {
      bytes_ -= place->second.bytes;
    }
    place->second.value = std::move(value);
    place->second.bytes = bytes;
    bytes_ += bytes;
    while (bytes_ > bytes_max_ || places_.size() > count_max_) evict(&*place);
  }

  std::size_t count() const {
    const std::shared_lock lock(mutex_);
    return places_.size();
  }
  std::size_t bytes() const {
    const std::shared_lock lock(mutex_);
    return bytes_;
  }

 private:
  static constexpr std::size_t kOverheadBytes = 200;
  struct Place {
    Value value{};
    std::size_t bytes = 0;
    mutable std::atomic<bool> used{false};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Places = std::unordered_map<std::string, Place, Hash, std::equal_to<>>;

  // Ends because each round takes one mark away and `kept` is not the only one when there is too much.
  void evict(const typename Places::value_type* kept) {
    for (;;) {
      auto* oldest = queue_.front();
      queue_.pop_front();
      if (oldest == kept || oldest->second.used.exchange(false, std::memory_order_relaxed)) {
        queue_.push_back(oldest);
        continue;
      }
      bytes_ -= oldest->second.bytes;
      places_.erase(places_.find(oldest->first));
      return;
    }
  }

  const std::size_t count_max_;
  const std::size_t bytes_max_;
  mutable std::shared_mutex mutex_;
  Places places_;
  std::deque<typename Places::value_type*> queue_;
  std::size_t bytes_ = 0;
};

}  // namespace jangteo
