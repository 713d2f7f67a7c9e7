// JSON Web Signatures in compact form (RFC 7515 section 3.1):
//
//   base64url({"alg","kid","typ"}) "." base64url(payload) "." base64url(signature over the first two parts)
//
// A token's own "alg" never selects how it is verified: it must be that of the key ("none" is nobody's). Headers that
// change the meaning ("crit") are refused, embedded keys and URLs are ignored. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "services/user/json_web_key.h"

namespace jangteo {

struct VerifiedPayload {
  std::string payload;
  const JsonWebKey* key;  // which of the keys it was
};

// `unauthorized` with the reason. With a "kid" only that key is tried, without one every key of its algorithm.
Result<VerifiedPayload> verify_compact(std::string_view token, std::span<const JsonWebKey> keys);

// Ed25519 by libsodium. `seed`: 32 secret bytes (RFC 8032 section 5.1.5).
class SigningKey {
 public:
  static constexpr std::size_t kSeedBytes = 32;
  explicit SigningKey(std::string_view seed);
  const std::string& public_key() const { return public_key_; }
  const std::string& id() const { return id_; }  // RFC 7638 thumbprint
  std::string sign(std::string_view message) const;
  // {"alg":"EdDSA","kid":id(),"typ":"JWT"} and the payload, signed.
  std::string sign_compact(std::string_view payload) const;

 private:
  std::string public_key_;
  std::string secret_key_;
  std::string id_;
  std::string encoded_header_;
};

}  // namespace jangteo
