#include "net/http_client.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <optional>

#include "base/assert.h"
#include "base/json.h"
#include "net/http_output.h"
#include "net/socket_poller.h"
#include "net/tcp_socket.h"
#include "runtime/clock.h"

namespace jangteo {

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kKeptBytesMax = 256 * 1024;
constexpr std::size_t kHostCountMax = 1000;  // remembered; those in use are never forgotten
constexpr std::int64_t kResolvedForUs = 10'000'000;

std::int64_t now_us() { return SystemClock::instance().monotonic_us(); }

bool may_be_repeated(const HttpClientRequest& request) {
  switch (request.method) {
    case HttpMethod::get:
    case HttpMethod::head:
    case HttpMethod::put:
    case HttpMethod::delete_:
    case HttpMethod::options:
      return true;
    default:
      return request.idempotent;
  }
}

std::string render_head(const HttpClientRequest& request, const TraceContext& trace) {
  std::string out;
  out.reserve(256 + request.target.size());
  out.append(to_string(request.method)).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  const bool v6 = request.host.find(':') != std::string::npos;
  out.append(v6 ? "[" : "").append(request.host).append(v6 ? "]" : "");
  if (request.port != 80) {
    out += ':';
    append_decimal(out, request.port);
  }
  out += "\r\n";
  const bool has_body = !request.body.empty() || request.method == HttpMethod::post ||
                        request.method == HttpMethod::put || request.method == HttpMethod::patch;
  if (has_body) {
    out += "Content-Length: ";
    append_decimal(out, static_cast<std::int64_t>(request.body.size()));
    out += "\r\n";
  }
  if (!trace.empty()) out.append("traceparent: ").append(trace.traceparent()).append("\r\n");
  for (const auto& [name, value] : request.headers) out.append(name).append(": ").append(value).append("\r\n");
  out += "\r\n";
  return out;
}

// A header or target with a control character would let its author write requests of his own.
bool is_sendable(const HttpClientRequest& request) {
  const auto clean = [](std::string_view text, bool blanks) {
    return std::none_of(text.begin(), text.end(), [&](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte == 0x7f || (!blanks && byte == ' ');
    });
  };
  return request.target.starts_with('/') && clean(request.target, false) && clean(request.host, false) &&
         std::all_of(request.headers.begin(), request.headers.end(), [&](const HttpHeader& header) {
           return !header.name.empty() && clean(header.name, false) && clean(header.value, true);
         });
}

}  // namespace

// One request on its way; lives in the frame of send().
struct HttpClient::Exchange {
  enum class End : std::uint8_t { none, answered, failed, stale };

  Exchange(State& own_state, HttpClientRequest& own_request, const TraceContext& own_trace, std::int64_t deadline)
      : state(own_state), request(own_request), trace(own_trace), deadline_us(deadline) {}

  void finish(End how, Error why = {});

  // Awaited by send().
  bool await_ready() const noexcept { return end != End::none; }
  void await_suspend(std::coroutine_handle<> own) { coroutine = own; }
  void await_resume() const noexcept {}

  State& state;
  HttpClientRequest& request;
  const TraceContext& trace;
  std::int64_t deadline_us;
  HttpClientResponse response;
  End end = End::none;
  Error error;
  Host* host = nullptr;
  Connection* connection = nullptr;  // null while it waits
  std::optional<boost::asio::steady_timer> timer;
  std::coroutine_handle<> coroutine;
};

class HttpClient::Connection final : public SocketWatcher {
 public:
  Connection(Host& host, State& state);
  ~Connection();
  void connect(const std::string& address, std::uint16_t port);
  void begin(Exchange& exchange);
  void on_ready(Readiness readiness) override;
  Exchange* exchange() { return exchange_; }
  std::int64_t idle_since_us() const { return idle_since_us_; }
  bool connected() const { return connected_; }
  void fail(Exchange::End how, Error why);  // destroys this

 private:
  void advance();
  void read_answer();
  void release();

  Host& host_;
  State& state_;
  TcpSocket socket_;
  HttpOutput output_;
  HttpResponseParser parser_;
  std::string input_;
  Exchange* exchange_ = nullptr;
  bool connected_ = false;
  bool used_ = false;  // answered something before: the server may have closed it since
  bool readable_ = false;
  bool peer_closed_ = false;
  std::int64_t idle_since_us_ = 0;
};

class HttpClient::Host {
 public:
  Host(State& state, std::string name, std::uint16_t port) : state_(state), name_(std::move(name)), port_(port) {}

