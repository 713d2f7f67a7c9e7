#include "services/user/authenticator.h"

#include "net/http_message.h"
#include "services/user/session_cookies.h"

namespace jangteo {

namespace {

constexpr char kLookups[] = "jangteo_token_cache_lookups_total";
constexpr char kLookupsHelp[] = "Access tokens looked up in the cache of checked ones";

// The token of "Bearer <token>"; empty when the header has another form.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "Bearer ";
  if (header.size() <= kScheme.size() || !equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return {};
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

bool is_safe(HttpMethod method) {
  return method == HttpMethod::get || method == HttpMethod::head || method == HttpMethod::options;
}

}  // namespace

Authenticator::Authenticator(const AccessTokens& tokens, const RevokedSessions& revoked, Clock& clock,
                             MetricsRegistry& metrics, std::size_t verified_tokens_max)
    : tokens_(tokens),
      revoked_(revoked),
      clock_(clock),
      verified_(verified_tokens_max),
      hits_(metrics.counter(kLookups, kLookupsHelp, {{"outcome", "hit"}})),
      misses_(metrics.counter(kLookups, kLookupsHelp, {{"outcome", "miss"}})),
      refused_(metrics.counter("jangteo_tokens_refused_total", "Access tokens that were refused")) {}

Result<Principal> Authenticator::authenticate(const HttpRequest& request) {
  if (const auto header = request.header("Authorization"); !header.empty()) {
    const auto token = bearer_token(header);
    if (token.empty()) return fail(ErrorCode::unauthorized, "credentials are sent as a bearer token");
    return verify(token);
  }
  const auto cookie = request_cookie(request, kAccessCookie);
  if (cookie.empty()) return Principal{};
  if (is_cross_origin(request)) return fail(ErrorCode::forbidden, "the request comes from a page of another origin");
  auto principal = verify(cookie);
  if (!principal && (is_safe(request.method) || request.path.starts_with("/api/auth/"))) return Principal{};
  return principal;
}

Result<Principal> Authenticator::verify(std::string_view token) {
  const Timestamp now = clock_.now();
  auto known = verified_.find(token, now);
  if (known) {
    hits_.add();
  } else {
    misses_.add();
    auto verified = tokens_.verify(token, now);
    if (!verified) {
      refused_.add();
      return fail(std::move(verified).error());
    }
    verified_.add(token, *verified);
    known = std::move(verified->principal);
  }
  if (revoked_.contains(known->session)) {
    refused_.add();
    return fail(ErrorCode::unauthorized, "the session has ended");
  }
  return std::move(*known);
}

}  // namespace jangteo
