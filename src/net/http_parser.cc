#include "net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/assert.h"
#include "net/chunked_body.h"
#include "net/percent_encoding.h"

namespace jangteo {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t kBodyReserveBytesMax = 4096;  // what a head alone may make us allocate

HttpMethod to_method(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
      return HttpMethod::get;
    case beast_http::verb::head:
      return HttpMethod::head;
    case beast_http::verb::post:
      return HttpMethod::post;
    case beast_http::verb::put:
      return HttpMethod::put;
    case beast_http::verb::patch:
      return HttpMethod::patch;
    case beast_http::verb::delete_:
      return HttpMethod::delete_;
    case beast_http::verb::options:
      return HttpMethod::options;
    default:
      return HttpMethod::other;
  }
}

// A line that starts with a blank continues the one before it (obsolete line folding).
bool has_folded_line(std::string_view lines) {
  for (std::size_t at = lines.find('\n'); at != std::string_view::npos && at + 1 < lines.size();
       at = lines.find('\n', at + 1)) {
    if (lines[at + 1] == ' ' || lines[at + 1] == '\t') return true;
  }
  return false;
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Beast's parser of one head. It never sees a body: skip() ends it at the empty line.
struct HttpRequestParser::Head final : beast_http::basic_parser<true> {
  Head(HttpRequest& target, const HttpParserLimits& limits)
      : request(target), header_count_max(limits.header_count_max) {
    skip(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  }

  void refuse(int status, ErrorCode code, std::string detail, boost::beast::error_code& ec) {
    refusal.emplace(HttpRefusal{status, {code, std::move(detail), {}, 0, {}}});
    ec = beast_http::error::bad_field;
  }
  void malformed(std::string detail, boost::beast::error_code& ec) {
    refuse(400, ErrorCode::malformed, std::move(detail), ec);
  }

  void on_request_impl(beast_http::verb verb, boost::beast::string_view, boost::beast::string_view target, int version,
                       boost::beast::error_code&) override {
    request.method = to_method(verb);
    request.set_target(view(target));
    http_1_0 = version == 10;
  }

  void on_field_impl(beast_http::field field, boost::beast::string_view name, boost::beast::string_view value,
                     boost::beast::error_code& ec) override {
    if (++header_count > header_count_max) return refuse(431, ErrorCode::too_large, "too many headers", ec);
    request.add_header(view(name), view(value));
    switch (field) {
      case beast_http::field::host:
        ++host_count;
        break;
      case beast_http::field::content_length:
        return read_content_length(view(value), ec);
      case beast_http::field::transfer_encoding:
        return read_transfer_encoding(view(value), ec);
      case beast_http::field::expect:
        if (http_1_0) break;
        if (!equal_ignoring_case(view(value), "100-continue")) {
          return refuse(417, ErrorCode::malformed, "only 100-continue can be expected", ec);
        }
        expects_continue = true;
        break;
      default:
        break;
    }
  }

  void read_content_length(std::string_view value, boost::beast::error_code& ec) {
    std::uint64_t length = 0;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), length);
    if (end.ec != std::errc() || end.ptr != value.data() + value.size()) {
      return malformed("Content-Length is no number", ec);
    }
    if (content_length) return malformed("more than one Content-Length", ec);
    if (chunked_body) return malformed("both Content-Length and Transfer-Encoding", ec);
    content_length = length;
  }

  void read_transfer_encoding(std::string_view value, boost::beast::error_code& ec) {
    if (http_1_0) return malformed("Transfer-Encoding in an HTTP/1.0 request", ec);
    if (content_length) return malformed("both Content-Length and Transfer-Encoding", ec);
    if (chunked_body) return malformed("more than one Transfer-Encoding", ec);
    if (!equal_ignoring_case(value, "chunked")) {
      return refuse(501, ErrorCode::malformed, "the only transfer coding is chunked", ec);
    }
    chunked_body = true;
  }

  void on_header_impl(boost::beast::error_code& ec) override {
    const bool asterisk = request.method == HttpMethod::options && request.path == "*";
    if (host_count > 1 || (host_count == 0 && !http_1_0)) return malformed("one Host header is needed", ec);
    if (!request.path.starts_with('/') && !asterisk) return malformed("the target is no path", ec);
    if (!is_percent_encoded_text(request.path) || !is_percent_encoded_text(request.query)) {
      return malformed("the target is not percent-encoded UTF-8", ec);
    }
  }
  void on_response_impl(int, boost::beast::string_view, int, boost::beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, boost::beast::error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view body, boost::beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, boost::beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, boost::beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(boost::beast::error_code&) override {}

  HttpRequest& request;
  const std::size_t header_count_max;
  std::size_t header_count = 0;
  int host_count = 0;
  bool http_1_0 = false;
  bool expects_continue = false;
  bool chunked_body = false;
  std::optional<std::uint64_t> content_length;
  std::optional<HttpRefusal> refusal;
};

struct HttpRequestParser::Parts {
  explicit Parts(HttpParserLimits own) : limits(own) {}

  void refuse(int status, ErrorCode code, std::string detail) {
    state = State::refused;
    refusal = HttpRefusal{status, {code, std::move(detail), {}, 0, {}}};
  }
  std::size_t feed_head(std::string_view input, HttpRequest& request);
  std::size_t feed_body(std::string_view input, HttpRequest& request);
  void refuse_head(boost::beast::error_code ec, std::string_view unread);
  void refuse_large_head(std::string_view unread) {
    const bool in_first_line =
        head->request.target.empty() && unread.substr(0, limits.header_bytes_max).find('\n') == std::string_view::npos;
    if (in_first_line) return refuse(414, ErrorCode::too_large, "the request's target is too long");
    refuse(431, ErrorCode::too_large, "the request's head is too large");
  }

  const HttpParserLimits limits;
  State state = State::head;
  std::size_t head_bytes = 0;
  std::optional<Head> head;
  std::uint64_t body_left = 0;
  ChunkedBodyDecoder chunks;
  HttpRefusal refusal;
};

HttpRequestParser::HttpRequestParser(HttpParserLimits limits) : parts_(std::make_unique<Parts>(limits)) {}
HttpRequestParser::~HttpRequestParser() = default;

HttpRequestParser::State HttpRequestParser::state() const { return parts_->state; }
bool HttpRequestParser::started() const { return parts_->head.has_value(); }
const HttpRefusal& HttpRequestParser::refusal() const { return parts_->refusal; }
bool HttpRequestParser::keep_alive() const { return parts_->head->keep_alive(); }
bool HttpRequestParser::is_http_1_0() const { return parts_->head.has_value() && parts_->head->http_1_0; }
bool HttpRequestParser::expects_continue() const {
  return parts_->state == State::body && parts_->head->expects_continue;
}

void HttpRequestParser::reset() {
  parts_->state = State::head;
  parts_->head_bytes = 0;
  parts_->head.reset();
}

std::size_t HttpRequestParser::feed(std::string_view input, HttpRequest& request) {
  switch (parts_->state) {
    case State::head:
      return parts_->feed_head(input, request);
    case State::body:
      return parts_->feed_body(input, request);
    case State::head_done:
    case State::complete:
    case State::refused:
      break;
  }
  return 0;
}

void HttpRequestParser::Parts::refuse_head(boost::beast::error_code ec, std::string_view unread) {
  if (head->refusal) {
    state = State::refused;
    refusal = std::move(*head->refusal);
    return;
  }
  if (ec == beast_http::error::header_limit) return refuse_large_head(unread);
  if (ec == beast_http::error::bad_version)
    return refuse(505, ErrorCode::malformed, "only HTTP/1.1 and HTTP/1.0 are spoken");
  refuse(400, ErrorCode::malformed, "the request's head is malformed: " + ec.message());
}

std::size_t HttpRequestParser::Parts::feed_head(std::string_view input, HttpRequest& request) {
  std::size_t used = 0;
  if (!head) {
    // Empty lines before a request are ignored (RFC 9112 section 2.2).
    while (input.substr(used).starts_with("\r\n") && head_bytes < 8) {
      used += 2;
      head_bytes += 2;
    }
    if (used == input.size() || input.substr(used) == "\r") return used;
    head.emplace(request, limits);
  }
  const std::string_view rest = input.substr(used);
  boost::beast::error_code ec;
  const std::size_t taken = head->put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
  head_bytes += taken;
  used += taken;
  if (has_folded_line(rest.substr(0, taken))) {
    refuse(400, ErrorCode::malformed, "folded headers are not allowed");
    return used;
  }
  if (ec && ec != beast_http::error::need_more) {
    refuse_head(ec, rest.substr(taken));
    return used;
  }
  if (head_bytes + (ec ? rest.size() - taken : 0) > limits.header_bytes_max) {
    refuse_large_head(rest.substr(taken));
    return used;
  }
  if (!ec) state = State::head_done;
  return used;
}

void HttpRequestParser::accept_body(std::size_t body_bytes_max, HttpRequest& request) {
  Parts& parts = *parts_;
  JT_ASSERT(parts.state == State::head_done, "a body follows a head");
  if (parts.head->chunked_body) {
    parts.chunks = ChunkedBodyDecoder(body_bytes_max);
    parts.state = State::body;
    return;
  }
  parts.body_left = parts.head->content_length.value_or(0);
  if (parts.body_left > body_bytes_max) {
    return parts.refuse(413, ErrorCode::too_large,
                        "the body has more than " + std::to_string(body_bytes_max) + " bytes");
  }
  if (parts.body_left == 0) {
    parts.state = State::complete;
    return;
  }
  request.body.reserve(std::min<std::size_t>(parts.body_left, kBodyReserveBytesMax));
  parts.state = State::body;
}

std::size_t HttpRequestParser::Parts::feed_body(std::string_view input, HttpRequest& request) {
  if (!head->chunked_body) {
    const std::size_t size = std::min<std::size_t>(body_left, input.size());
    request.body.append(input.substr(0, size));
    body_left -= size;
    if (body_left == 0) state = State::complete;
    return size;
  }
  const std::size_t used = chunks.feed(input, request.body);
  switch (chunks.state()) {
    case ChunkedBodyDecoder::State::reading:
      break;
    case ChunkedBodyDecoder::State::complete:
      state = State::complete;
      break;
    case ChunkedBodyDecoder::State::malformed:
      refuse(400, ErrorCode::malformed, "the chunked body is malformed");
      break;
    case ChunkedBodyDecoder::State::too_large:
      refuse(413, ErrorCode::too_large, "the body is too large");
      break;
  }
  return used;
}

}  // namespace jangteo
