#include "net/signed_token.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "net/secret_file.h"

namespace jangteo {

namespace {
constexpr std::size_t kExpiryBytes = 4;
constexpr std::size_t kTagBytes = 24;

std::string expiry_bytes(Timestamp expires_at) {
  const std::int64_t seconds = expires_at.ms / 1000;
  JT_ASSERT(seconds >= 0 && seconds <= UINT32_MAX, "a link expires before the year 2106");
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(seconds >> shift & 255);
  return out;
}

std::int64_t expiry_seconds(std::string_view bytes) {
  std::int64_t seconds = 0;
  for (const char c : bytes) seconds = seconds << 8 | static_cast<unsigned char>(c);
  return seconds;
}

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;
}  // namespace

// The keyed state, copied for each tag: setting a key up costs more than the tag.
struct LinkSigner::Mac {
  Context keyed;
};

LinkSigner::LinkSigner(std::string_view key) {
  JT_ASSERT(key.size() == kKeyBytes, "a link key has 32 bytes");
  EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  JT_ASSERT(algorithm != nullptr, "OpenSSL has HMAC");
  Context context(EVP_MAC_CTX_new(algorithm));
  EVP_MAC_free(algorithm);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  const int initialised =
      EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size(), parameters);
  JT_ASSERT(initialised == 1, "OpenSSL has HMAC-SHA-256");
  mac_ = std::make_unique<const Mac>(std::move(context));
}

LinkSigner::~LinkSigner() = default;
LinkSigner::LinkSigner(LinkSigner&&) noexcept = default;
LinkSigner& LinkSigner::operator=(LinkSigner&&) noexcept = default;

Result<LinkSigner> LinkSigner::open(const std::string& data_directory) {
  auto key = read_or_create_secret(data_directory + "/keys/link.key", kKeyBytes);
  JT_TRY(key);
  return LinkSigner(*key);
}

std::string LinkSigner::tag(std::string_view purpose, std::string_view subject, std::string_view expiry) const {
  JT_ASSERT(purpose.size() <= 255, "a purpose is a short literal");
  const Context context(EVP_MAC_CTX_dup(mac_->keyed.get()));
  const auto update = [&context](std::string_view bytes) {
    return EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  };
  const char length = static_cast<char>(purpose.size());
  unsigned char full[32];
  std::size_t size = 0;
  const bool done = context != nullptr && update({&length, 1}) && update(purpose) && update(expiry) &&
                    update(subject) && EVP_MAC_final(context.get(), full, &size, sizeof(full)) == 1;
  JT_ASSERT(done && size == sizeof(full), "an HMAC of bytes in memory cannot fail");
  return {reinterpret_cast<const char*>(full), kTagBytes};
}

std::string LinkSigner::sign(std::string_view purpose, std::string_view subject, Timestamp expires_at) const {
  const std::string expiry = expiry_bytes(expires_at);
  return to_base64url(expiry + tag(purpose, subject, expiry));
}

bool LinkSigner::verify(std::string_view purpose, std::string_view subject, std::string_view token,
                        Timestamp now) const {
  if (token.size() != kTokenCharacters) return false;
  const auto bytes = from_base64url(token);
  if (!bytes) return false;
  const std::string_view expiry = std::string_view(*bytes).substr(0, kExpiryBytes);
  if (!equal_constant_time(tag(purpose, subject, expiry), std::string_view(*bytes).substr(kExpiryBytes))) return false;
  const std::int64_t expires_s = expiry_seconds(expiry);
  return expires_s == 0 || now.ms / 1000 < expires_s;
}

}  // namespace jangteo
