// The taxonomy of failures that callers can see. One code = one stable slug in a problem+json answer (net/problem.h
// maps it to HTTP). Broken invariants are not errors: they end the process (base/assert.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jangteo {

enum class ErrorCode : std::uint8_t {
  malformed,                // not parseable at all (400)
  invalid,                  // parseable, but a value is out of its domain (422)
  unauthorized,             // no or no valid credentials (401)
  forbidden,                // credentials without the right (403)
  not_found,                // (404)
  method_not_allowed,       // (405)
  email_taken,              // (409)
  sku_taken,                // (409)
  out_of_stock,             // (409)
  conflict,                 // another state than the request assumes (409)
  invalid_transition,       // a state machine has no such edge (409)
  idempotency_in_progress,  // first request with this key is not answered yet (409)
  idempotency_key_reused,   // same key, another body (422)
  payment_declined,         // (402)
  payment_required,         // no payment given where one is needed (422)
  version_mismatch,         // If-Match does not hold (412)
  too_large,                // body, header or value over its limit (413)
  unsupported_media_type,   // (415)
  rate_limited,             // (429, Retry-After)
  unavailable,              // overload, shutdown, storage away (503, Retry-After)
  timeout,                  // the deadline passed; the outcome may be unknown (504)
  internal,                 // a bug or broken storage (500)
};

// "out_of_stock" etc. Never changes once published.
std::string_view slug(ErrorCode code);

// Whether the same request may succeed later without being changed.
bool is_retryable(ErrorCode code);

// One rejected parameter: `param` is a JSON path ("items[0].quantity") or a query parameter's name.
struct FieldError {
  std::string param;
  std::string code;
  std::string detail;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;              // for people; never needed to decide
  std::vector<FieldError> fields;  // empty when no single parameter is to blame
  int retry_after_s = 0;           // only with rate_limited and unavailable
  std::string link;                // path of the resource that the failure speaks of, or empty
};

}  // namespace jangteo
