#include "services/user/json_web_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

namespace {

constexpr std::size_t kKeyCountMax = 16;
constexpr std::size_t kHmacKeyBytesMin = 32;  // RFC 7518 section 3.2
constexpr int kRsaBitsMin = 2048;             // RFC 7518 section 3.3
constexpr int kRsaBitsMax = 8192;
constexpr std::size_t kEcCoordinateBytes = 32;

template <class T, void (*free_function)(T*)>
struct Free {
  void operator()(T* object) const { free_function(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX, EVP_MD_CTX_free>>;
using ParameterBuild = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM, OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BIGNUM, BN_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG, ECDSA_SIG_free>>;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string_view text_member(const boost::json::value& jwk, std::string_view name) {
  const auto* member = json_member(jwk, name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string()) : std::string_view();
}

// Decoded base64url of a member; empty when it is absent or not base64url.
std::string bytes_member(const boost::json::value& jwk, std::string_view name) {
  return from_base64url(text_member(jwk, name)).value_or("");
}

Number number(std::string_view bytes) { return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr)); }

Key public_key(const char* type, OSSL_PARAM_BLD* build) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(build));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool made = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  Key owned(key);
  if (!made) {
    ERR_clear_error();
    return {};
  }
  const KeyContext check(EVP_PKEY_CTX_new(owned.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) {
    ERR_clear_error();
    return {};
  }
  return owned;
}

Result<Key> rsa_key(const boost::json::value& jwk) {
  const Number modulus = number(bytes_member(jwk, "n"));
  const Number exponent = number(bytes_member(jwk, "e"));
  const int bits = BN_num_bits(modulus.get());
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) return fail(ErrorCode::invalid, "\"n\" has not 2048 to 8192 bits");
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  Key key = public_key("RSA", build.get());
  if (!key) return fail(ErrorCode::invalid, "\"n\" and \"e\" are no RSA key");
  return key;
}

Result<Key> ec_key(const boost::json::value& jwk) {
  const std::string x = bytes_member(jwk, "x");
  const std::string y = bytes_member(jwk, "y");
  if (text_member(jwk, "crv") != "P-256") return fail(ErrorCode::invalid, "\"crv\" is not P-256");
  if (x.size() != kEcCoordinateBytes || y.size() != kEcCoordinateBytes) {
    return fail(ErrorCode::invalid, "\"x\" and \"y\" are not 32 bytes each");
  }
  const std::string point = "\x04" + x + y;
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  Key key = public_key("EC", build.get());
  if (!key) return fail(ErrorCode::invalid, "\"x\" and \"y\" are no point of P-256");
  return key;
}

