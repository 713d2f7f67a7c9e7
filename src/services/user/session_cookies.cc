#include "services/user/session_cookies.h"

namespace jangteo {

namespace {

constexpr std::string_view kAccessPath = "/";
constexpr std::string_view kRefreshPath = "/api/auth";

std::string cookie(std::string_view name, std::string_view value, std::string_view path, Millis lifetime, bool secure) {
  std::string out(name);
  out.append("=").append(value).append("; Path=").append(path);
  out.append("; Max-Age=").append(std::to_string(lifetime.count() / 1000));
  out.append("; HttpOnly; SameSite=Strict");
  if (secure) out.append("; Secure");
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view request_cookie(const HttpRequest& request, std::string_view name) {
  std::string_view rest = request.header("Cookie");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    const std::string_view pair = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

bool is_cross_origin(const HttpRequest& request) {
  if (request.method == HttpMethod::get || request.method == HttpMethod::head ||
      request.method == HttpMethod::options) {
    return false;
  }
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return false;
  const auto scheme_end = origin.find("://");
  return scheme_end == std::string_view::npos || origin.substr(scheme_end + 3) != request.header("Host");
}

void set_session_cookies(HttpResponse& response, std::string_view access_token, std::string_view refresh_token,
                         CookieLifetimes lifetimes, bool secure) {
  response.with("Set-Cookie", cookie(kAccessCookie, access_token, kAccessPath, lifetimes.access, secure));
  response.with("Set-Cookie", cookie(kRefreshCookie, refresh_token, kRefreshPath, lifetimes.refresh, secure));
}

void clear_session_cookies(HttpResponse& response, bool secure) {
  set_session_cookies(response, "", "", {Millis{0}, Millis{0}}, secure);
}

}  // namespace jangteo
