// VerifiedTokens: access tokens whose signature was checked before, so that a request pays a hash lookup instead of an
// elliptic-curve operation. Bounded (least recently used goes), in shards with a lock each. A token is known by its
// SipHash-2-4-128 under a key of this process (libsodium), so the tokens themselves are not kept. Every thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "runtime/guarded.h"
#include "services/user/access_tokens.h"

namespace jangteo {

class VerifiedTokens {
 public:
  explicit VerifiedTokens(std::size_t count_max);

  // The principal of a token that was added and has not expired.
  std::optional<Principal> find(std::string_view token, Timestamp now);
  void add(std::string_view token, const VerifiedToken& verified);
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;
  using Digest = std::array<std::uint64_t, 2>;
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const { return static_cast<std::size_t>(digest[0]); }
  };
  struct Entry {
    Digest digest;
    VerifiedToken token;
  };
  struct Shard {
    std::list<Entry> order;  // least recently used first
    std::unordered_map<Digest, std::list<Entry>::iterator, DigestHash> entries;
  };
  Digest digest(std::string_view token) const;
  Guarded<Shard>& shard(const Digest& digest) { return shards_[digest[1] % kShards]; }

  const std::size_t shard_count_max_;
  std::array<unsigned char, 16> key_;
  std::array<Guarded<Shard>, kShards> shards_;
};

}  // namespace jangteo
