// Access tokens: JSON Web Tokens (RFC 7519) that say who asks, in which session, with which roles, until when.
//
//   {"iss":"jangteo","sub":"usr_...","roles":["customer"],"sid":"ses_...","iat":1800000000,"exp":1800000600}
//
// Signed with this server's Ed25519 key; tokens of configured outside keys are accepted too (json_web_key.h) when they
// carry "sub" (a user id of ours), "exp", and optionally "roles", "sid", "nbf": the holder of such a key may speak for
// every user. Checks: RFC 8725. Immutable: every thread may use one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "net/principal.h"
#include "services/user/domain/role.h"
#include "services/user/json_web_key.h"
#include "services/user/json_web_signature.h"

namespace jangteo {

struct SessionTag {
  static constexpr std::string_view kPrefix = "ses_";
};
using SessionId = Id<SessionTag>;

struct VerifiedToken {
  Principal principal;
  Timestamp good_until;  // expiry and leeway
};

class AccessTokens {
 public:
  static constexpr std::size_t kTokenBytesMax = 4096;
  static constexpr Millis kLeeway{30'000};  // for the clocks of others

  AccessTokens(SigningKey key, std::vector<JsonWebKey> outside_keys, std::string issuer, Millis lifetime);

  std::string issue(UserId user, Role role, SessionId session, Timestamp now) const;
  // `unauthorized` with the reason. Any bytes may be passed.
  Result<VerifiedToken> verify(std::string_view token, Timestamp now) const;

  Millis lifetime() const { return lifetime_; }
  const std::string& key_set() const { return key_set_; }  // JWK Set with this server's public key

 private:
  SigningKey key_;
  std::vector<JsonWebKey> keys_;  // own key first
  std::string issuer_;
  Millis lifetime_;
  std::string key_set_;
};

}  // namespace jangteo
