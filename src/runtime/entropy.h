// The randomness seam. random_bytes() of a thread-local ChaCha-class generator seeded by the kernel (ids, jitter);
// secrets come from libsodium in the user service.
#pragma once

#include <array>
#include <cstdint>

#include "base/id.h"

namespace jangteo {

IdBytes random_id_bytes();
std::uint64_t random_u64();
void reseed_for_test(std::uint64_t seed);  // this thread's generator becomes deterministic

template <class IdType>
IdType new_id(Timestamp now) {
  return IdType::make(now, random_id_bytes());
}

}  // namespace jangteo
