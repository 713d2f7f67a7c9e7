// The clock seam: code that decides takes `now` as an argument or asks a Clock; only SystemClock asks the machine.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace jangteo {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;              // UTC, may jump
  virtual std::int64_t now_us() const { return now().ms * 1000; }  // the same in microseconds
  virtual std::int64_t monotonic_us() const = 0;  // never goes back; for lengths
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  std::int64_t now_us() const override;
  std::int64_t monotonic_us() const override;
  static SystemClock& instance();
};

class ManualClock final : public Clock {  // tests and simulation
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  Timestamp now() const override { return now_; }
  std::int64_t monotonic_us() const override { return now_.ms * 1000; }
  void advance(Millis length) { now_ = now_ + length; }

 private:
  Timestamp now_;
};

}  // namespace jangteo
