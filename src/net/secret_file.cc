#include "net/secret_file.h"

#include <openssl/rand.h>
#include <sys/stat.h>

#include "runtime/file.h"

namespace jangteo {

Result<std::string> read_or_create_secret(const std::string& path, std::size_t size_bytes) {
  auto present = read_file(path, 4096);
  if (present) {
    if (present->size() != size_bytes) {
      return fail(ErrorCode::internal, path + " is not a secret of " + std::to_string(size_bytes) + " bytes");
    }
    static_cast<void>(::chmod(path.c_str(), 0600));  // not every file system can
    return present;
  }
  if (present.error().code != ErrorCode::not_found) return present;

  JT_TRY(make_directories(path.substr(0, path.rfind('/'))));
  std::string secret(size_bytes, '\0');
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(size_bytes)) != 1) {
    return fail(ErrorCode::internal, "no randomness for " + path);
  }
  JT_TRY(write_file_atomically(path, secret, 0600));
  return secret;
}

}  // namespace jangteo
