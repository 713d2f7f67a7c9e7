// A session's chain of refresh tokens: each use moves the chain one position on and makes the next token; only the
// token of the current position is good. An older one that comes back was copied by somebody, so the whole family ends
// (RFC 9700 section 4.14.2). Strict: two requests that race with the same token count as a reuse; a client sends one
// refresh at a time. Pure.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace jangteo {

struct RefreshFamily {
  std::int64_t position = 0;  // of the newest token
  bool revoked = false;
};

struct PresentedRefresh {
  std::int64_t position = 0;
  Timestamp expires_at;
};

enum class RefreshVerdict : std::uint8_t {
  rotate,   // good: the family moves to position + 1
  refused,  // expired, or the family has ended before: no effect
  reused,   // the family ends now
};

RefreshVerdict judge_refresh(const RefreshFamily& family, const PresentedRefresh& presented, Timestamp now);

}  // namespace jangteo
