#include "net/etag.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"

namespace jangteo {

namespace {

// Tags cannot hold quotes, so a list is read quote by quote; commas inside tags are no separators.
bool list_has(std::string_view header, std::string_view etag, bool weak_counts) {
  std::size_t at = 0;
  while (at < header.size()) {
    const char c = header[at];
    if (c == ' ' || c == '\t' || c == ',') {
      ++at;
      continue;
    }
    if (c == '*') return true;
    const bool weak = header.substr(at).starts_with("W/");
    if (weak) at += 2;
    if (at >= header.size() || header[at] != '"') return false;
    const std::size_t end = header.find('"', at + 1);
    if (end == std::string_view::npos) return false;
    if ((!weak || weak_counts) && header.substr(at, end + 1 - at) == etag) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

std::string etag_of_bytes(std::string_view bytes) {
  std::string raw;
  append_le(raw, stable_hash(bytes));
  return "\"b-" + to_hex(raw) + "\"";
}

std::string etag_of_version(std::int64_t version) { return "\"v-" + std::to_string(version) + "\""; }

bool if_none_match_holds(std::string_view header, std::string_view etag) { return list_has(header, etag, true); }
bool if_match_holds(std::string_view header, std::string_view etag) { return list_has(header, etag, false); }

bool is_not_modified(const HttpRequest& request, std::string_view etag) {
  if (request.method != HttpMethod::get && request.method != HttpMethod::head) return false;
  const std::string_view header = request.header("If-None-Match");
  return !header.empty() && if_none_match_holds(header, etag);
}

bool is_wanted_version(const HttpRequest& request, std::string_view etag) {
  const std::string_view header = request.header("If-Match");
  return header.empty() || if_match_holds(header, etag);
}

}  // namespace jangteo
