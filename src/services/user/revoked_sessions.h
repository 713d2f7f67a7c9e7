// The sessions that ended while access tokens of theirs are still unexpired, so that logging out is effective at once.
// Filled from SQL at start. Every thread; asked on each authenticated request, mostly empty (then without a lock).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace jangteo {

class RevokedSessions {
 public:
  explicit RevokedSessions(std::size_t count_max) : count_max_(count_max) {}

  // True: no session should be ended now (it could not be remembered). Drops what is over at `now` first.
  bool full(Timestamp now);
  // Remembered until `until`, when the last token of the session has expired. `until` grows from call to call (it is
  // the time of the call and a constant), so the oldest are dropped first.
  void add(std::string_view session, Timestamp until);
  bool contains(std::string_view session) const;
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Ending {
    std::string session;
    Timestamp until;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void drop_expired(Timestamp now);

  const std::size_t count_max_;
  std::atomic<std::size_t> size_{0};
  mutable std::shared_mutex mutex_;
  std::deque<Ending> order_;
  std::unordered_map<std::string, Timestamp, TextHash, std::equal_to<>> until_;
};

}  // namespace jangteo
