// Entity tags and their conditions (RFC 9110 sections 8.8.3 and 13.1). All of ours are strong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace jangteo {

std::string etag_of_bytes(std::string_view bytes);  // "\"b-<16 hex digits>\""; the same for the same bytes
std::string etag_of_version(std::int64_t version);  // "\"v-7\""

// Whether the tag is in a list as If-None-Match and If-Match send it; "*" holds every tag. If-None-Match compares
// weakly (W/ does not count), If-Match strongly (a weak tag never matches).
bool if_none_match_holds(std::string_view header, std::string_view etag);
bool if_match_holds(std::string_view header, std::string_view etag);

// True when a GET or HEAD is answered by 304.
bool is_not_modified(const HttpRequest& request, std::string_view etag);
// False when the request names another version (412 `version_mismatch`); true without If-Match.
bool is_wanted_version(const HttpRequest& request, std::string_view etag);

}  // namespace jangteo
