// ServiceLevel: the share of good requests over the last 30 days, or since the start when that is shorter. Good = not
// 5xx and answered within 500 ms. Cumulative counts come in, one per tick; one per hour is remembered (720). Pure.
#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"

namespace jangteo {

class ServiceLevel {
 public:
  // Counts since the process started; they never go down.
  void record(Timestamp now, std::uint64_t requests, std::uint64_t bad);
  double availability() const;  // 1 without requests

 private:
  struct Mark {
    Timestamp at;
    std::uint64_t requests = 0;
    std::uint64_t bad = 0;
  };
  std::deque<Mark> marks_;  // the first stands at the beginning of the window
  Mark latest_;
};

}  // namespace jangteo
