#include "bench/driver/answer_parser.h"

#include <algorithm>
#include <charconv>

namespace jangteo::bench {
namespace {

constexpr size_t line_bytes_max = 1024;

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char left, char right) {
           return (left >= 'A' && left <= 'Z' ? left + 32 : left) == right;
         });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool read_number(std::string_view text, int base, uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

void AnswerParser::reset() {
  phase_ = Phase::Head;
  keeps_alive_ = true;
  status_ = 0;
  remaining_ = 0;
  carried_.clear();
  body_in_last_feed_ = {};
}

AnswerParser::State AnswerParser::feed(std::string_view bytes) {
  body_in_last_feed_ = bytes;
  if (phase_ != Phase::Head) return feed_body(bytes);
  if (carried_.empty()) {
    const size_t end = bytes.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      if (!read_head(bytes.substr(0, end + 2))) return State::Broken;
      body_in_last_feed_ = bytes.substr(end + 4);
      return feed_body(body_in_last_feed_);
    }
    carried_.assign(bytes);
  } else {
    const size_t searched = carried_.size() < 3 ? 0 : carried_.size() - 3;
    const size_t carried_before = carried_.size();
    carried_.append(bytes);
    const size_t end = carried_.find("\r\n\r\n", searched);
    if (end != std::string::npos) {
      const std::string head = std::move(carried_);
      carried_.clear();
      if (!read_head(std::string_view(head).substr(0, end + 2))) return State::Broken;
      body_in_last_feed_ = bytes.substr(end + 4 - carried_before);
      return feed_body(body_in_last_feed_);
    }
  }
  return carried_.size() > head_bytes_max ? State::Broken : State::Incomplete;
}

AnswerParser::State AnswerParser::finish() {
  if (phase_ == Phase::Done || phase_ == Phase::UntilClose) {
    keeps_alive_ = false;
    phase_ = Phase::Done;
    return State::Complete;
  }
  return State::Broken;
}

// "HTTP/1.1 200 OK\r\nName: value\r\n..." without the empty line.
bool AnswerParser::read_head(std::string_view head) {
  if (head.size() < 14 || !head.starts_with("HTTP/1.")) return false;
  keeps_alive_ = head[7] != '0';
  uint64_t status = 0;
  if (!read_number(head.substr(9, 3), 10, status)) return false;
  status_ = static_cast<int>(status);

  bool chunked = false, has_length = false;
  for (size_t at = head.find('\n') + 1; at < head.size();) {
    const size_t end = head.find('\n', at);
    const std::string_view line = head.substr(at, end - at);
    at = end + 1;
    const char first = line.empty() ? '\0' : static_cast<char>(line[0] | 32);
    if (first != 'c' && first != 't') continue;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-length")) {
      if (!read_number(value, 10, remaining_)) return false;
      has_length = true;
    } else if (equals_ignoring_case(name, "transfer-encoding")) {
      chunked = equals_ignoring_case(value, "chunked");
    } else if (equals_ignoring_case(name, "connection")) {
      if (equals_ignoring_case(value, "close")) keeps_alive_ = false;
      if (equals_ignoring_case(value, "keep-alive")) keeps_alive_ = true;
    }
  }
  if (status_ < 200) {
    phase_ = Phase::Head;  // 1xx: the answer itself is still to come
  } else if (status_ == 204 || status_ == 304) {
    phase_ = Phase::Done;
  } else if (chunked) {
    phase_ = Phase::ChunkSize;
  } else if (has_length) {
    phase_ = remaining_ == 0 ? Phase::Done : Phase::Length;
  } else {
    phase_ = Phase::UntilClose;
  }
  return true;
}

// Moves the bytes up to a line end into carried_; false when the line is not
// whole yet.
bool AnswerParser::read_line(std::string_view& bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) {
    carried_.append(bytes);
    bytes = {};
    return false;
  }
  carried_.append(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  return true;
}

AnswerParser::State AnswerParser::feed_body(std::string_view bytes) {
  while (true) {
    switch (phase_) {
      case Phase::Done:
        return bytes.empty() ? State::Complete : State::Broken;
      case Phase::Head:
        return bytes.empty() ? State::Incomplete : feed(bytes);
      case Phase::UntilClose:
        return State::Incomplete;
      case Phase::Length:
      case Phase::ChunkData: {
        if (bytes.empty()) return State::Incomplete;
        const uint64_t taken = std::min<uint64_t>(bytes.size(), remaining_);
        bytes.remove_prefix(taken);
        remaining_ -= taken;
        if (remaining_ == 0) phase_ = phase_ == Phase::Length ? Phase::Done : Phase::ChunkEnd;
        break;
      }
      default: {  // ChunkSize, ChunkEnd, Trailer: a line each
        if (!read_line(bytes)) return carried_.size() > line_bytes_max ? State::Broken : State::Incomplete;
        const std::string carried = std::move(carried_);
        carried_.clear();
        const std::string_view line = trimmed(std::string_view(carried).substr(0, carried.find(';')));
        if (phase_ == Phase::ChunkSize) {
          if (!read_number(line, 16, remaining_)) return State::Broken;
          phase_ = remaining_ == 0 ? Phase::Trailer : Phase::ChunkData;
        } else if (phase_ == Phase::ChunkEnd) {
          if (!line.empty()) return State::Broken;
          phase_ = Phase::ChunkSize;
        } else if (line.empty()) {
          phase_ = Phase::Done;
        }
      }
    }
  }
}

}  // namespace jangteo::bench
