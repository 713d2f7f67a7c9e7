#include "net/http_worker.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "net/http_connection.h"
#include "net/http_head.h"
#include "net/tls.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr std::size_t kSpareExchangeCountMax = 64;
constexpr int kAcceptCountMax = 64;  // at once, before open connections have their turn
constexpr std::string_view kFullAnswer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 129\r\n"
    "Retry-After: 1\r\nConnection: close\r\n\r\n"
    "{\"type\":\"urn:jangteo:problem:unavailable\",\"title\":\"Too many connections\",\"status\":503,"
    "\"code\":\"unavailable\",\"retryable\":true}   \n";

}  // namespace

HttpExchange::HttpExchange(const HttpServerSettings& settings)
    : parser({settings.header_bytes_max, settings.header_count_max}),
      capacity(std::max<std::size_t>(settings.header_bytes_max + 4096, 16 * 1024)) {
  input = std::make_unique_for_overwrite<char[]>(capacity);
}

std::pair<char*, std::size_t> HttpExchange::room() {
  if (begin == end) begin = end = 0;
  if (begin > 0 && capacity - end < capacity / 2) {
    std::memmove(input.get(), input.get() + begin, end - begin);
    end -= begin;
    begin = 0;
  }
  JT_ASSERT(end < capacity, "an unfinished head is refused before it fills the buffer");
  return {input.get() + end, capacity - end};
}

void HttpExchange::reset() {
  request.clear();
  parser.reset();
  match = {};
  begin = end = 0;
  output = {};
  head_lines.clear();
}

HttpWorker::HttpWorker(Loop& loop, const HttpServerSettings& settings, const Router& router, const FilterChain& filters,
                       std::shared_ptr<HttpServerCounts> counts, TcpSocket listener)
    : loop_(loop),
      settings_(settings),
      router_(router),
      filters_(filters),
      counts_(std::move(counts)),
      listener_(std::move(listener)),
      wheel_(now_us() / 1'000'000),
      scratch_(std::make_unique_for_overwrite<char[]>(kScratchBytes)) {}

HttpWorker::~HttpWorker() = default;

std::int64_t HttpWorker::now_us() { return SystemClock::instance().monotonic_us(); }

void HttpWorker::start() {
  poller_ = std::make_unique<SocketPoller>(loop_);
  tick_timer_ = std::make_unique<boost::asio::steady_timer>(loop_.io());
  accepting_ = poller_->add_listener(listener_.descriptor(), *this);
  JT_ASSERT(accepting_, "the kernel watches a listening socket");
  tick();
}

void HttpWorker::schedule_tick() {
  tick_timer_->expires_after(std::chrono::seconds(1));
  tick_timer_->async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->tick_timer_) self->tick();
  });
}

void HttpWorker::tick() {
  const std::int64_t now = now_us();
  const Timestamp wall = SystemClock::instance().now();
  wall_offset_ms_ = wall.ms - now / 1000;
  date_ = http_date(wall.ms / 1000);
  if (!accepting_ && listener_.is_open()) accepting_ = poller_->add_listener(listener_.descriptor(), *this);
  wheel_.tick(now / 1'000'000);
  if (draining_ && now >= drain_end_us_) {
    std::vector<HttpConnection*> open;
    wheel_.for_each([&](DeadlineEntry& entry) { open.push_back(&static_cast<HttpConnection&>(entry)); });
    for (HttpConnection* connection : open) connection->cut();
    finish();
    return;
  }
  if (tick_timer_) schedule_tick();
}

void HttpWorker::on_ready(Readiness) {
  for (int i = 0; i < kAcceptCountMax; ++i) {
    Accepted accepted;
    switch (accept_tcp(listener_, accepted)) {
      case AcceptOutcome::nothing:
        return;
      case AcceptOutcome::no_descriptors:
        // Looked at again by the next tick; the listening socket would wake us without end.
        log_error("http.no_descriptors", {{"connections", static_cast<std::uint64_t>(counts_->connections.load())}});
        poller_->remove(listener_.descriptor(), *this);
        accepting_ = false;
        return;
      case AcceptOutcome::accepted:
        break;
    }
    if (counts_->connections.fetch_add(1) >= counts_->connections_max) {
      counts_->connections.fetch_sub(1);
      refuse_connection(std::move(accepted.socket));
      continue;
    }
    if (settings_.tls) {
      ssl_st* session = settings_.tls->new_session();
      if (session == nullptr) {
        counts_->connections.fetch_sub(1);
        continue;
      }
      accepted.socket.start_tls(session);
    }
    ++connection_count_;
    (new HttpConnection(*this, std::move(accepted.socket), std::move(accepted.peer_address)))->open();
  }
}

