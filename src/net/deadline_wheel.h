// DeadlineWheel: deadlines of many connections in whole seconds. Moving a deadline back (the common case: one more
// request came) is one store; entries are looked at when their old slot comes round. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace jangteo {

class DeadlineWheel;

// Base of what has a deadline; leaves its wheel when it is destroyed.
class DeadlineEntry {
 public:
  DeadlineEntry() = default;
  DeadlineEntry(const DeadlineEntry&) = delete;
  DeadlineEntry& operator=(const DeadlineEntry&) = delete;
  virtual void on_deadline() = 0;  // may destroy this and others
  std::int64_t deadline_s() const { return deadline_s_; }

 protected:
  virtual ~DeadlineEntry() { unlink(); }

 private:
  friend class DeadlineWheel;
  void unlink();
  DeadlineEntry* previous_ = nullptr;
  DeadlineEntry* next_ = nullptr;
  DeadlineEntry** head_ = nullptr;  // of the slot it is in
  std::int64_t deadline_s_ = 0;
  std::int64_t visit_s_ = 0;  // when its slot comes round
};

class DeadlineWheel {
 public:
  explicit DeadlineWheel(std::int64_t now_s) : now_s_(now_s) {}

  void set(DeadlineEntry& entry, std::int64_t deadline_s);
  void tick(std::int64_t now_s);  // calls on_deadline() of what is due; each such entry is out of the wheel by then
  void for_each(const std::function<void(DeadlineEntry&)>& visit) const;  // visit must not change the wheel
  bool empty() const;
  std::int64_t now_s() const { return now_s_; }

 private:
  static constexpr std::int64_t kSlotCount = 128;
  void link(DeadlineEntry& entry, std::int64_t visit_s);
  std::array<DeadlineEntry*, kSlotCount> slots_{};
  std::int64_t now_s_;
};

}  // namespace jangteo
