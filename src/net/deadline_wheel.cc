#include "net/deadline_wheel.h"

#include <algorithm>

namespace jangteo {

void DeadlineEntry::unlink() {
  if (head_ == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : *head_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  head_ = nullptr;
}

void DeadlineWheel::link(DeadlineEntry& entry, std::int64_t visit_s) {
  entry.visit_s_ = std::clamp(visit_s, now_s_ + 1, now_s_ + kSlotCount - 1);
  DeadlineEntry*& head = slots_[static_cast<std::size_t>(entry.visit_s_ % kSlotCount)];
  entry.head_ = &head;
  entry.previous_ = nullptr;
  entry.next_ = head;
  if (head != nullptr) head->previous_ = &entry;
  head = &entry;
}

void DeadlineWheel::set(DeadlineEntry& entry, std::int64_t deadline_s) {
  entry.deadline_s_ = deadline_s;
  if (entry.head_ != nullptr) {
    if (deadline_s >= entry.visit_s_) return;  // looked at in time
    entry.unlink();
  }
  link(entry, deadline_s);
}

void DeadlineWheel::tick(std::int64_t now_s) {
  // After a long pause every slot is due once.
  for (std::int64_t second = std::max(now_s_ + 1, now_s - kSlotCount + 1); second <= now_s; ++second) {
    now_s_ = second;
    DeadlineEntry*& slot = slots_[static_cast<std::size_t>(second % kSlotCount)];
    while (slot != nullptr) {
      DeadlineEntry& entry = *slot;
      entry.unlink();
      if (entry.deadline_s_ > second) {
        link(entry, entry.deadline_s_);
      } else {
        entry.on_deadline();
      }
    }
  }
  now_s_ = std::max(now_s_, now_s);
}

void DeadlineWheel::for_each(const std::function<void(DeadlineEntry&)>& visit) const {
  for (DeadlineEntry* entry : slots_) {
    while (entry != nullptr) {
      DeadlineEntry* next = entry->next_;
      visit(*entry);
      entry = next;
    }
  }
}

bool DeadlineWheel::empty() const {
  return std::all_of(slots_.begin(), slots_.end(), [](const DeadlineEntry* entry) { return entry == nullptr; });
}

}  // namespace jangteo