void HttpWorker::refuse_connection(TcpSocket socket) {
  counts_->connections_refused.fetch_add(1, std::memory_order_relaxed);
  if (!settings_.tls) {
    const iovec part{const_cast<char*>(kFullAnswer.data()), kFullAnswer.size()};
    socket.write(&part, 1);
    socket.shutdown_write();
    socket.read(scratch_.get(), kScratchBytes);  // unread bytes would turn the close into a reset
  }
}

std::unique_ptr<HttpExchange> HttpWorker::take_exchange() {
  if (exchanges_.empty()) return std::make_unique<HttpExchange>(settings_);
  auto exchange = std::move(exchanges_.back());
  exchanges_.pop_back();
  return exchange;
}

void HttpWorker::give_back(std::unique_ptr<HttpExchange> exchange) {
  if (exchanges_.size() < kSpareExchangeCountMax) exchanges_.push_back(std::move(exchange));
}

void HttpWorker::run_later(HttpConnection& connection) {
  if (std::exchange(connection.queued_, true)) return;
  queued_.push_back(&connection);
  if (queued_.size() == 1) loop_.post([self = shared_from_this()] { self->run_queued(); });
}

void HttpWorker::run_queued() {
  const std::size_t count = queued_.size();
  for (std::size_t i = 0; i < count; ++i) {
    HttpConnection* connection = std::exchange(queued_[i], nullptr);
    if (connection == nullptr) continue;
    connection->queued_ = false;
    connection->continue_reading();
  }
  queued_.erase(queued_.begin(), queued_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!queued_.empty()) loop_.post([self = shared_from_this()] { self->run_queued(); });
}

void HttpWorker::forget(HttpConnection& connection) {
  if (connection.queued_)
    std::replace(queued_.begin(), queued_.end(), &connection, static_cast<HttpConnection*>(nullptr));
  --connection_count_;
  counts_->connections.fetch_sub(1);
  if (draining_ && connection_count_ == 0) loop_.post([self = shared_from_this()] { self->finish(); });
}

void HttpWorker::wake(std::shared_ptr<HttpStreamQueue> stream) {
  {
    const std::lock_guard lock(woken_mutex_);
    if (finished_) return;
    woken_.push_back(std::move(stream));
    if (woken_.size() > 1) return;
  }
  loop_.post([self = shared_from_this()] {
    std::vector<std::shared_ptr<HttpStreamQueue>> streams;
    {
      const std::lock_guard lock(self->woken_mutex_);
      streams.swap(self->woken_);
    }
    for (const auto& ready : streams) {
      if (ready->connection() != nullptr) ready->connection()->send_stream();
    }
  });
}

void HttpWorker::drain(Millis grace, std::function<void()> done) {
  draining_ = true;
  drain_end_us_ = now_us() + grace.count() * 1000;
  drained_ = std::move(done);
  if (accepting_) poller_->remove(listener_.descriptor(), *this);
  accepting_ = false;
  listener_.close();
  std::vector<HttpConnection*> open;
  wheel_.for_each([&](DeadlineEntry& entry) { open.push_back(&static_cast<HttpConnection&>(entry)); });
  for (HttpConnection* connection : open) connection->on_drain();
  if (connection_count_ == 0) return finish();
  if (grace < Millis{1000}) {
    tick_timer_->expires_after(grace);
    tick_timer_->async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && self->tick_timer_) self->tick();
    });
  }
}

void HttpWorker::finish() {
  if (!drained_) return;
  std::vector<std::shared_ptr<HttpStreamQueue>> streams;
  {
    const std::lock_guard lock(woken_mutex_);
    finished_ = true;
    streams.swap(woken_);
  }
  poller_->stop();
  tick_timer_.reset();
  std::exchange(drained_, {})();
}

}  // namespace jangteo
