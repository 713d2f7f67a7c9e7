#include "services/user/domain/login_backoff.h"

#include <algorithm>

#include "base/hash.h"

namespace jangteo {

std::uint64_t LoginBackoff::key(std::string_view address, std::string_view account) const {
  return stable_hash(account, stable_hash(address, seed_));
}

Millis LoginBackoff::wait(std::string_view address, std::string_view account, Timestamp now) const {
  const auto found = entries_.find(key(address, account));
  if (found == entries_.end()) return Millis{0};
  return std::max(Millis{0}, found->second->not_before - now);
}

void LoginBackoff::failed(std::string_view address, std::string_view account, Timestamp now) {
  while (!order_.empty() && now - order_.front().last > limits_.forgotten_after) {
    entries_.erase(order_.front().key);
    order_.pop_front();
  }
  const auto id = key(address, account);
  auto found = entries_.find(id);
  if (found == entries_.end()) {
    if (entries_.size() >= limits_.entry_count_max) {
      entries_.erase(order_.front().key);
      order_.pop_front();
    }
    order_.push_back(Entry{id, 0, now, now});
    found = entries_.emplace(id, std::prev(order_.end())).first;
  } else {
    order_.splice(order_.end(), order_, found->second);
  }
  Entry& entry = *found->second;
  entry.last = now;
  ++entry.failures;
  if (entry.failures <= limits_.free_failures) return;
  Millis length = limits_.first_wait;
  for (int i = limits_.free_failures + 1; i < entry.failures && length < limits_.longest_wait; ++i) length *= 2;
  entry.not_before = now + std::min(length, limits_.longest_wait);
}

void LoginBackoff::succeeded(std::string_view address, std::string_view account) {
  const auto found = entries_.find(key(address, account));
  if (found == entries_.end()) return;
  order_.erase(found->second);
  entries_.erase(found);
}

}  // namespace jangteo
