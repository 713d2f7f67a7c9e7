#include "services/user/password_hasher.h"

#include <sodium.h>

#include "base/assert.h"

namespace jangteo {

PasswordHasher::PasswordHasher(PasswordCost cost) : cost_(cost) {
  JT_ASSERT(::sodium_init() >= 0, "libsodium starts");
  char random[32];
  ::randombytes_buf(random, sizeof random);
  nobody_ = hash(std::string_view(random, sizeof random));
}

std::string PasswordHasher::hash(std::string_view password) const {
  char text[crypto_pwhash_STRBYTES];
  const int status =
      ::crypto_pwhash_str_alg(text, password.data(), password.size(), static_cast<unsigned long long>(cost_.passes),
                              static_cast<std::size_t>(cost_.memory_kib) * 1024, crypto_pwhash_ALG_ARGON2ID13);
  JT_ASSERT(status == 0, "Argon2id has the memory that its configuration promises");
  return text;
}

bool PasswordHasher::verify(const std::string& hash, std::string_view password) const {
  return ::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool PasswordHasher::verify_nobody(std::string_view password) const {
  static_cast<void>(verify(nobody_, password));
  return false;
}

bool PasswordHasher::outdated(const std::string& hash) const {
  return ::crypto_pwhash_str_needs_rehash(hash.c_str(), static_cast<unsigned long long>(cost_.passes),
                                          static_cast<std::size_t>(cost_.memory_kib) * 1024) != 0;
}

}  // namespace jangteo
