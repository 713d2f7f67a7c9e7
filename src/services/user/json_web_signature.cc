#include "services/user/json_web_signature.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

namespace {
constexpr std::size_t kHeaderDepthMax = 4;

std::unexpected<Error> refused(const char* why) { return fail(ErrorCode::unauthorized, why); }
}  // namespace

Result<VerifiedPayload> verify_compact(std::string_view token, std::span<const JsonWebKey> keys) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return refused("the token has not three parts");
  const auto header_text = from_base64url(token.substr(0, first));
  auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!header_text || !payload || !signature) return refused("the token is not base64url");
  const auto header = parse_json(*header_text, JsonLimits{.depth_max = kHeaderDepthMax});
  if (!header || !header->is_object()) return refused("the token's header is not a JSON object");
  if (json_member(*header, "crit") != nullptr) return refused("the token's header has extensions");
  const auto* algorithm = json_member(*header, "alg");
  if (algorithm == nullptr || !algorithm->is_string()) return refused("the token's header has no algorithm");
  const auto* id = json_member(*header, "kid");
  if (id != nullptr && !id->is_string()) return refused("the token's key id is no text");

  const std::string_view message = token.substr(0, second);
  for (const auto& key : keys) {
    if (id != nullptr && std::string_view(id->get_string()) != key.id()) continue;
    if (std::string_view(algorithm->get_string()) != to_string(key.algorithm())) continue;
    if (key.verify(message, *signature)) return VerifiedPayload{std::move(*payload), &key};
  }
  return refused("the token's signature is not one of a known key");
}

SigningKey::SigningKey(std::string_view seed) {
  JT_ASSERT(seed.size() == kSeedBytes, "an Ed25519 seed has 32 bytes");
  JT_ASSERT(::sodium_init() >= 0, "libsodium starts");
  public_key_.resize(crypto_sign_PUBLICKEYBYTES);
  secret_key_.resize(crypto_sign_SECRETKEYBYTES);
  ::crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key_.data()),
                             reinterpret_cast<unsigned char*>(secret_key_.data()),
                             reinterpret_cast<const unsigned char*>(seed.data()));
  id_ = ed25519_thumbprint(public_key_);
  std::string header;
  JsonWriter(header).begin_object().field("alg", "EdDSA").field("kid", id_).field("typ", "JWT").end_object();
  encoded_header_ = to_base64url(header);
}

std::string SigningKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  ::crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         reinterpret_cast<const unsigned char*>(secret_key_.data()));
  return signature;
}

std::string SigningKey::sign_compact(std::string_view payload) const {
  std::string token = encoded_header_ + "." + to_base64url(payload);
  const std::string signature = to_base64url(sign(token));
  return token + "." + signature;
}

}  // namespace jangteo
