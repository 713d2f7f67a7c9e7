#include "net/security_headers.h"

namespace jangteo {

SecurityHeaders::SecurityHeaders(const SecurityHeaderSettings& settings)
    : lines_("X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n") {
  if (settings.https_only) lines_ += "Strict-Transport-Security: max-age=31536000\r\n";
  page_lines_ = lines_ + "Content-Security-Policy: " + settings.content_security_policy + "\r\n";
}

void SecurityHeaders::after(const HttpRequest&, const Route*, HttpResponse& response) {
  response.head_lines += response.content_type.starts_with("text/html") ? page_lines_ : lines_;
}

}  // namespace jangteo
