#include "net/chunked_body.h"

#include <algorithm>

namespace jangteo {

namespace {

constexpr std::uint32_t kSizeLineBytesMax = 1024;
constexpr std::uint32_t kTrailerBytesMax = 8192;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

std::size_t ChunkedBodyDecoder::feed(std::string_view input, std::string& body) {
  std::size_t used = 0;
  while (used < input.size() && state_ == State::reading) {
    if (step_ != Step::data) {
      take(input[used]);
      if (state_ == State::reading || state_ == State::complete) ++used;
      continue;
    }
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size() - used));
    body.append(input, used, size);
    used += size;
    chunk_left_ -= size;
    if (chunk_left_ == 0) step_ = Step::data_return;
  }
  return used;
}

void ChunkedBodyDecoder::end_size_line() {
  framing_bytes_ = 0;
  if (chunk_left_ == 0) {
    step_ = Step::trailer_start;
    return;
  }
  if (chunk_left_ > body_bytes_max_ - body_bytes_) {
    state_ = State::too_large;
    return;
  }
  body_bytes_ += chunk_left_;
  step_ = Step::data;
}

void ChunkedBodyDecoder::take(char c) {
  const auto expect = [&](char wanted, Step next) {
    if (c == wanted) {
      step_ = next;
    } else {
      state_ = State::malformed;
    }
  };
  switch (step_) {
    case Step::size_first:
      chunk_left_ = 0;
      framing_bytes_ = 0;
      if (hex_value(c) < 0) {
        state_ = State::malformed;
        return;
      }
      step_ = Step::size;
      [[fallthrough]];
    case Step::size:
      if (const int digit = hex_value(c); digit >= 0) {
        if (++framing_bytes_ > 16) {
          state_ = State::malformed;
          return;
        }
        chunk_left_ = chunk_left_ << 4 | static_cast<std::uint64_t>(digit);
      } else if (c == ';') {
        step_ = Step::extension;
      } else {
        expect('\r', Step::size_line_feed);
      }
      return;
    case Step::extension:
      if (c == '\r') {
        step_ = Step::size_line_feed;
      } else if (is_control(c) || ++framing_bytes_ > kSizeLineBytesMax) {
        state_ = State::malformed;
      }
      return;
    case Step::size_line_feed:
      if (c == '\n') {
        end_size_line();
      } else {
        state_ = State::malformed;
      }
      return;
    case Step::data_return:
      return expect('\r', Step::data_line_feed);
    case Step::data_line_feed:
      return expect('\n', Step::size_first);
    case Step::trailer_start:
      if (c == '\r') {
        step_ = Step::end_line_feed;
        return;
      }
      step_ = Step::trailer;
      [[fallthrough]];
    case Step::trailer:
      if (c == '\r') {
        step_ = Step::trailer_line_feed;
      } else if (is_control(c) || ++framing_bytes_ > kTrailerBytesMax) {
        state_ = State::malformed;
      }
      return;
    case Step::trailer_line_feed:
      return expect('\n', Step::trailer_start);
    case Step::end_line_feed:
      state_ = c == '\n' ? State::complete : State::malformed;
      return;
    case Step::data:
      return;
  }
}

}  // namespace jangteo
