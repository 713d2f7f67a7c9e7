// Public keys that verify token signatures, from a JWK Set (RFC 7517; members by RFC 7518 section 6 and RFC 8037).
// A key has exactly one algorithm, and a token cannot choose another (RFC 8725 section 3.1):
//   {"kty":"OKP","crv":"Ed25519","x"} EdDSA    {"kty":"RSA","n","e"} RS256, 2048-8192 bits
//   {"kty":"EC","crv":"P-256","x","y"} ES256   {"kty":"oct","k"}     HS256, at least 256 bits
// Optional: "kid", "alg" (must agree), "use" (must be "sig"), and two of our own that pin what its tokens say:
// "iss" (their issuer) and "aud" (an audience that they must name). Immutable: every thread may verify.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jangteo {

enum class SignatureAlgorithm : std::uint8_t { eddsa, hs256, rs256, es256 };
std::string_view to_string(SignatureAlgorithm algorithm);  // as in a token's "alg"

class JsonWebKey {
 public:
  static constexpr std::size_t kEd25519Bytes = 32;

  static Result<JsonWebKey> parse(const boost::json::value& jwk);
  static JsonWebKey ed25519(std::string_view public_key, std::string issuer);  // kEd25519Bytes bytes; kid = thumbprint

  JsonWebKey(JsonWebKey&&) noexcept;
  JsonWebKey& operator=(JsonWebKey&&) noexcept;
  ~JsonWebKey();

  SignatureAlgorithm algorithm() const { return algorithm_; }
  const std::string& id() const { return id_; }              // "kid"; empty when it has none
  const std::string& issuer() const { return issuer_; }      // empty: any
  const std::string& audience() const { return audience_; }  // empty: any
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Material;
  JsonWebKey(SignatureAlgorithm algorithm, std::unique_ptr<const Material> material);
  SignatureAlgorithm algorithm_;
  std::string id_;
  std::string issuer_;
  std::string audience_;
  std::unique_ptr<const Material> material_;
};

// {"keys":[...]}, 1-16 keys with different ids; `invalid` says which key is wrong and why.
Result<std::vector<JsonWebKey>> parse_json_web_keys(std::string_view text);

// RFC 7638 thumbprint (base64url of SHA-256) of an Ed25519 public key (RFC 8037 appendix A.3).
std::string ed25519_thumbprint(std::string_view public_key);

}  // namespace jangteo
