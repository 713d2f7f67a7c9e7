#include "base/error.h"

namespace jangteo {

std::string_view slug(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthorized:
      return "unauthorized";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::method_not_allowed:
      return "method_not_allowed";
    case ErrorCode::email_taken:
      return "email_taken";
    case ErrorCode::sku_taken:
      return "sku_taken";
    case ErrorCode::out_of_stock:
      return "out_of_stock";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::invalid_transition:
      return "invalid_transition";
    case ErrorCode::idempotency_in_progress:
      return "idempotency_in_progress";
    case ErrorCode::idempotency_key_reused:
      return "idempotency_key_reused";
    case ErrorCode::payment_declined:
      return "payment_declined";
    case ErrorCode::payment_required:
      return "payment_required";
    case ErrorCode::version_mismatch:
      return "version_mismatch";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unsupported_media_type:
      return "unsupported_media_type";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

bool is_retryable(ErrorCode code) {
  return code == ErrorCode::rate_limited || code == ErrorCode::unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::idempotency_in_progress;
}

}  // namespace jangteo