bool verify_with(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

// JWS carries r and s as two numbers of 32 bytes (RFC 7518 section 3.4), OpenSSL wants them in DER.
bool verify_ecdsa(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  if (signature.size() != 2 * kEcCoordinateBytes) return false;
  const EcSignature parsed(ECDSA_SIG_new());
  Number r = number(signature.substr(0, kEcCoordinateBytes));
  Number s = number(signature.substr(kEcCoordinateBytes));
  ECDSA_SIG_set0(parsed.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parsed.get(), &der);
  if (size <= 0) return false;
  const bool good = verify_with(key, message, {reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return good;
}

}  // namespace

struct JsonWebKey::Material {
  std::string bytes;  // Ed25519 public key or HMAC key
  Key key;            // RSA, EC
};

std::string_view to_string(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::eddsa:
      return "EdDSA";
    case SignatureAlgorithm::hs256:
      return "HS256";
    case SignatureAlgorithm::rs256:
      return "RS256";
    case SignatureAlgorithm::es256:
      return "ES256";
  }
  std::unreachable();
}

JsonWebKey::JsonWebKey(SignatureAlgorithm algorithm, std::unique_ptr<const Material> material)
    : algorithm_(algorithm), material_(std::move(material)) {}
JsonWebKey::JsonWebKey(JsonWebKey&&) noexcept = default;
JsonWebKey& JsonWebKey::operator=(JsonWebKey&&) noexcept = default;
JsonWebKey::~JsonWebKey() = default;

JsonWebKey JsonWebKey::ed25519(std::string_view public_key, std::string issuer) {
  JT_ASSERT(public_key.size() == kEd25519Bytes, "an Ed25519 public key has 32 bytes");
  JsonWebKey key(SignatureAlgorithm::eddsa, std::make_unique<const Material>(Material{std::string(public_key), {}}));
  key.id_ = ed25519_thumbprint(public_key);
  key.issuer_ = std::move(issuer);
  return key;
}

Result<JsonWebKey> JsonWebKey::parse(const boost::json::value& jwk) {
  const std::string_view type = text_member(jwk, "kty");
  auto algorithm = SignatureAlgorithm::eddsa;
  Material material;
  if (type == "OKP") {
    material.bytes = bytes_member(jwk, "x");
    if (text_member(jwk, "crv") != "Ed25519") return fail(ErrorCode::invalid, "\"crv\" is not Ed25519");
    if (material.bytes.size() != kEd25519Bytes) return fail(ErrorCode::invalid, "\"x\" is not 32 bytes");
  } else if (type == "oct") {
    algorithm = SignatureAlgorithm::hs256;
    material.bytes = bytes_member(jwk, "k");
    if (material.bytes.size() < kHmacKeyBytesMin) return fail(ErrorCode::invalid, "\"k\" is shorter than 32 bytes");
  } else if (type == "RSA" || type == "EC") {
    algorithm = type == "RSA" ? SignatureAlgorithm::rs256 : SignatureAlgorithm::es256;
    auto key = type == "RSA" ? rsa_key(jwk) : ec_key(jwk);
    JT_TRY(key);
    material.key = std::move(*key);
  } else {
    return fail(ErrorCode::invalid, "\"kty\" is not OKP, RSA, EC or oct");
  }
  if (json_member(jwk, "alg") != nullptr && text_member(jwk, "alg") != to_string(algorithm)) {
    return fail(ErrorCode::invalid, "\"alg\" is not " + std::string(to_string(algorithm)));
  }
  if (json_member(jwk, "use") != nullptr && text_member(jwk, "use") != "sig") {
    return fail(ErrorCode::invalid, "\"use\" is not sig");
  }
  JsonWebKey out(algorithm, std::make_unique<const Material>(std::move(material)));
  for (const auto& [name, field] : {std::pair{"kid", &out.id_}, {"iss", &out.issuer_}, {"aud", &out.audience_}}) {
    *field = text_member(jwk, name);
    if (json_member(jwk, name) != nullptr && field->empty()) {
      return fail(ErrorCode::invalid, "\"" + std::string(name) + "\" is no text");
    }
  }
  return out;
}

bool JsonWebKey::verify(std::string_view message, std::string_view signature) const {
  switch (algorithm_) {
    case SignatureAlgorithm::eddsa:
      return signature.size() == crypto_sign_BYTES &&
             ::crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(material_->bytes)) == 0;
    case SignatureAlgorithm::hs256: {
      unsigned char tag[32];
      const bool done = HMAC(EVP_sha256(), material_->bytes.data(), static_cast<int>(material_->bytes.size()),
                             raw(message), message.size(), tag, nullptr) != nullptr;
      return done && equal_constant_time({reinterpret_cast<char*>(tag), sizeof tag}, signature);
    }
    case SignatureAlgorithm::rs256:
      return verify_with(material_->key.get(), message, signature);
    case SignatureAlgorithm::es256:
      return verify_ecdsa(material_->key.get(), message, signature);
  }
  std::unreachable();
}

Result<std::vector<JsonWebKey>> parse_json_web_keys(std::string_view text) {
  const auto document = parse_json(text);
  JT_TRY(document);
  const auto* keys = json_member(*document, "keys");
  if (keys == nullptr || !keys->is_array() || keys->get_array().empty() || keys->get_array().size() > kKeyCountMax) {
    return fail(ErrorCode::invalid, "\"keys\" is not a list of 1 to 16 keys");
  }
  std::vector<JsonWebKey> out;
  for (const auto& jwk : keys->get_array()) {
    auto key = JsonWebKey::parse(jwk);
    const std::string where = "keys[" + std::to_string(out.size()) + "]: ";
    if (!key) return fail(key.error().code, where + key.error().detail);
    if (std::any_of(out.begin(), out.end(), [&](const JsonWebKey& other) { return other.id() == key->id(); })) {
      return fail(ErrorCode::invalid, where + "its \"kid\" is also that of another key");
    }
    out.push_back(std::move(*key));
  }
  return out;
}

std::string ed25519_thumbprint(std::string_view public_key) {
  const std::string canonical = R"({"crv":"Ed25519","kty":"OKP","x":")" + to_base64url(public_key) + "\"}";
  unsigned char digest[crypto_hash_sha256_BYTES];
  ::crypto_hash_sha256(digest, raw(canonical), canonical.size());
  return to_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace jangteo
