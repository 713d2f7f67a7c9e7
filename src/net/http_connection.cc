#include "net/http_connection.h"

#include <utility>

#include "base/assert.h"
#include "net/http_head.h"
#include "net/problem.h"

namespace jangteo {

namespace {

constexpr std::size_t kGatherBytesMax = 64 * 1024;
constexpr std::int64_t kLingerSeconds = 5;
constexpr std::int64_t kFarSeconds = 3600;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::int64_t whole_seconds(Millis length) { return (length.count() + 999) / 1000; }

// What a path without a route for the method gets.
HttpResponse unmatched_answer(const HttpRequest& request, const Router::Match& match) {
  if (request.method == HttpMethod::options && (!match.other_methods.empty() || request.path == "*")) {
    HttpResponse response;
    response.status = 204;
    response.with("Allow", allowed_methods(match.other_methods));
    return response;
  }
  if (!match.other_methods.empty()) {
    HttpResponse response = problem({ErrorCode::method_not_allowed, "", {}, 0, {}}, request);
    response.with("Allow", allowed_methods(match.other_methods));
    return response;
  }
  return problem({ErrorCode::not_found, "no such path", {}, 0, {}}, request);
}

void append_chunk_size(std::string& out, std::size_t size) {
  char digits[16];
  int count = 0;
  for (; size != 0; size >>= 4) digits[count++] = "0123456789abcdef"[size & 15];
  while (count > 0) out += digits[--count];
  out += "\r\n";
}

}  // namespace

HttpConnection::HttpConnection(HttpWorker& worker, TcpSocket socket, std::string peer_address)
    : worker_(worker), socket_(std::move(socket)), peer_address_(std::move(peer_address)) {}

void HttpConnection::open() {
  wait_for(socket_.is_tls() ? Waiting::head : Waiting::idle);
  if (!worker_.poller().add(socket_.descriptor(), *this)) close();
}

void HttpConnection::on_ready(Readiness readiness) {
  if (readiness.broken) {
    close();
    return;
  }
  peer_closed_ |= readiness.peer_closed;
  readable_ |= readiness.readable || readiness.peer_closed;
  // An idle socket tells that it is writable when it opens; there is nothing to do then.
  if (readable_ || output() != nullptr) pump();
}

void HttpConnection::pump() {
  if (pumping_) return;
  pumping_ = true;
  Progress progress;
  do {
    progress = step();
  } while (progress == Progress::more);
  if (progress != Progress::gone) pumping_ = false;
}

HttpConnection::Progress HttpConnection::step() {
  if (!socket_.is_open()) return Progress::wait;  // only the handler is left
  if (stream_) return step_stream();
  if (lingering_) return linger();
  if (busy_) return flush_then(Progress::wait);
  if (closing_) {
    const Progress flushed = flush_then(Progress::more);
    if (flushed != Progress::more) return flushed;
    if (!unread_) return close();
    socket_.shutdown_write();
    lingering_ = true;
    wait_for(Waiting::linger);
    return Progress::more;
  }
  if (!exchange_) return readable_ ? fill() : Progress::wait;
  const bool had_its_turn = answered_count_ >= worker_.settings().pipeline_count_max;
  if (had_its_turn || exchange_->output.pending_bytes() >= kGatherBytesMax) {
    const Progress flushed = flush_then(Progress::more);
    if (flushed != Progress::more) return flushed;
    if (had_its_turn) {
      answered_count_ = 0;
      if (!exchange_->unread().empty()) {
        worker_.run_later(*this);
        return Progress::wait;
      }
    }
  }
  if (!exchange_->unread().empty() && parse() == Progress::more) return Progress::more;
  const Progress flushed = flush_then(Progress::more);
  if (flushed != Progress::more) return flushed;
  answered_count_ = 0;
  return readable_ ? fill() : rest();
}

// `more` when something came of the bytes at hand; `wait` when they are not enough.
HttpConnection::Progress HttpConnection::parse() {
  HttpExchange& exchange = *exchange_;
  HttpRequestParser& parser = exchange.parser;
  if (!parser.started()) exchange.request.started_us = exchange.read_us;
  exchange.begin += parser.feed(exchange.unread(), exchange.request);
  if (parser.state() == HttpRequestParser::State::head_done) {
    exchange.match = worker_.router().match(exchange.request);
    const Route* route = exchange.match.route;
    parser.accept_body(route != nullptr ? route->body_bytes_max : worker_.settings().body_bytes_max, exchange.request);
    if (parser.expects_continue() && exchange.unread().empty()) exchange.output.text() += kContinue;
    if (parser.state() == HttpRequestParser::State::body) return Progress::more;
  }
  switch (parser.state()) {
    case HttpRequestParser::State::complete:
      dispatch();
      return Progress::more;
    case HttpRequestParser::State::refused:
      refuse(parser.refusal());
      return Progress::more;
    default:
      return Progress::wait;
  }
}

HttpConnection::Progress HttpConnection::fill() {
  if (!exchange_) exchange_ = worker_.take_exchange();
  const auto [room, size] = exchange_->room();
  const auto io = socket_.read(room, size);
  switch (io.outcome) {
    case TcpSocket::Outcome::done:
      exchange_->end += io.bytes;
      exchange_->read_us = HttpWorker::now_us();
      if (io.drained && !peer_closed_) readable_ = false;
      return Progress::more;
    case TcpSocket::Outcome::not_now:
      readable_ = false;
      return rest();
    case TcpSocket::Outcome::closed:
      break;
  }
  return close();
}

// Everything at hand is done: waits for more bytes.
HttpConnection::Progress HttpConnection::rest() {
  if (exchange_->unread().empty() && !exchange_->parser.started()) {
    worker_.give_back(std::move(exchange_));
    if (worker_.draining()) return close();
    wait_for(Waiting::idle);
  } else if (exchange_->parser.state() == HttpRequestParser::State::body) {
    wait_for(Waiting::body);
  } else {
    wait_for(Waiting::head);
  }
  return Progress::wait;
}

HttpConnection::Progress HttpConnection::flush_then(Progress after) {
  HttpOutput* output = this->output();
  if (output == nullptr || output->empty()) return after;
  const std::size_t before = output->pending_bytes();
  switch (output->flush(socket_)) {
    case TcpSocket::Outcome::done:
      if (waiting_ == Waiting::write) wait_for(Waiting::nothing);
      return after;
    case TcpSocket::Outcome::not_now:
      if (waiting_ != Waiting::write || output->pending_bytes() < before) wait_for(Waiting::write);
      return Progress::wait;
    case TcpSocket::Outcome::closed:
      break;
  }
  return close();
}

// Reads what the client still sends, so that the kernel does not answer it with a reset that overtakes our last answer.
HttpConnection::Progress HttpConnection::linger() {
  const auto [room, size] = worker_.scratch();
  for (int reads = 0; reads < 16 && readable_; ++reads) {
    const auto io = socket_.read(room, size);
    if (io.outcome == TcpSocket::Outcome::closed) return close();
    if (io.outcome == TcpSocket::Outcome::not_now) readable_ = false;
  }
  if (readable_) worker_.run_later(*this);
  return Progress::wait;
}

void HttpConnection::dispatch() {
  HttpRequest& request = exchange_->request;
  const Route* route = exchange_->match.route;
  request.peer_address = peer_address_;
  request.call.deadline = worker_.wall_time(request.started_us) + worker_.settings().request_timeout;
  auto answer = worker_.filters().before(request, route, exchange_->filters_entered);
  if (!answer && route == nullptr) answer = unmatched_answer(request, exchange_->match);
  if (!answer && route->fast) answer = route->fast(request);
  if (!answer && !route->handle) answer = problem({ErrorCode::not_found, "", {}, 0, {}}, request);
  if (answer) {
    respond(*answer);
    return;
  }
  busy_ = true;
  wait_for(Waiting::nothing);
  worker_.counts().requests_running.fetch_add(1, std::memory_order_relaxed);
  dispatching_ = true;
  start(route->handle(&request), [this, worker = worker_.shared_from_this()](HttpResponse response) {
    if (Loop::current() == &worker->loop()) {
      finished(std::move(response));
      return;
    }
    auto moved = std::make_shared<HttpResponse>(std::move(response));
    worker->loop().post([this, worker, moved] { finished(std::move(*moved)); });
  });
  dispatching_ = false;
}

void HttpConnection::finished(HttpResponse response) {
  busy_ = false;
  worker_.counts().requests_running.fetch_sub(1, std::memory_order_relaxed);
  if (!socket_.is_open()) {
    close();
    return;
  }
  respond(response);
  if (!dispatching_) pump();
}

void HttpConnection::respond(HttpResponse& response) {
  HttpExchange& exchange = *exchange_;
  exchange.request.finished_us = HttpWorker::now_us();
  response.head_lines.swap(exchange.head_lines);
  worker_.filters().after(exchange.request, exchange.match.route, response, exchange.filters_entered);
  write(response, exchange.parser.keep_alive());
}

void HttpConnection::refuse(const HttpRefusal& refusal) {
  HttpExchange& exchange = *exchange_;
  exchange.request.peer_address = peer_address_;
  exchange.request.finished_us = HttpWorker::now_us();
  auto response = worker_.filters().refuse(exchange.request, [&](const HttpRequest& request) {
    return problem_with_status(refusal.status, refusal.error, request);
  });
  unread_ = true;
  write(response, false);
}

void HttpConnection::write(HttpResponse& response, bool keep_alive) {
  HttpExchange& exchange = *exchange_;
  if (!keep_alive || worker_.draining()) closing_ = true;
  const bool head_only = exchange.request.method == HttpMethod::head;
  if (response.stream && !head_only) {
    start_stream(response);
    return;
  }
  HeadContext context;
  context.date = worker_.date();
  context.content_length = response.shared_body ? response.shared_body->size() : response.body.size();
  context.keep_alive = !closing_;
  context.http_1_0 = exchange.parser.is_http_1_0();
  append_head(exchange.output.text(), response, context);
  if (!head_only && has_body(response.status)) {
    if (response.shared_body) {
      exchange.output.add_body(response.shared_body);
    } else {
      exchange.output.add_body(std::move(response.body));
    }
  }
  exchange.head_lines.swap(response.head_lines);
  next_request();
}

void HttpConnection::next_request() {
  HttpExchange& exchange = *exchange_;
  exchange.request.clear();
  exchange.parser.reset();
  exchange.match = {};
  exchange.head_lines.clear();
  ++answered_count_;
  wait_for(Waiting::idle);
}

void HttpConnection::start_stream(HttpResponse& response) {
  HttpExchange& exchange = *exchange_;
  stream_chunked_ = !exchange.parser.is_http_1_0();
  HeadContext context;
  context.date = worker_.date();
  context.framing = stream_chunked_ ? BodyFraming::chunked : BodyFraming::until_close;
  context.keep_alive = false;
  append_head(exchange.output.text(), response, context);
  stream_ = std::make_shared<HttpStreamQueue>(worker_.shared_from_this(), *this, worker_.settings().stream_bytes_max);
  stream_output_ = std::make_unique<HttpOutput>(std::move(exchange.output));
  exchange.output = {};
  closing_ = true;
  exchange.reset();
  worker_.give_back(std::move(exchange_));
  wait_for(Waiting::nothing);
  // The producer may push at once; it is sent behind the head by the next step. Its handle going ends the stream.
  response.stream(std::shared_ptr<HttpStream>(stream_.get(), [queue = stream_](HttpStream*) { queue->close(); }));
  if (worker_.draining()) stream_->close();
}

HttpConnection::Progress HttpConnection::step_stream() {
  if (peer_closed_) return close();
  auto taken = stream_->take(stream_output_->pending_bytes());
  if (taken.overflow) return close();
  for (const auto& chunk : taken.chunks) {
    if (stream_chunked_) append_chunk_size(stream_output_->text(), chunk->size());
    stream_output_->add_body(chunk);
    if (stream_chunked_) stream_output_->text() += "\r\n";
  }
  if (taken.ended && !std::exchange(stream_ended_, true) && stream_chunked_) stream_output_->text() += "0\r\n\r\n";
  const Progress flushed = flush_then(Progress::more);
  if (flushed == Progress::gone) return flushed;
  if (flushed == Progress::more && stream_ended_) return close();
  return Progress::wait;
}

void HttpConnection::wait_for(Waiting what) {
  const bool goes_on = what == waiting_ && (what == Waiting::head || what == Waiting::body);
  if (goes_on) return;  // one limit for the whole head, one for the whole body
  waiting_ = what;
  const HttpServerSettings& settings = worker_.settings();
  std::int64_t seconds = kFarSeconds;
  switch (what) {
    case Waiting::idle:
      seconds = whole_seconds(settings.idle_timeout);
      break;
    case Waiting::head:
      seconds = whole_seconds(settings.header_timeout);
      break;
    case Waiting::body:
      seconds = whole_seconds(settings.body_timeout);
      break;
    case Waiting::write:
      seconds = whole_seconds(settings.write_timeout);
      break;
    case Waiting::linger:
      seconds = kLingerSeconds;
      break;
    case Waiting::nothing:
      break;
  }
  worker_.wheel().set(*this, worker_.now_s() + seconds);
}

void HttpConnection::on_deadline() {
  switch (waiting_) {
    case Waiting::nothing:
      worker_.wheel().set(*this, worker_.now_s() + kFarSeconds);
      return;
    case Waiting::head:
    case Waiting::body:
      if (!exchange_) break;
      refuse({408, {ErrorCode::timeout, "the request did not come in time", {}, 0, {}}});
      pump();
      return;
    case Waiting::idle:
    case Waiting::write:
    case Waiting::linger:
      break;
  }
  close();
}

void HttpConnection::on_drain() {
  if (stream_) {
    stream_->close();
  } else if (!exchange_ && !busy_) {
    close();
  }
}

void HttpConnection::cut() { close(); }

// Ends the connection; the object goes with it, or with the end of its handler.
HttpConnection::Progress HttpConnection::close() {
  if (stream_) {
    stream_->cut();
    stream_.reset();
  }
  if (socket_.is_open()) {
    worker_.poller().remove(socket_.descriptor(), *this);
    socket_.close();
  }
  if (busy_) {
    pumping_ = false;
    return Progress::gone;
  }
  if (exchange_) {
    exchange_->reset();
    worker_.give_back(std::move(exchange_));
  }
  worker_.forget(*this);
  delete this;
  return Progress::gone;
}

}  // namespace jangteo
