// Reads requests from bytes as they arrive, without any socket: head by Beast's parser with the edges that allow
// request smuggling refused (RFC 9112 sections 5.2, 6.1, 6.3, 11.2), body by Content-Length or chunked. Fills an
// HttpRequest.
//
//   feed() ... head_done → accept_body(limit of the route) → feed() ... complete → reset()
// Any fault ends in `refused`: an answer with the status of refusal() is due and the connection closes, since where the
// next request would start is unknown.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "net/http_message.h"

namespace jangteo {

struct HttpParserLimits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and headers together
  std::size_t header_count_max = 100;
};

struct HttpRefusal {
  int status = 400;  // 400, 413, 414, 417, 431, 501, 505
  Error error;
};

class HttpRequestParser {
 public:
  enum class State : std::uint8_t { head, head_done, body, complete, refused };

  explicit HttpRequestParser(HttpParserLimits limits);
  ~HttpRequestParser();

  // Uses bytes from the front of `input` (all that is not used yet); the rest must be offered again with what follows.
  std::size_t feed(std::string_view input, HttpRequest& request);
  State state() const;
  bool started() const;  // some byte of the request was used

  // After head_done: on to `body`, or `complete` when there is none, or `refused` (413).
  void accept_body(std::size_t body_bytes_max, HttpRequest& request);
  const HttpRefusal& refusal() const;

  // Known from head_done on.
  bool keep_alive() const;
  bool is_http_1_0() const;
  bool expects_continue() const;  // and its body is still to come

  void reset();

 private:
  struct Head;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace jangteo
