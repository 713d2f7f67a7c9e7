// Waits for what other threads bring about. For tests; the limit only ends a test that would hang.
#pragma once

#include <chrono>
#include <thread>

namespace jangteo {

template <class Condition>
bool eventually(const Condition& condition) {
  for (int tries = 0; tries < 30'000; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace jangteo
