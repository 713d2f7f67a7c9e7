// Argon2id (RFC 9106) by libsodium, one lane. The defaults are OWASP's (19 MiB, 2 passes). Each call takes tens of
// milliseconds and `memory_kib` of memory: it runs on the blocking pool, whose threads bound the memory and whose queue
// bounds the wait. Every thread may use one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jangteo {

struct PasswordCost {
  std::int64_t memory_kib = 19456;  // at least 8
  std::int64_t passes = 2;          // at least 1
};

class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordCost cost);

  std::string hash(std::string_view password) const;  // "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>"
  bool verify(const std::string& hash, std::string_view password) const;
  // Takes as long as verify() of a hash with this cost; for accounts that do not exist. Always false.
  bool verify_nobody(std::string_view password) const;
  // Made with another cost than this one.
  bool outdated(const std::string& hash) const;

 private:
  PasswordCost cost_;
  std::string nobody_;
};

}  // namespace jangteo
