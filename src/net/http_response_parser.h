// Reads answers as a client gets them: head by Beast's parser, body by Content-Length, chunked or until the end of
// input (RFC 9112 section 6.3). Bounded. Without any socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"

namespace jangteo {

struct HttpClientResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  std::string_view header(std::string_view name) const;  // case-insensitive; empty when absent
};

struct HttpResponseLimits {
  std::size_t header_bytes_max = 64 * 1024;
  std::size_t header_count_max = 200;
  std::size_t body_bytes_max = 16 << 20;
};

class HttpResponseParser {
 public:
  enum class State : std::uint8_t { head, body, complete, malformed, too_large };

  explicit HttpResponseParser(HttpResponseLimits limits);
  ~HttpResponseParser();

  void start(bool answers_head);  // of the next answer
  // Uses bytes from the front of `input`; interim answers (1xx) are passed over.
  std::size_t feed(std::string_view input, HttpClientResponse& response);
  void end_of_input();  // completes a body that ends there; an answer that is not complete then is cut
  State state() const;
  bool started() const;     // some byte of the answer came
  bool keep_alive() const;  // of a complete answer: the connection may be used again

 private:
  struct Head;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace jangteo
