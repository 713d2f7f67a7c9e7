// Secrets that a data directory keeps (keys that sign tokens and links): random bytes made at first use, mode 0600,
// durable (file and directory fsynced) before they are used, so that what they signed stays valid after a crash.
// Blocking; at start. One process at a time: the data directory's lock sees to that.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace jangteo {

// The `size_bytes` bytes of the file at `path` ("DIRECTORY/NAME"); a missing file is made from the system's randomness,
// and so is its directory. Rights that others have on it are taken away. A file of another size is an error: a secret
// is never replaced.
Result<std::string> read_or_create_secret(const std::string& path, std::size_t size_bytes);

}  // namespace jangteo
