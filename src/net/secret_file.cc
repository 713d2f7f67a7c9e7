#include "net/secret_file.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace jangteo {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

std::unexpected<Error> failed(const char* what, const std::string& path) {
  return fail(ErrorCode::internal, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.get()) != 0) return failed("make durable", path);
  return {};
}

// Empty when there is no such file.
Result<std::optional<std::string>> read_secret(const std::string& path, std::size_t size_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) {
    if (errno == ENOENT) return std::optional<std::string>{};
    return failed("open", path);
  }
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return failed("read", path);
  if (!S_ISREG(about.st_mode) || static_cast<std::size_t>(about.st_size) != size_bytes) {
    return fail(ErrorCode::internal, path + " is not a secret of " + std::to_string(size_bytes) + " bytes");
  }
  if ((about.st_mode & 077) != 0) static_cast<void>(::fchmod(file.get(), 0600));  // not every file system can
  std::string secret(size_bytes, '\0');
  std::size_t filled = 0;
  while (filled < size_bytes) {
    const ssize_t got = ::read(file.get(), secret.data() + filled, size_bytes - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failed("read", path);
    filled += static_cast<std::size_t>(got);
  }
  return std::optional(std::move(secret));
}

Status write_secret(const std::string& path, const std::string& secret) {
  const std::string draft = path + ".new";  // a crash before the rename leaves no half secret under the real name
  ::unlink(draft.c_str());
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.open()) return failed("create", draft);
    std::size_t written = 0;
    while (written < secret.size()) {
      const ssize_t put = ::write(file.get(), secret.data() + written, secret.size() - written);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return failed("write", draft);
      written += static_cast<std::size_t>(put);
    }
    if (::fsync(file.get()) != 0) return failed("make durable", draft);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("rename to", path);
  return sync_directory(directory_of(path));
}

}  // namespace

Result<std::string> read_or_create_secret(const std::string& path, std::size_t size_bytes) {
  auto present = read_secret(path, size_bytes);
  JT_TRY(present);
  if (*present) return std::move(**present);

  const std::string directory = directory_of(path);
  if (::mkdir(directory.c_str(), 0700) == 0) {
    JT_TRY(sync_directory(directory_of(directory)));
  } else if (errno != EEXIST) {
    return failed("create", directory);
  }
  std::string secret(size_bytes, '\0');
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(size_bytes)) != 1) {
    return fail(ErrorCode::internal, "no randomness for " + path);
  }
  JT_TRY(write_secret(path, secret));
  return secret;
}

}  // namespace jangteo
