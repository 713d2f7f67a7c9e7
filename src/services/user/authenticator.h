// Who makes a request: reads the bearer token (RFC 6750) or the page's session cookie. Known tokens are found in a
// cache; ended sessions are refused at once. Every thread.
//
// A bad bearer token is refused everywhere. A bad cookie is a stale page: it is nobody for safe methods and below
// /api/auth/ (to log in again), and refused elsewhere, so that nothing is done as a guest by mistake. A cookie on an
// unsafe request from another origin is `forbidden`.
#pragma once

#include <string_view>

#include "net/http_message.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "services/user/access_tokens.h"
#include "services/user/revoked_sessions.h"
#include "services/user/verified_tokens.h"

namespace jangteo {

class Authenticator {
 public:
  Authenticator(const AccessTokens& tokens, const RevokedSessions& revoked, Clock& clock, MetricsRegistry& metrics,
                std::size_t verified_tokens_max);

  // The principal of the request; nobody when it brings no credentials.
  Result<Principal> authenticate(const HttpRequest& request);
  // The principal of a token that came another way.
  Result<Principal> verify(std::string_view token);

 private:
  const AccessTokens& tokens_;
  const RevokedSessions& revoked_;
  Clock& clock_;
  VerifiedTokens verified_;
  Counter& hits_;
  Counter& misses_;
  Counter& refused_;
};

}  // namespace jangteo