  void submit(Exchange& exchange);
  void withdraw(Exchange& exchange);  // its time is over
  void became_idle(Connection& connection);
  void remove(Connection& connection);  // destroys it
  void close_idle(std::int64_t older_than_us);
  void fail_all(const Error& error);
  void fail_first(const Error& error) { connections_.front()->fail(Exchange::End::failed, error); }
  bool in_use() const { return resolving_ || !waiting_.empty() || !connections_.empty(); }
  std::size_t connections() const { return connections_.size(); }
  bool has_idle() const { return !idle_.empty(); }

 private:
  friend struct State;
  void serve_waiting();
  bool serve_first();
  void open_connection();
  void resolved(boost::system::error_code error, const boost::asio::ip::tcp::resolver::results_type& results);

  State& state_;
  std::string name_;
  std::uint16_t port_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // newest last
  std::deque<Exchange*> waiting_;
  std::string address_;
  std::int64_t resolved_until_us_ = 0;
  bool resolving_ = false;
  bool serving_ = false;
};

struct HttpClient::State : std::enable_shared_from_this<State> {
  State(Loop& own_loop, HttpClientSettings own_settings)
      : loop(own_loop),
        settings(std::move(own_settings)),
        poller(std::make_unique<SocketPoller>(loop)),
        sweep_timer(std::make_unique<boost::asio::steady_timer>(loop.io())),
        resolver(std::make_unique<boost::asio::ip::tcp::resolver>(loop.io())) {}

  Host& host(const std::string& name, std::uint16_t port) {
    if (hosts.size() >= kHostCountMax) std::erase_if(hosts, [](const auto& entry) { return !entry.second->in_use(); });
    auto& found = hosts[{name, port}];
    if (!found) found = std::make_unique<Host>(*this, name, port);
    return *found;
  }
  void sweep_later() {
    if (sweeping || stopped) return;
    sweeping = true;
    sweep_timer->expires_after(settings.idle_timeout);
    sweep_timer->async_wait([self = shared_from_this()](boost::system::error_code error) {
      self->sweeping = false;
      if (error || self->stopped) return;
      bool any = false;
      for (const auto& [key, host] : self->hosts) {
        host->close_idle(now_us() - self->settings.idle_timeout.count() * 1000);
        any |= host->has_idle();
      }
      if (any) self->sweep_later();
    });
  }

  Loop& loop;
  const HttpClientSettings settings;
  std::unique_ptr<SocketPoller> poller;
  std::unique_ptr<boost::asio::steady_timer> sweep_timer;
  std::unique_ptr<boost::asio::ip::tcp::resolver> resolver;
  std::map<std::pair<std::string, std::uint16_t>, std::unique_ptr<Host>> hosts;
  std::uint64_t opened = 0;
  bool sweeping = false;
  bool stopped = false;
};

void HttpClient::Exchange::finish(End how, Error why) {
  if (end != End::none) return;
  end = how;
  error = std::move(why);
  timer.reset();
  connection = nullptr;
  if (coroutine) state.loop.post(std::exchange(coroutine, {}));
}

HttpClient::Connection::Connection(Host& host, State& state)
    : host_(host), state_(state), parser_(state.settings.limits) {}

HttpClient::Connection::~Connection() {
  if (socket_.is_open()) state_.poller->remove(socket_.descriptor(), *this);
}

void HttpClient::Connection::connect(const std::string& address, std::uint16_t port) {
  auto socket = connect_tcp({address, port});
  if (!socket) return fail(Exchange::End::failed, std::move(socket).error());
  socket_ = std::move(*socket);
  ++state_.opened;
  if (!state_.poller->add(socket_.descriptor(), *this)) {
    fail(Exchange::End::failed, {ErrorCode::unavailable, "the socket cannot be watched", {}, 0, {}});
  }
}

void HttpClient::Connection::begin(Exchange& exchange) {
  exchange_ = &exchange;
  exchange.connection = this;
  parser_.start(exchange.request.method == HttpMethod::head);
  output_.text() += render_head(exchange.request, exchange.trace);
  if (!exchange.request.body.empty()) output_.add_body(std::string(exchange.request.body));
  if (connected_) advance();
}

void HttpClient::Connection::on_ready(Readiness readiness) {
  if (!connected_) {
    if (const int error = connect_error(socket_); error != 0 || readiness.broken) {
      return fail(Exchange::End::failed,
                  {ErrorCode::unavailable, "cannot connect: " + std::string(std::strerror(error)), {}, 0, {}});
    }
    if (!readiness.writable) return;
    connected_ = true;
  }
  peer_closed_ |= readiness.peer_closed || readiness.broken;
  readable_ |= readiness.readable || peer_closed_;
  advance();
}

