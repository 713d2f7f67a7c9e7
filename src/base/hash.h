// Stable hashes: their values are on disk (shard choice, checksums), so they never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jangteo {

// FNV-1a, 64 bit, finished with a murmur-style mix so that the low bits are usable for shard choice.
// Source: draft-eastlake-fnv.
std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0);

// CRC32C (Castagnoli, RFC 3720 appendix B.4), hardware where the processor has it. `crc` continues an earlier value.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace jangteo
