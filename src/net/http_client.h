// HTTP/1.1 client with pooled keep-alive connections, on one Loop: for calls between services, simulated shoppers,
// hooks. Plain HTTP only. Waiting requests, connections, heads and bodies are limited; everything ends by its deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"
#include "net/http_response_parser.h"
#include "runtime/call.h"
#include "runtime/loop.h"
#include "runtime/task.h"

namespace jangteo {

struct HttpClientSettings {
  std::size_t connections_per_host_max = 128;
  std::size_t waiting_count_max = 10'000;  // requests that wait for a connection, per host
  Millis request_timeout{15'000};          // from send() to the whole answer; the call's own deadline may be sooner
  Millis idle_timeout{30'000};             // of a pooled connection; shorter than servers keep theirs
  HttpResponseLimits limits;
};

struct HttpClientRequest {
  HttpMethod method = HttpMethod::get;
  std::string host;  // name or IP address
  std::uint16_t port = 80;
  std::string target = "/";
  std::vector<HttpHeader> headers;  // Host, Content-Length and traceparent are added
  std::string body;
  bool idempotent = false;  // a POST that carries an Idempotency-Key may be sent again; GET, HEAD, PUT, DELETE always
};

class HttpClient {
 public:
  HttpClient(Loop& loop, HttpClientSettings settings = {});
  ~HttpClient();  // on the loop's thread, or when the loop has stopped

  // On the loop's thread. Any status is a value. Errors: `unavailable` (not reachable, too many wait, cut off before
  // the answer; the request may have been done unless it never left), `timeout` (outcome unknown), `too_large`. A
  // request whose pooled connection turns out to be dead is sent once more on a new one when it is idempotent.
  Task<Result<HttpClientResponse>> send(Call call, HttpClientRequest request);

  // Ends everything that runs or waits with `unavailable`, closes connections; later sends are refused.
  void stop();

  std::size_t connections() const;
  std::uint64_t connections_opened() const;  // since start

 private:
  class Connection;
  class Host;
  struct Exchange;
  struct State;
  std::shared_ptr<State> state_;  // outlives this while Asio holds a handler
};

}  // namespace jangteo
