// The one place where an Error becomes an HTTP answer: application/problem+json (RFC 9457) with `code`, `errors`,
// `requestId`, `retryable`.
#pragma once

#include "base/error.h"
#include "net/http_message.h"

namespace jangteo {

int http_status(ErrorCode code);
HttpResponse problem(const Error& error, const HttpRequest& request);

}  // namespace jangteo
