// Sessions of pages: the two tokens in cookies that scripts cannot read (RFC 6265, and SameSite of its successor), and
// the check that a request which brings them was made by a page of this very origin.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http_message.h"

namespace jangteo {

constexpr std::string_view kAccessCookie = "jt_access";
constexpr std::string_view kRefreshCookie = "jt_refresh";  // sent to /api/auth only

// The value of a cookie of the request; empty when it brings none.
std::string_view request_cookie(const HttpRequest& request, std::string_view name);

// True for an unsafe method (not GET, HEAD, OPTIONS) that a browser sent on behalf of another origin, by
// Sec-Fetch-Site, or by Origin against Host where a browser sends no such header. A request without both comes from no
// browser.
bool is_cross_origin(const HttpRequest& request);

struct CookieLifetimes {
  Millis access;
  Millis refresh;
};
void set_session_cookies(HttpResponse& response, std::string_view access_token, std::string_view refresh_token,
                         CookieLifetimes lifetimes, bool secure);
void clear_session_cookies(HttpResponse& response, bool secure);

}  // namespace jangteo
