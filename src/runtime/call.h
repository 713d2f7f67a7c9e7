// CallContext: what travels down with every call of a request or of a background step: deadline, trace id, and where
// its time went (the Server-Timing of an answer). Owned by who starts the call; outlives the call; used by one
// coroutine at a time.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "runtime/trace.h"

namespace jangteo {

struct CallTimings {
  std::uint32_t queue_us = 0;     // waiting for a storage thread
  std::uint32_t database_us = 0;  // running statements
  std::uint32_t fsync_us = 0;     // waiting for the commit to be durable
  std::uint32_t queries = 0;      // statements run for this call (N+1 shows here)
};

struct CallContext {
  Timestamp deadline{INT64_MAX};
  TraceContext trace;
  CallTimings timings;
};

// A handle passed by value (coroutines take no references). Never null.
class Call {
 public:
  Call(CallContext& context) : context_(&context) {}  // NOLINT: meant to convert
  CallContext* operator->() const { return context_; }
  CallContext& operator*() const { return *context_; }

 private:
  CallContext* context_;
};

}  // namespace jangteo
