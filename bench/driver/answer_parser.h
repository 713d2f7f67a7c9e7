// Finds where an HTTP/1.1 answer ends (RFC 9112: Content-Length, chunked, or
// until the connection closes) and reads nothing else of it than what a load
// driver counts: status and whether the connection stays open. Bodies are
// passed over, not kept.
//
// Thread: one owner. Memory: a partial head (at most head_bytes_max) or chunk
// line is carried from one feed to the next; an answer that arrives whole is
// parsed where it lies. Failure: Broken for bytes that are no answer; the
// connection is then of no more use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jangteo::bench {

class AnswerParser {
 public:
  enum class State : uint8_t { Incomplete, Complete, Broken };
  static constexpr size_t head_bytes_max = 64 * 1024;

  // Forget the last answer; call before each request.
  void reset();

  // Takes bytes as they were received. After Complete, further bytes would
  // belong to no request: they are Broken.
  State feed(std::string_view bytes);

  // The peer closed: complete when the body was delimited by that.
  State finish();

  int status() const { return status_; }
  bool keeps_alive() const { return keeps_alive_; }
  // The part of the last feed's bytes where the body began; the whole feed when
  // the head came earlier. For error samples.
  std::string_view body_in_last_feed() const { return body_in_last_feed_; }

 private:
  enum class Phase : uint8_t { Head, Length, UntilClose, ChunkSize, ChunkData, ChunkEnd, Trailer, Done };

  bool read_head(std::string_view head);
  State feed_body(std::string_view bytes);
  bool read_line(std::string_view& bytes);

  Phase phase_ = Phase::Head;
  bool keeps_alive_ = true;
  int status_ = 0;
  uint64_t remaining_ = 0;  // of the body, or of the chunk
  std::string carried_;     // unfinished head or chunk line
  std::string_view body_in_last_feed_;
};

}  // namespace jangteo::bench
