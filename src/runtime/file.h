// Files as a server needs them: read whole, replaced atomically, and a data directory that belongs to one process.
// Everything here blocks; it is called at start, from storage threads or on a BlockingPool. Errors name the path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jangteo {

// `not_found` when there is none, `too_large` beyond `bytes_max`, `unavailable` for what else the system says.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max = 64UL << 20);

// After success the file holds `bytes` durably; after a failure or a crash it holds either the old bytes or the new:
// temporary file beside it, fsync, rename, fsync of the directory.
Status write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0640);

// mkdir -p; the new directories are durable.
Status make_directories(const std::string& path);
// Makes entries of a directory (creations, renames, removals) durable.
Status sync_directory(const std::string& path);

// A directory with all of a server's data, made when it is absent and locked (flock on the file "lock" in it) as long
// as the object lives, so that one process owns it. Movable.
class DataDirectory {
 public:
  // `conflict` when another process holds it: the command line exits 2 then.
  static Result<DataDirectory> open(const std::string& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const;  // path of an entry of the directory

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace jangteo
