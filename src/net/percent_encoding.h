// Percent-encoding of request targets (RFC 3986 section 2.1) and of form-encoded query strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jangteo {

// Decodes "%41" to "A"; with `plus_is_space` also "+" to " " (query strings). Empty when a '%' is not followed by two
// hex digits, or when the decoded text holds a NUL or is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// Whether percent_decode() would accept the text. No allocation when it holds no '%'.
bool is_percent_encoded_text(std::string_view text);

// Encodes everything but RFC 3986 unreserved characters; fits both a path segment and a query value.
std::string percent_encode(std::string_view text);

}  // namespace jangteo
