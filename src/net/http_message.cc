#include "net/http_message.h"

#include <algorithm>

#include "base/assert.h"
#include "net/percent_encoding.h"

namespace jangteo {

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::head:
      return "HEAD";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::put:
      return "PUT";
    case HttpMethod::patch:
      return "PATCH";
    case HttpMethod::delete_:
      return "DELETE";
    case HttpMethod::options:
      return "OPTIONS";
    case HttpMethod::other:
      break;
  }
  return "OTHER";
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return x == y || lower(x) == lower(y); });
}

HttpRequest::HttpRequest(HttpRequest&& other) noexcept
    : method(other.method),
      path(other.path),
      query(other.query),
      headers(std::move(other.headers)),
      body(std::move(other.body)),
      peer_address(std::move(other.peer_address)),
      request_id(std::move(other.request_id)),
      principal(std::move(other.principal)),
      call(other.call),
      started_us(other.started_us),
      finished_us(other.finished_us),
      rate_budget(other.rate_budget),
      path_parameters(std::move(other.path_parameters)) {
  const std::less_equal<const char*> before_or_at;
  const char* first = other.target.data();
  const char* last = first + other.target.size();
  const auto offset = [&](std::string_view view) {
    const bool inside = before_or_at(first, view.data()) && before_or_at(view.data() + view.size(), last);
    return inside ? view.data() - first : -1;
  };
  const auto path_offset = offset(path), query_offset = offset(query);
  target = std::move(other.target);
  if (path_offset >= 0) path = std::string_view(target.data() + path_offset, path.size());
  if (query_offset >= 0) query = std::string_view(target.data() + query_offset, query.size());
}

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

std::string_view HttpRequest::path_parameter(std::string_view name) const {
  for (const auto& [own, value] : path_parameters) {
    if (own == name) return value;
  }
  JT_ASSERT(false, "the route has this path parameter");
}

namespace {

// Cuts the next "name=value" off the front of a query.
std::pair<std::string_view, std::string_view> next_parameter(std::string_view& query) {
  const std::size_t end = query.find('&');
  const std::string_view pair = query.substr(0, end);
  query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return {pair, {}};
  return {pair.substr(0, equals), pair.substr(equals + 1)};
}

bool is_plain(std::string_view text) { return text.find_first_of("%+") == std::string_view::npos; }

}  // namespace

std::optional<std::string> HttpRequest::query_parameter(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    const auto [raw_name, raw_value] = next_parameter(rest);
    const bool found = is_plain(raw_name) ? raw_name == name : percent_decode(raw_name, true) == name;
    if (found) return percent_decode(raw_value, true);
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> HttpRequest::query_parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::string_view rest = query; !rest.empty();) {
    const auto [raw_name, raw_value] = next_parameter(rest);
    if (raw_name.empty() && raw_value.empty()) continue;
    auto name = percent_decode(raw_name, true);
    auto value = percent_decode(raw_value, true);
    if (name && value) out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

void HttpRequest::set_target(std::string_view text) {
  target.assign(text);
  std::string_view rest = target;
  if (!rest.starts_with('/')) {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (rest.size() < scheme.size() || !equal_ignoring_case(rest.substr(0, scheme.size()), scheme)) continue;
      rest.remove_prefix(scheme.size());
      rest.remove_prefix(std::min(rest.find_first_of("/?"), rest.size()));
      break;
    }
  }
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  path = rest.substr(0, mark);
  query = mark == rest.size() ? std::string_view() : rest.substr(mark + 1);
  if (path.empty()) path = "/";
}

void HttpRequest::add_header(std::string_view name, std::string_view value) {
  if (spare_headers_.empty()) {
    headers.emplace_back();
  } else {
    headers.push_back(std::move(spare_headers_.back()));
    spare_headers_.pop_back();
  }
  headers.back().name.assign(name);
  headers.back().value.assign(value);
}

namespace {

void clear_bounded(std::string& text, std::size_t capacity_bytes_max) {
  if (text.capacity() > capacity_bytes_max) std::string().swap(text);  // assignment would keep the storage
  text.clear();
}

}  // namespace

void HttpRequest::clear(std::size_t capacity_bytes_max) {
  method = HttpMethod::get;
  clear_bounded(target, capacity_bytes_max);
  path = {};
  query = {};
  for (; !headers.empty(); headers.pop_back()) {
    HttpHeader& header = headers.back();
    if (spare_headers_.size() < 32 && header.value.capacity() <= 1024) spare_headers_.push_back(std::move(header));
  }
  clear_bounded(body, capacity_bytes_max);
  clear_bounded(peer_address, capacity_bytes_max);
  clear_bounded(request_id, capacity_bytes_max);
  principal.user = {};
  principal.roles.clear();
  principal.session.clear();
  call = {};
  started_us = 0;
  finished_us = 0;
  rate_budget = {};
  path_parameters.clear();
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [own, value] : headers) {
    if (equal_ignoring_case(own, name)) return value;
  }
  return {};
}

}  // namespace jangteo
