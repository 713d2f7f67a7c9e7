// Renders the head of an answer by hand (RFC 9112 section 4): status line, Date, Content-Type, Content-Length, the
// answer's headers and the lines that filters added. Control characters in header values become blanks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace jangteo {

enum class BodyFraming : std::uint8_t { length, chunked, until_close };

struct HeadContext {
  std::string_view date;  // IMF-fixdate
  BodyFraming framing = BodyFraming::length;
  std::size_t content_length = 0;  // with BodyFraming::length
  bool keep_alive = true;
  bool http_1_0 = false;  // of the request
};

void append_head(std::string& out, const HttpResponse& response, const HeadContext& context);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(std::int64_t seconds_since_1970);

// 1xx, 204 and 304 have no body and no Content-Length of ours.
bool has_body(int status);

}  // namespace jangteo
