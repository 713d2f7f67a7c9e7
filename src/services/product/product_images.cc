#include "services/product/product_images.h"

#include <openssl/sha.h>

#include <filesystem>
#include <utility>

#include "base/bytes.h"
#include "runtime/file.h"

namespace jangteo {

namespace {

constexpr std::size_t kDigestDigits = 2 * SHA256_DIGEST_LENGTH;

struct ImageType {
  std::string_view extension;
  std::string_view media_type;
};
constexpr ImageType kTypes[] = {
    {"webp", "image/webp"}, {"png", "image/png"}, {"jpg", "image/jpeg"}, {"svg", "image/svg+xml"}};

bool is_svg(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '<' || !is_utf8(bytes)) return false;
  const auto head = bytes.substr(first, 2048);
  const auto root = head.find("<svg");
  if (root == std::string_view::npos) return false;
  // Before the root element only a declaration, comments and a document type may stand.
  return root == 0 || head.starts_with("<?xml") || head.starts_with("<!--") || head.starts_with("<!DOCTYPE svg");
}

}  // namespace

ProductImages::ProductImages(std::string directory, std::size_t cache_bytes_max)
    : directory_(std::move(directory)), cache_(10'000, cache_bytes_max) {}

std::string_view ProductImages::type_of(std::string_view bytes) {
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "webp";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "png";
  if (bytes.starts_with("\xff\xd8\xff")) return "jpg";
  if (is_svg(bytes)) return "svg";
  return {};
}

bool ProductImages::is_name(std::string_view name) {
  if (name.size() < kDigestDigits + 2 || name[kDigestDigits] != '.') return false;
  const auto digits = name.substr(0, kDigestDigits);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos && !media_type(name).empty();
}

std::string_view ProductImages::media_type(std::string_view name) {
  for (const auto& type : kTypes) {
    if (name.substr(name.rfind('.') + 1) == type.extension) return type.media_type;
  }
  return {};
}

Result<std::string> ProductImages::path_of(std::string_view bytes) {
  if (bytes.size() > kBytesMax) return fail(ErrorCode::too_large, "a picture has at most 5 MiB");
  const auto type = type_of(bytes);
  if (type.empty()) return fail(ErrorCode::unsupported_media_type, "a picture is WebP, PNG, JPEG or SVG");
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(kPathPrefix) + to_hex({reinterpret_cast<const char*>(digest), sizeof digest}) + "." +
         std::string(type);
}

Result<std::string> ProductImages::store_blocking(std::string_view bytes) {
  auto path = path_of(bytes);
  JT_TRY(path);
  const std::string file = directory_ + "/" + path->substr(kPathPrefix.size());
  std::error_code absent;
  if (std::filesystem::file_size(file, absent) != bytes.size() || absent) {
    JT_TRY(make_directories(directory_));
    JT_TRY(write_file_atomically(file, bytes));
  }
  return path;
}

Task<Result<std::string>> ProductImages::store(BlockingPool* pool, std::string bytes) {
  auto work = [this, bytes = std::move(bytes)] { return store_blocking(bytes); };
  auto waiting = pool->run(std::move(work));
  auto stored = co_await waiting;
  JT_CO_TRY(stored);
  co_return std::move(*stored);
}

Task<Result<ProductImages::Bytes>> ProductImages::read(BlockingPool* pool, std::string name) {
  if (!is_name(name)) co_return fail(ErrorCode::not_found, "there is no such picture");
  if (auto bytes = cached(name)) co_return bytes;
  auto work = [path = directory_ + "/" + name] { return read_file(path, kBytesMax); };
  auto waiting = pool->run(std::move(work));
  auto read = co_await waiting;
  JT_CO_TRY(read);
  if (!*read) {
    const bool absent = (*read).error().code == ErrorCode::not_found;
    co_return fail(absent ? ErrorCode::not_found : ErrorCode::internal, "there is no such picture");
  }
  auto bytes = std::make_shared<const std::string>(std::move(**read));
  cache_.put(name, bytes, bytes->size());
  co_return bytes;
}

}  // namespace jangteo
