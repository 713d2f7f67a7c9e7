// Pictures of products: files named by their SHA-256 in one directory, so that a name always means the same bytes and
// may be cached for ever. What a file is, its first bytes say; names and headers of uploads do not count. Read through
// a bounded cache in memory.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/blocking_pool.h"
#include "runtime/task.h"
#include "services/product/bounded_cache.h"

namespace jangteo {

class ProductImages {
 public:
  static constexpr std::size_t kBytesMax = 5UL << 20;
  static constexpr std::string_view kPathPrefix = "/api/images/";

  // `directory` is made when it is absent.
  ProductImages(std::string directory, std::size_t cache_bytes_max);

  // "webp", "png", "jpg", "svg"; empty for what is none of them.
  static std::string_view type_of(std::string_view bytes);
  static bool is_name(std::string_view name);                 // <64 hex digits>.<type>
  static std::string_view media_type(std::string_view name);  // "image/webp"

  // The path that shows these bytes once they are stored, "/api/images/<name>". `unsupported_media_type`, `too_large`.
  static Result<std::string> path_of(std::string_view bytes);

  // Stores durably (once) and gives that path. Blocking.
  Result<std::string> store_blocking(std::string_view bytes);
  Task<Result<std::string>> store(BlockingPool* pool, std::string bytes);

  using Bytes = std::shared_ptr<const std::string>;
  Bytes cached(std::string_view name) const { return cache_.get(name); }
  Task<Result<Bytes>> read(BlockingPool* pool, std::string name);  // `not_found`

 private:
  std::string directory_;
  BoundedCache<Bytes> cache_;
};

}  // namespace jangteo
