// HttpWorker: one loop's share of an HttpServer: its listening socket, its connections, and what they take turns to
// use. Everything belongs to the loop's thread. Internal to net/.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/deadline_wheel.h"
#include "net/filter.h"
#include "net/http_output.h"
#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/socket_poller.h"
#include "net/tcp_socket.h"

namespace jangteo {

class HttpConnection;
class HttpStreamQueue;

// What a connection needs while it reads, answers and writes one request after the other. An idle connection has none.
struct HttpExchange {
  explicit HttpExchange(const HttpServerSettings& settings);

  std::string_view unread() const { return {input.get() + begin, end - begin}; }
  // Room behind the bytes that are not used yet; at least one byte, since a head is limited.
  std::pair<char*, std::size_t> room();
  void reset();

  HttpRequest request;
  HttpRequestParser parser;
  Router::Match match;
  std::size_t filters_entered = 0;
  std::int64_t read_us = 0;  // when the newest bytes came
  std::unique_ptr<char[]> input;
  std::size_t capacity;
  std::size_t begin = 0;
  std::size_t end = 0;
  HttpOutput output;
  std::string head_lines;  // storage that answers take turns to use
};

// Shared by the workers of a server.
struct HttpServerCounts {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> requests_running{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::size_t connections_max = 0;
};

class HttpWorker final : public SocketWatcher, public std::enable_shared_from_this<HttpWorker> {
 public:
  HttpWorker(Loop& loop, const HttpServerSettings& settings, const Router& router, const FilterChain& filters,
             std::shared_ptr<HttpServerCounts> counts, TcpSocket listener);
  ~HttpWorker();

  void start();
  void drain(Millis grace, std::function<void()> done);
  void on_ready(Readiness readiness) override;  // of the listening socket

  // For connections.
  Loop& loop() { return loop_; }
  const HttpServerSettings& settings() const { return settings_; }
  const Router& router() const { return router_; }
  const FilterChain& filters() const { return filters_; }
  SocketPoller& poller() { return *poller_; }
  DeadlineWheel& wheel() { return wheel_; }
  HttpServerCounts& counts() { return *counts_; }
  bool draining() const { return draining_; }
  std::string_view date() const { return date_; }
  static std::int64_t now_us();
  std::int64_t now_s() const { return wheel_.now_s(); }  // of the last tick
  Timestamp wall_time(std::int64_t at_us) const { return {at_us / 1000 + wall_offset_ms_}; }

  std::unique_ptr<HttpExchange> take_exchange();
  void give_back(std::unique_ptr<HttpExchange> exchange);
  std::pair<char*, std::size_t> scratch() { return {scratch_.get(), kScratchBytes}; }
  void run_later(HttpConnection& connection);          // behind the other connections that are ready
  void forget(HttpConnection& connection);             // it is about to be destroyed
  void wake(std::shared_ptr<HttpStreamQueue> stream);  // any thread: something was pushed

 private:
  static constexpr std::size_t kScratchBytes = 64 * 1024;
  void accept_some();
  void refuse_connection(TcpSocket socket);
  void schedule_tick();
  void tick();
  void run_queued();
  void finish();

  Loop& loop_;
  const HttpServerSettings settings_;
  const Router& router_;
  const FilterChain& filters_;
  const std::shared_ptr<HttpServerCounts> counts_;
  TcpSocket listener_;
  std::unique_ptr<SocketPoller> poller_;
  std::unique_ptr<boost::asio::steady_timer> tick_timer_;
  DeadlineWheel wheel_;
  std::string date_;
  std::int64_t wall_offset_ms_ = 0;
  std::unique_ptr<char[]> scratch_;
  std::vector<std::unique_ptr<HttpExchange>> exchanges_;
  std::vector<HttpConnection*> queued_;
  std::size_t connection_count_ = 0;
  bool accepting_ = false;
  bool draining_ = false;
  std::int64_t drain_end_us_ = 0;
  std::function<void()> drained_;

  std::mutex woken_mutex_;
  std::vector<std::shared_ptr<HttpStreamQueue>> woken_;
  bool finished_ = false;  // no stream is woken any more: it would keep this alive
};

}  // namespace jangteo
