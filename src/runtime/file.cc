#include "runtime/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace jangteo {

namespace {

std::unexpected<Error> system_error(const std::string& path, const char* doing) {
  const int number = errno;
  const auto code = number == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable;
  return fail(code, path + ": " + doing + ": " + std::strerror(number));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status write_all(int file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error(path, "cannot write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_error(path, "cannot open");
  std::string out;
  char chunk[65536];
  for (;;) {
    const ssize_t got = read(file.get(), chunk, sizeof chunk);
    if (got < 0) {
      if (errno == EINTR) continue;
      return system_error(path, "cannot read");
    }
    if (got == 0) return out;
    if (out.size() + static_cast<std::size_t>(got) > bytes_max) {
      return fail(ErrorCode::too_large, path + ": larger than " + std::to_string(bytes_max) + " bytes");
    }
    out.append(chunk, static_cast<std::size_t>(got));
  }
}

Status write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  {
    const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) return system_error(path, "cannot make a temporary file beside it");
    Status written = write_all(file.get(), temporary, bytes);
    if (written && (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0)) {
      written = system_error(temporary, "cannot make durable");
    }
    if (!written) {
      unlink(temporary.c_str());
      return written;
    }
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    auto failure = system_error(path, "cannot rename into place");
    unlink(temporary.c_str());
    return failure;
  }
  return sync_directory(directory_of(path));
}

Status make_directories(const std::string& path) {
  if (path.empty()) return fail(ErrorCode::invalid, "a directory needs a name");
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0750) == 0) {
      JT_TRY(sync_directory(directory_of(part)));
    } else if (errno != EEXIST) {
      return system_error(part, "cannot make the directory");
    }
  }
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return system_error(path, "cannot look at it");
  if (!S_ISDIR(status.st_mode)) return fail(ErrorCode::unavailable, path + ": is no directory");
  return {};
}

Status sync_directory(const std::string& path) {
  const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return system_error(path, "cannot open the directory");
  if (fsync(directory.get()) != 0) return system_error(path, "cannot make the directory durable");
  return {};
}

Result<DataDirectory> DataDirectory::open(const std::string& path) {
  JT_TRY(make_directories(path));
  const std::string lock_path = path + "/lock";
  Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (lock.get() < 0) return system_error(lock_path, "cannot open");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(lock_path, "cannot lock");
    char holder[32] = {};
    const ssize_t got = pread(lock.get(), holder, sizeof holder - 1, 0);
    std::string_view number(holder, got > 0 ? static_cast<std::size_t>(got) : 0);
    number = number.substr(0, number.find('\n'));
    return fail(ErrorCode::conflict, path + ": another process" +
                                         (number.empty() ? "" : " (" + std::string(number) + ")") +
                                         " uses this data directory");
  }
  // Who holds it, for people; the lock itself is the kernel's.
  const std::string own = std::to_string(getpid()) + "\n";
  if (ftruncate(lock.get(), 0) != 0 || pwrite(lock.get(), own.data(), own.size(), 0) < 0) {
    return system_error(lock_path, "cannot write");
  }
  return DataDirectory(path, lock.release());
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) close(lock_);
}

std::string DataDirectory::file(std::string_view name) const { return path_ + "/" + std::string(name); }

}  // namespace jangteo