void HttpClient::Connection::advance() {
  if (exchange_ == nullptr) {
    // Nothing is due: bytes or the end of input both end an idle connection.
    if (connected_ && readable_) host_.remove(*this);
    return;
  }
  if (output_.flush(socket_) == TcpSocket::Outcome::closed && !readable_) {
    return fail(used_ ? Exchange::End::stale : Exchange::End::failed,
                {ErrorCode::unavailable, "the connection broke while the request was sent", {}, 0, {}});
  }
  if (readable_) read_answer();
}

void HttpClient::Connection::read_answer() {
  while (readable_) {
    const std::size_t kept = input_.size();
    input_.resize(kept + kReadBytes);
    const auto io = socket_.read(input_.data() + kept, kReadBytes);
    input_.resize(kept + io.bytes);
    if (io.outcome == TcpSocket::Outcome::not_now) {
      readable_ = false;
      return;
    }
    if (io.outcome == TcpSocket::Outcome::closed) {
      const bool stale = used_ && !parser_.started() && input_.empty();
      parser_.end_of_input();
      peer_closed_ = true;
      if (parser_.state() != HttpResponseParser::State::complete) {
        return fail(stale ? Exchange::End::stale : Exchange::End::failed,
                    {ErrorCode::unavailable, "the connection ended before the answer", {}, 0, {}});
      }
    } else {
      if (io.drained && !peer_closed_) readable_ = false;
      input_.erase(0, parser_.feed(input_, exchange_->response));
    }
    switch (parser_.state()) {
      case HttpResponseParser::State::complete:
        return release();
      case HttpResponseParser::State::malformed:
        return fail(Exchange::End::failed, {ErrorCode::unavailable, "the answer is malformed", {}, 0, {}});
      case HttpResponseParser::State::too_large:
        return fail(Exchange::End::failed, {ErrorCode::too_large, "the answer is too large", {}, 0, {}});
      default:
        break;
    }
  }
}

void HttpClient::Connection::release() {
  Exchange* done = std::exchange(exchange_, nullptr);
  const bool reusable = parser_.keep_alive() && output_.empty() && input_.empty() && !peer_closed_;
  done->finish(Exchange::End::answered);
  if (!reusable) return host_.remove(*this);
  used_ = true;
  if (input_.capacity() > kKeptBytesMax) std::string().swap(input_);
  idle_since_us_ = now_us();
  host_.became_idle(*this);
}

void HttpClient::Connection::fail(Exchange::End how, Error why) {
  if (Exchange* failed = std::exchange(exchange_, nullptr); failed != nullptr) failed->finish(how, std::move(why));
  host_.remove(*this);
}

void HttpClient::Host::submit(Exchange& exchange) {
  exchange.host = this;
  if (waiting_.size() >= state_.settings.waiting_count_max) {
    return exchange.finish(Exchange::End::failed,
                           {ErrorCode::unavailable, "too many requests wait for a connection", {}, 1, {}});
  }
  exchange.timer.emplace(state_.loop.io());
  exchange.timer->expires_after(std::chrono::microseconds(exchange.deadline_us - now_us()));
  exchange.timer->async_wait([&exchange](boost::system::error_code error) {
    if (!error) exchange.host->withdraw(exchange);
  });
  waiting_.push_back(&exchange);
  serve_waiting();
}

void HttpClient::Host::withdraw(Exchange& exchange) {
  Error error{ErrorCode::timeout, "no answer in time from " + name_ + " port " + std::to_string(port_), {}, 0, {}};
  if (exchange.connection != nullptr) {
    exchange.connection->fail(Exchange::End::failed, std::move(error));
    return;
  }
  std::erase(waiting_, &exchange);
  exchange.finish(Exchange::End::failed, std::move(error));
}

void HttpClient::Host::serve_waiting() {
  if (serving_) return;  // a connection failed at once inside the loop below, which goes on
  serving_ = true;
  while (!waiting_.empty() && serve_first()) {
  }
  serving_ = false;
}

// False when the first one has to wait.
bool HttpClient::Host::serve_first() {
  if (!idle_.empty()) {
    Connection* connection = idle_.back();
    idle_.pop_back();
    Exchange* exchange = waiting_.front();
    waiting_.pop_front();
    connection->begin(*exchange);
    return true;
  }
  if (resolving_ || connections_.size() >= state_.settings.connections_per_host_max) return false;
  open_connection();
  return !resolving_;
}

