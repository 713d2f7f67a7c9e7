// Access tokens from anywhere: the bytes are checked as a token, and also as claims that a known key has signed.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "services/user/access_tokens.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jangteo;
  static const SigningKey key(std::string(SigningKey::kSeedBytes, 'f'));
  static const AccessTokens tokens(key, {}, "jangteo", Millis{600'000});
  const Timestamp now{1'800'000'000'000};
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  JT_ASSERT(!tokens.verify(input, now), "nobody guesses a signature");
  const auto verified = tokens.verify(key.sign_compact(input), now);
  if (verified) {
    JT_ASSERT(!verified->principal.user.empty(), "a good token has a subject");
    JT_ASSERT(verified->good_until > now, "a good token has not expired");
    for (const auto& role : verified->principal.roles) JT_ASSERT(parse_role(role), "only roles of ours are given");
  }
  return 0;
}
