// Decoder of the chunked transfer coding (RFC 9112 section 7.1), strict: CRLF only, no blanks around sizes, every
// length bounded. Chunk extensions and trailers are skipped.
//
//   size-in-hex [";" extension] CRLF  data CRLF  ...  "0" CRLF  *(trailer CRLF)  CRLF
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jangteo {

class ChunkedBodyDecoder {
 public:
  enum class State : std::uint8_t { reading, complete, malformed, too_large };

  explicit ChunkedBodyDecoder(std::size_t body_bytes_max = 0) : body_bytes_max_(body_bytes_max) {}

  // Appends decoded bytes to `body`; returns how many bytes of `input` it used. It stops behind the last byte of the
  // body or at the first fault.
  std::size_t feed(std::string_view input, std::string& body);
  State state() const { return state_; }

 private:
  enum class Step : std::uint8_t {
    size_first,
    size,
    extension,
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    trailer_start,
    trailer,
    trailer_line_feed,
    end_line_feed,
  };
  void take(char c);
  void end_size_line();

  std::size_t body_bytes_max_;
  std::uint64_t chunk_left_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint32_t framing_bytes_ = 0;  // of the current size line, or of all trailers
  State state_ = State::reading;
  Step step_ = Step::size_first;
};

}  // namespace jangteo