void HttpClient::Host::open_connection() {
  boost::system::error_code not_numeric;
  boost::asio::ip::make_address(name_, not_numeric);
  if (!not_numeric) {
    address_ = name_;
  } else if (now_us() >= resolved_until_us_) {
    resolving_ = true;
    state_.resolver->async_resolve(
        name_, std::to_string(port_),
        [this, state = state_.shared_from_this()](boost::system::error_code error,
                                                  const boost::asio::ip::tcp::resolver::results_type& results) {
          if (!state->stopped) resolved(error, results);
        });
    return;
  }
  Exchange* exchange = waiting_.front();
  waiting_.pop_front();
  connections_.push_back(std::make_unique<Connection>(*this, state_));
  Connection& connection = *connections_.back();
  connection.begin(*exchange);
  connection.connect(address_, port_);
}

void HttpClient::Host::resolved(boost::system::error_code error,
                                const boost::asio::ip::tcp::resolver::results_type& results) {
  resolving_ = false;
  if (error || results.empty()) {
    fail_all({ErrorCode::unavailable, "unknown host " + name_, {}, 0, {}});
    return;
  }
  auto chosen = std::find_if(results.begin(), results.end(),
                             [](const auto& entry) { return entry.endpoint().address().is_v4(); });
  if (chosen == results.end()) chosen = results.begin();
  address_ = chosen->endpoint().address().to_string();
  resolved_until_us_ = now_us() + kResolvedForUs;
  serve_waiting();
}

void HttpClient::Host::became_idle(Connection& connection) {
  idle_.push_back(&connection);
  if (!waiting_.empty()) return serve_waiting();
  state_.sweep_later();
}

void HttpClient::Host::remove(Connection& connection) {
  std::erase(idle_, &connection);
  const auto found =
      std::find_if(connections_.begin(), connections_.end(), [&](const auto& own) { return own.get() == &connection; });
  JT_ASSERT(found != connections_.end(), "a connection belongs to its host");
  std::swap(*found, connections_.back());
  connections_.pop_back();
  if (!waiting_.empty()) serve_waiting();
}

void HttpClient::Host::close_idle(std::int64_t older_than_us) {
  const std::vector<Connection*> idle = idle_;
  for (Connection* connection : idle) {
    if (connection->idle_since_us() <= older_than_us) remove(*connection);
  }
}

void HttpClient::Host::fail_all(const Error& error) {
  std::deque<Exchange*> waiting;
  waiting.swap(waiting_);
  for (Exchange* exchange : waiting) exchange->finish(Exchange::End::failed, error);
}

HttpClient::HttpClient(Loop& loop, HttpClientSettings settings)
    : state_(std::make_shared<State>(loop, std::move(settings))) {}

HttpClient::~HttpClient() { stop(); }

void HttpClient::stop() {
  State& state = *state_;
  if (state.stopped) return;
  state.stopped = true;
  const Error error{ErrorCode::unavailable, "the client stops", {}, 0, {}};
  for (const auto& [key, host] : state.hosts) {
    host->fail_all(error);
    while (host->connections() > 0) host->fail_first(error);
  }
  state.hosts.clear();
  state.poller->stop();
  state.sweep_timer.reset();
  state.resolver.reset();
}

Task<Result<HttpClientResponse>> HttpClient::send(Call call, HttpClientRequest request) {
  const std::shared_ptr<State> kept = state_;
  State& state = *kept;
  JT_ASSERT(Loop::current() == &state.loop, "a client is used on its own loop");
  if (state.stopped) co_return fail(ErrorCode::unavailable, "the client stops");
  if (!is_sendable(request)) co_return fail(ErrorCode::invalid, "the request holds characters that cannot be sent");
  const Timestamp wall = SystemClock::instance().now();
  const std::int64_t left_ms = call->deadline.ms == INT64_MAX ? INT64_MAX : (call->deadline - wall).count();
  const std::int64_t timeout_ms = std::min<std::int64_t>(left_ms, state.settings.request_timeout.count());
  if (timeout_ms <= 0) co_return fail(ErrorCode::timeout, "the call's time is over");
  const std::int64_t deadline_us = now_us() + timeout_ms * 1000;
  TraceContext trace;
  if (!call->trace.empty()) trace = child_of(call->trace);
  for (int attempt = 0;; ++attempt) {
    Exchange exchange(state, request, trace, deadline_us);
    state.host(request.host, request.port).submit(exchange);
    co_await exchange;
    if (exchange.end == Exchange::End::answered) co_return std::move(exchange.response);
    if (exchange.end == Exchange::End::stale && attempt == 0 && may_be_repeated(request) && !state.stopped) continue;
    co_return fail(std::move(exchange.error));
  }
}

std::size_t HttpClient::connections() const {
  std::size_t count = 0;
  for (const auto& [key, host] : state_->hosts) count += host->connections();
  return count;
}

std::uint64_t HttpClient::connections_opened() const { return state_->opened; }

}  // namespace jangteo
