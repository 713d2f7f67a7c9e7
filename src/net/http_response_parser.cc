#include "net/http_response_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <optional>

#include "net/chunked_body.h"

namespace jangteo {

namespace beast_http = boost::beast::http;

namespace {
std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }
}  // namespace

std::string_view HttpClientResponse::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

struct HttpResponseParser::Head final : beast_http::basic_parser<false> {
  Head(HttpClientResponse& target, const HttpResponseLimits& limits)
      : response(target), header_count_max(limits.header_count_max) {
    skip(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  }

  void on_request_impl(beast_http::verb, boost::beast::string_view, boost::beast::string_view, int,
                       boost::beast::error_code&) override {}
  void on_response_impl(int status, boost::beast::string_view, int, boost::beast::error_code&) override {
    response.status = status;
  }
  void on_field_impl(beast_http::field field, boost::beast::string_view name, boost::beast::string_view value,
                     boost::beast::error_code& ec) override {
    if (response.headers.size() >= header_count_max) {
      ec = beast_http::error::header_limit;
      return;
    }
    response.headers.push_back({std::string(view(name)), std::string(view(value))});
    if (field == beast_http::field::transfer_encoding) {
      if (!equal_ignoring_case(view(value), "chunked") || chunked_body) ec = beast_http::error::bad_transfer_encoding;
      chunked_body = true;
    } else if (field == beast_http::field::content_length) {
      std::uint64_t length = 0;
      const auto end = std::from_chars(value.data(), value.data() + value.size(), length);
      const bool good = end.ec == std::errc() && end.ptr == value.data() + value.size();
      if (!good || (content_length && *content_length != length)) ec = beast_http::error::bad_content_length;
      content_length = length;
    }
  }
  void on_header_impl(boost::beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, boost::beast::error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view body, boost::beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, boost::beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, boost::beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(boost::beast::error_code&) override {}

  HttpClientResponse& response;
  const std::size_t header_count_max;
  bool chunked_body = false;
  std::optional<std::uint64_t> content_length;
};

struct HttpResponseParser::Parts {
  std::size_t feed_head(std::string_view input, HttpClientResponse& response);
  std::size_t feed_body(std::string_view input, std::string& body);
  void start_body();

  HttpResponseLimits limits;
  State state = State::head;
  bool answers_head = false;
  std::optional<Head> head;
  std::size_t head_bytes = 0;
  bool until_end = false;
  std::uint64_t body_left = 0;
  ChunkedBodyDecoder chunks;
};

HttpResponseParser::HttpResponseParser(HttpResponseLimits limits) : parts_(std::make_unique<Parts>()) {
  parts_->limits = limits;
}
HttpResponseParser::~HttpResponseParser() = default;

HttpResponseParser::State HttpResponseParser::state() const { return parts_->state; }
bool HttpResponseParser::started() const { return parts_->head_bytes > 0 || parts_->state != State::head; }
bool HttpResponseParser::keep_alive() const {
  return parts_->state == State::complete && !parts_->until_end && parts_->head->keep_alive();
}

void HttpResponseParser::start(bool answers_head) {
  parts_->state = State::head;
  parts_->answers_head = answers_head;
  parts_->head.reset();
  parts_->head_bytes = 0;
  parts_->until_end = false;
}

std::size_t HttpResponseParser::feed(std::string_view input, HttpClientResponse& response) {
  std::size_t used = 0;
  while (parts_->state == State::head || parts_->state == State::body) {
    const bool in_head = parts_->state == State::head;
    const std::string_view rest = input.substr(used);
    const std::size_t step = in_head ? parts_->feed_head(rest, response) : parts_->feed_body(rest, response.body);
    used += step;
    if (step == 0) break;
  }
  return used;
}

std::size_t HttpResponseParser::Parts::feed_head(std::string_view input, HttpClientResponse& response) {
  if (input.empty()) return 0;
  if (!head) {
    response = {};
    head.emplace(response, limits);
  }
  boost::beast::error_code ec;
  const std::size_t used = head->put(boost::asio::const_buffer(input.data(), input.size()), ec);
  head_bytes += used;
  const bool more = ec == beast_http::error::need_more;
  if (ec == beast_http::error::header_limit ||
      head_bytes + (more ? input.size() - used : 0) > limits.header_bytes_max) {
    state = State::too_large;
  } else if (ec && !more) {
    state = State::malformed;
  } else if (!ec && response.status / 100 == 1) {
    if (response.status == 101) state = State::malformed;  // nobody asked for another protocol
    head.reset();
  } else if (!ec) {
    start_body();
  }
  return used;
}

void HttpResponseParser::Parts::start_body() {
  state = State::body;
  const int status = head->response.status;
  if (answers_head || status == 204 || status == 304) {
    state = State::complete;
  } else if (head->chunked_body) {
    chunks = ChunkedBodyDecoder(limits.body_bytes_max);
  } else if (head->content_length) {
    body_left = *head->content_length;
    if (body_left > limits.body_bytes_max) state = State::too_large;
    if (body_left == 0) state = State::complete;
  } else {
    until_end = true;
    body_left = limits.body_bytes_max;
  }
}

std::size_t HttpResponseParser::Parts::feed_body(std::string_view input, std::string& body) {
  if (head->chunked_body) {
    const std::size_t used = chunks.feed(input, body);
    if (chunks.state() == ChunkedBodyDecoder::State::complete) state = State::complete;
    if (chunks.state() == ChunkedBodyDecoder::State::malformed) state = State::malformed;
    if (chunks.state() == ChunkedBodyDecoder::State::too_large) state = State::too_large;
    return used;
  }
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(body_left, input.size()));
  body.append(input.substr(0, size));
  body_left -= size;
  if (until_end) {
    if (size < input.size()) state = State::too_large;
  } else if (body_left == 0) {
    state = State::complete;
  }
  return size;
}

void HttpResponseParser::end_of_input() {
  if (parts_->state == State::body && parts_->until_end) {
    parts_->state = State::complete;
  } else if (parts_->state != State::complete) {
    parts_->state = State::malformed;
  }
}

}  // namespace jangteo
