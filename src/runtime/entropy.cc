#include "runtime/entropy.h"

#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/assert.h"

namespace jangteo {

namespace {

constexpr std::size_t kBlockBytes = 64;

// ChaCha20's block function (RFC 8439 section 2.3): four constants, eight words of key, counter, nonce.
class Generator {
 public:
  Generator() {
    std::array<std::uint32_t, 8> key{};
    auto* out = reinterpret_cast<char*>(key.data());
    for (std::size_t filled = 0; filled < sizeof key;) {
      const ssize_t got = getrandom(out + filled, sizeof key - filled, 0);
      JT_ASSERT(got > 0 || errno == EINTR, "the kernel gives randomness");
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    start(key);
  }

  void start(const std::array<std::uint32_t, 8>& key) {
    state_ = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    std::memcpy(state_.data() + 4, key.data(), sizeof key);
    used_ = kBlockBytes;
  }

  void fill(void* out, std::size_t size) {  // size divides kBlockBytes
    if (used_ + size > kBlockBytes) make_block();
    std::memcpy(out, reinterpret_cast<const char*>(block_.data()) + used_, size);
    used_ += size;
  }

 private:
  void make_block() {
    auto x = state_;
    const auto quarter = [&x](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
      x[a] += x[b], x[d] = std::rotl(x[d] ^ x[a], 16);
      x[c] += x[d], x[b] = std::rotl(x[b] ^ x[c], 12);
      x[a] += x[b], x[d] = std::rotl(x[d] ^ x[a], 8);
      x[c] += x[d], x[b] = std::rotl(x[b] ^ x[c], 7);
    };
    for (int round = 0; round < 10; ++round) {
      quarter(0, 4, 8, 12), quarter(1, 5, 9, 13), quarter(2, 6, 10, 14), quarter(3, 7, 11, 15);
      quarter(0, 5, 10, 15), quarter(1, 6, 11, 12), quarter(2, 7, 8, 13), quarter(3, 4, 9, 14);
    }
    for (std::size_t i = 0; i < x.size(); ++i) block_[i] = x[i] + state_[i];
    if (++state_[12] == 0) ++state_[13];
    used_ = 0;
  }

  std::array<std::uint32_t, 16> state_{};
  std::array<std::uint32_t, 16> block_{};
  std::size_t used_ = kBlockBytes;
};

Generator& generator() {
  thread_local Generator instance;
  return instance;
}

}  // namespace

IdBytes random_id_bytes() {
  IdBytes bytes;
  generator().fill(bytes.data(), bytes.size());
  return bytes;
}

std::uint64_t random_u64() {
  std::uint64_t value;
  generator().fill(&value, sizeof value);
  return value;
}

void reseed_for_test(std::uint64_t seed) {
  std::array<std::uint32_t, 8> key{};
  std::memcpy(key.data(), &seed, sizeof seed);
  generator().start(key);
}

}  // namespace jangteo
