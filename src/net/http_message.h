// A request as handlers see it and the answer they give. No Beast here: only net's own .cc files know it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "net/principal.h"
#include "runtime/call.h"

namespace jangteo {

enum class HttpMethod : std::uint8_t { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(HttpMethod method);  // "GET"; "OTHER" for what has no name here
std::string_view status_text(int status);       // "Not Found"

struct HttpHeader {
  std::string name;
  std::string value;
};

// What a rate limit leaves to a caller; `limit` is 0 when nothing was counted.
struct RateBudget {
  std::int64_t limit = 0;  // requests in one burst
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;  // until the whole burst is free again
};

// Owned by the server, which reuses requests (clear()); it outlives the task that answers it.
class HttpRequest {
 public:
  HttpMethod method = HttpMethod::get;
  std::string target;      // as sent: "/api/products?limit=5"
  std::string_view path;   // into target, before '?'
  std::string_view query;  // into target, after '?', not decoded
  std::vector<HttpHeader> headers;
  std::string body;
  std::string peer_address;      // "127.0.0.1"; without port
  std::string request_id;        // from X-Request-Id when it is sane, else made
  Principal principal;           // set by the authentication filter
  CallContext call;              // deadline, trace, timings
  std::int64_t started_us = 0;   // SystemClock::monotonic_us() when its first byte was read
  std::int64_t finished_us = 0;  // the same when its answer was ready; set before the filters' after()
  RateBudget rate_budget;        // set by the rate limit filter: the tightest limit that counted it
  std::vector<std::pair<std::string_view, std::string>> path_parameters;  // set by the router, percent-decoded

  std::string_view header(std::string_view name) const;          // case-insensitive; empty when absent
  std::string_view path_parameter(std::string_view name) const;  // asserts that the route has it
  // First value of a query parameter, percent-decoded; empty optional when absent.
  std::optional<std::string> query_parameter(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> query_parameters() const;  // in order, decoded

  // Sets target, path and query. The absolute form ("http://host/path") gives the path after the authority.
  void set_target(std::string_view text);
  // Adds a header, reusing the storage of an earlier request's.
  void add_header(std::string_view name, std::string_view value);
  // Back to a request that nothing was read for; strings keep their capacity up to `capacity_bytes_max` each.
  void clear(std::size_t capacity_bytes_max = 16384);

  HttpRequest() = default;
  HttpRequest(HttpRequest&& other) noexcept;  // the views move along
  HttpRequest& operator=(HttpRequest&&) = delete;

 private:
  std::vector<HttpHeader> spare_headers_;
};

// ASCII only, as header names and most of their values are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// A long answer that is produced while it is sent (server-sent events). push() is safe from every thread.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // False when the client is gone or more than the limit (256 KiB) waits to be sent; then the connection is closed.
  virtual bool push(std::shared_ptr<const std::string> chunk) = 0;
  virtual void close() = 0;
  virtual bool closed() const = 0;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";             // a literal
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // used instead of `body` when set (caches)
  // Set for a stream: called once on the connection's loop after the head was sent; keeps the handle as long as it
  // wants to push.
  std::function<void(std::shared_ptr<HttpStream>)> stream;

  static HttpResponse json(int status, std::string body) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
  }
  HttpResponse& with(std::string_view name, std::string value) & {
    headers.emplace_back(name, std::move(value));
    return *this;
  }
  // Complete header lines, each ended by CRLF; what filters add to every answer goes here, in storage that the server
  // reuses.
  std::string head_lines;
  HttpResponse& add_line(std::string_view name, std::string_view value) {
    head_lines.append(name).append(": ").append(value).append("\r\n");
    return *this;
  }
  std::string_view header(std::string_view name) const;  // of `headers`; case-insensitive; empty when absent
};

}  // namespace jangteo
