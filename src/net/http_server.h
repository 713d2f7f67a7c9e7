// HTTP/1.1 server (RFC 9110, 9112): on each loop one listening socket of the same port (SO_REUSEPORT); a connection
// stays on the loop that accepted it. Keep-alive and pipelining (answers keep their order), chunked requests, Expect,
// HEAD, streams (server-sent events). Refusals (400, 408, 413, 414, 417, 431, 501, 505) are problem+json, then the
// connection closes. A request goes: filters in → route.fast → route.handle → filters out → written.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/filter.h"
#include "net/router.h"
#include "runtime/loop.h"
#include "runtime/metrics.h"

namespace jangteo {

class TlsContext;
class HttpWorker;
struct HttpServerCounts;

struct HttpServerSettings {
  std::string address = "127.0.0.1";  // an IP address; "::" takes IPv4 and IPv6
  std::uint16_t port = 0;             // 0: any free one, see HttpServer::port()
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t header_count_max = 100;
  std::size_t body_bytes_max = 1 << 20;  // for paths without a route; routes have their own limit
  Millis header_timeout{10'000};         // from the first byte of a request to the end of its head
  Millis body_timeout{30'000};           // from there to the end of its body
  Millis idle_timeout{75'000};           // between requests
  Millis write_timeout{30'000};          // without any byte taken by the client
  Millis request_timeout{30'000};        // CallContext::deadline of each request
  std::size_t connections_max = 20'000;  // less when the process may open fewer files: 256 are kept for others
  std::size_t pipeline_count_max = 64;   // requests answered before other connections have their turn
  std::size_t stream_bytes_max = 256 * 1024;
  std::shared_ptr<TlsContext> tls;  // null: plain HTTP
};

class HttpServer {
 public:
  // Router and filters are complete and outlive the server.
  HttpServer(HttpServerSettings settings, const Router& router, const FilterChain& filters);
  ~HttpServer();  // after stop() was done

  // Listens on every loop. `unavailable` names address and port when they are taken. Loops outlive the server.
  Status start(const std::vector<Loop*>& loops);
  std::uint16_t port() const { return port_; }

  // Stops accepting, closes idle connections and streams, answers what runs with `Connection: close`; what is left
  // after `grace` is cut. `done` is called on one of the loops. A handler that still runs then ends by itself, its
  // answer is dropped. Once, from any thread.
  void stop(Millis grace, std::function<void()> done);
  void stop_and_wait(Millis grace);  // not on one of the loops

  std::size_t connections() const;       // open now
  std::size_t requests_running() const;  // handlers that did not end yet
  // http_connections, http_connections_refused_total. The server outlives the registry's use.
  void register_metrics(MetricsRegistry& registry) const;

 private:
  HttpServerSettings settings_;
  const Router& router_;
  const FilterChain& filters_;
  std::shared_ptr<HttpServerCounts> counts_;
  std::vector<std::shared_ptr<HttpWorker>> workers_;
  std::uint16_t port_ = 0;
  bool stopped_ = true;
};

}  // namespace jangteo
