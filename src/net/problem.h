// The one place where an Error becomes an HTTP answer: application/problem+json (RFC 9457) with `code`, `errors`,
// `requestId`, `retryable`, and `link` when the error speaks of a resource. 401 carries WWW-Authenticate, 429 and 503
// carry Retry-After (seconds, at least 1).
#pragma once

#include "base/error.h"
#include "net/http_message.h"

namespace jangteo {

int http_status(ErrorCode code);
HttpResponse problem(const Error& error, const HttpRequest& request);
// For statuses of HTTP itself that no ErrorCode stands for (408, 431, 501, 505).
HttpResponse problem_with_status(int status, const Error& error, const HttpRequest& request);

}  // namespace jangteo
