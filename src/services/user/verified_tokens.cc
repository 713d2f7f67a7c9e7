#include "services/user/verified_tokens.h"

#include <sodium.h>

#include <algorithm>
#include <iterator>

#include "base/assert.h"

namespace jangteo {

VerifiedTokens::VerifiedTokens(std::size_t count_max)
    : shard_count_max_(std::max<std::size_t>(1, count_max / kShards)) {
  JT_ASSERT(::sodium_init() >= 0, "libsodium starts");
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof key_);
  static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(Digest));
  ::randombytes_buf(key_.data(), key_.size());
}

VerifiedTokens::Digest VerifiedTokens::digest(std::string_view token) const {
  Digest out;
  ::crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(token.data()), token.size(), key_.data());
  return out;
}

std::optional<Principal> VerifiedTokens::find(std::string_view token, Timestamp now) {
  const Digest id = digest(token);
  auto locked = shard(id).lock();
  const auto found = locked->entries.find(id);
  if (found == locked->entries.end()) return {};
  if (now >= found->second->token.good_until) {
    locked->order.erase(found->second);
    locked->entries.erase(found);
    return {};
  }
  locked->order.splice(locked->order.end(), locked->order, found->second);
  return found->second->token.principal;
}

void VerifiedTokens::add(std::string_view token, const VerifiedToken& verified) {
  const Digest id = digest(token);
  auto locked = shard(id).lock();
  if (locked->entries.contains(id)) return;
  if (locked->entries.size() >= shard_count_max_) {
    locked->entries.erase(locked->order.front().digest);
    locked->order.pop_front();
  }
  locked->order.push_back(Entry{id, verified});
  locked->entries.emplace(id, std::prev(locked->order.end()));
}

std::size_t VerifiedTokens::size() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) count += shard.lock()->entries.size();
  return count;
}

}  // namespace jangteo
