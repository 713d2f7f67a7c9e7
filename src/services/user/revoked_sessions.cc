#include "services/user/revoked_sessions.h"

#include <mutex>

namespace jangteo {

bool RevokedSessions::full(Timestamp now) {
  const std::unique_lock lock(mutex_);
  drop_expired(now);
  return order_.size() >= count_max_;
}

void RevokedSessions::add(std::string_view session, Timestamp until) {
  const std::unique_lock lock(mutex_);
  const auto [place, fresh] = until_.try_emplace(std::string(session), until);
  if (!fresh) place->second = std::max(place->second, until);
  order_.push_back({std::string(session), until});
  size_.store(until_.size(), std::memory_order_release);
}

bool RevokedSessions::contains(std::string_view session) const {
  if (size_.load(std::memory_order_acquire) == 0) return false;
  const std::shared_lock lock(mutex_);
  return until_.find(session) != until_.end();
}

void RevokedSessions::drop_expired(Timestamp now) {
  while (!order_.empty() && order_.front().until <= now) {
    const auto place = until_.find(order_.front().session);
    if (place != until_.end() && place->second <= now) until_.erase(place);
    order_.pop_front();
  }
  size_.store(until_.size(), std::memory_order_release);
}

}  // namespace jangteo
