#include "bench/driver/load_worker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace jangteo::bench {
namespace {

constexpr size_t buffer_bytes = 256 * 1024;
constexpr size_t sample_count_max = 5;
constexpr size_t sample_bytes_max = 400;
constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t sweep_period_ns = 100'000'000;
constexpr int64_t reconnect_pause_ns = 50'000'000;
constexpr int connecting_count_max = 256;
constexpr uint64_t starts_per_turn_max = 512;

int64_t to_ns(double seconds) { return static_cast<int64_t>(seconds * 1e9); }

int64_t share_of(int64_t whole, int parts, int index) { return whole / parts + (index < whole % parts ? 1 : 0); }

}  // namespace

int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * second_ns + time.tv_nsec;
}

void LoadTally::merge(const LoadTally& other) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    kinds[i].sent += other.kinds[i].sent;
    kinds[i].failed += other.kinds[i].failed;
    for (const auto& [status, count] : other.kinds[i].statuses_whole_run) kinds[i].statuses_whole_run[status] += count;
    for (const auto& [status, count] : other.kinds[i].statuses) kinds[i].statuses[status] += count;
    kinds[i].latency.merge(other.kinds[i].latency);
  }
  answers_per_second.resize(std::max(answers_per_second.size(), other.answers_per_second.size()));
  for (size_t i = 0; i < other.answers_per_second.size(); ++i) answers_per_second[i] += other.answers_per_second[i];
  expected += other.expected;
  good += other.good;
  unexpected += other.unexpected;
  failed += other.failed;
  timeouts += other.timeouts;
  broken_answers += other.broken_answers;
  connect_failures += other.connect_failures;
  connections_lost += other.connections_lost;
  idle_lost += other.idle_lost;
  reconnects += other.reconnects;
  never_sent += other.never_sent;
  bytes_received += other.bytes_received;
  busy_open_at_end += other.busy_open_at_end;
  idle_open_at_end += other.idle_open_at_end;
  last_answer_ns = std::max(last_answer_ns, other.last_answer_ns);
  for (const auto& sample : other.samples) {
    if (samples.size() < sample_count_max) samples.push_back(sample);
  }
}

LoadWorker::LoadWorker(const LoadOptions& options, int index)
    : options_(options),
      index_(index),
      busy_count_(share_of(options.connection_count, options.thread_count, index)),
      idle_count_(share_of(options.idle_count, options.thread_count, index)),
      request_count_(share_of(options.request_count, options.thread_count, index)),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      connections_(static_cast<size_t>(busy_count_ + idle_count_)),
      random_state_(options.values.run_seed * 2 + static_cast<uint64_t>(index) * 2 + 1),
      filler_(options.values, static_cast<uint64_t>(index), static_cast<uint64_t>(options.thread_count)),
      buffer_(std::make_unique<char[]>(buffer_bytes)),
      expected_status_(1000) {
  for (size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].index_in_all = i * static_cast<size_t>(options.thread_count) + static_cast<size_t>(index);
  }
  for (const int status : options.expected_statuses) {
    if (status >= 0 && status < 1000) expected_status_[static_cast<size_t>(status)] = true;
  }
  tally_.kinds.resize(options.requests.size() + options.idle_request.size());
}

LoadWorker::~LoadWorker() {
  for (auto& connection : connections_) {
    if (connection.fd >= 0) ::close(connection.fd);
  }
  ::close(epoll_fd_);
}

void LoadWorker::connect(Connection& connection) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  connection.retry_ns = now_ns() + reconnect_pause_ns;
  if (fd < 0) {
    ++tally_.connect_failures;
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (options_.source_count > 1) {
    // The port is chosen at connect, so that one port serves several sources:
    // bind alone would use each port once.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto source = static_cast<uint32_t>(connection.index_in_all % static_cast<uint64_t>(options_.source_count));
    address.sin_addr.s_addr = htonl(0x7f000101U + source);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ++tally_.connect_failures;
      ::close(fd);
      return;
    }
  }
  address.sin_addr.s_addr = options_.address_be;
  address.sin_port = htons(options_.port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    ++tally_.connect_failures;
    ::close(fd);
    return;
  }
  connection.fd = fd;
  connection.state = State::Connecting;
  connection.writing = true;
  connection.sent_on_this_socket = 0;
  connection.sent_ns = now_ns();
  epoll_event event{.events = EPOLLIN | EPOLLOUT,
                    .data = {.u64 = static_cast<uint64_t>(&connection - connections_.data())}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
}

void LoadWorker::close(Connection& connection) {
  ::close(connection.fd);
  connection.fd = -1;
  connection.state = State::Closed;
  connection.unsent.clear();
}

uint64_t LoadWorker::connect_all(double deadline_s) {
  const int64_t deadline_ns = now_ns() + to_ns(deadline_s);
  std::vector<epoll_event> events(connecting_count_max);
  size_t next = 0;
  std::deque<size_t> failed;
  int64_t connecting = 0;
  uint64_t open = 0;
  while (open < connections_.size() && now_ns() < deadline_ns) {
    while (connecting < connecting_count_max && (next < connections_.size() || !failed.empty())) {
      size_t index = next;
      if (next < connections_.size()) {
        ++next;
      } else {
        index = failed.front();
        if (connections_[index].retry_ns > now_ns()) break;
        failed.pop_front();
      }
      connect(connections_[index]);
      if (connections_[index].state == State::Connecting) {
        ++connecting;
      } else {
        failed.push_back(index);
      }
    }
    const int ready = epoll_wait(epoll_fd_, events.data(), connecting_count_max, 20);
    for (int i = 0; i < ready; ++i) {
      auto& connection = connections_[events[static_cast<size_t>(i)].data.u64];
      const bool was_connecting = connection.state == State::Connecting;
      on_event(connection, events[static_cast<size_t>(i)].events);
      if (was_connecting) --connecting;
      if (was_connecting && connection.state == State::Free) {
        ++open;
      } else if (connection.state == State::Closed) {
        if (!was_connecting) --open;
        failed.push_back(events[static_cast<size_t>(i)].data.u64);
      }
    }
  }
  return open;
}

void LoadWorker::on_connected(Connection& connection) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    ++tally_.connect_failures;
    close(connection);
    return;
  }
  connection.writing = false;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<uint64_t>(&connection - connections_.data())}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, connection.fd, &event);
  connection.state = State::Free;
  if (running_) became_free(connection);
}

void LoadWorker::on_event(Connection& connection, uint32_t events) {
  if (connection.state == State::Connecting) {
    on_connected(connection);
    return;
  }
  if (connection.state == State::Waiting && (events & EPOLLOUT) != 0) write(connection);
  if (connection.state != State::Closed && (events & ~static_cast<uint32_t>(EPOLLOUT)) != 0) read(connection);
}

void LoadWorker::read(Connection& connection) {
  const ssize_t received = recv(connection.fd, buffer_.get(), buffer_bytes, 0);
  const int64_t time_ns = now_ns();
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) {
    if (received == 0 && connection.state == State::Waiting &&
        connection.parser.finish() == AnswerParser::State::Complete) {
      on_answer(connection, time_ns, {});
    } else {
      on_lost(connection);
    }
    return;
  }
  const std::string_view bytes(buffer_.get(), static_cast<size_t>(received));
  tally_.bytes_received += bytes.size();
  const AnswerParser::State state =
      connection.state == State::Waiting ? connection.parser.feed(bytes) : AnswerParser::State::Broken;
  if (state == AnswerParser::State::Complete) {
    on_answer(connection, time_ns, connection.parser.body_in_last_feed());
  } else if (state == AnswerParser::State::Broken) {
    ++tally_.broken_answers;
    if (connection.state == State::Waiting) on_failure(connection, time_ns);
    close(connection);
  }
}

void LoadWorker::on_lost(Connection& connection) {
  ++tally_.connections_lost;
  if (is_idle(connection)) ++tally_.idle_lost;
  if (connection.state == State::Waiting) on_failure(connection, now_ns());
  close(connection);
}

bool LoadWorker::is_counted(const Connection& connection, int64_t ended_ns) const {
  if (options_.request_count > 0) return true;
  const int64_t time_ns = is_open_loop() ? connection.due_ns : ended_ns;
  return time_ns >= window_.from_ns && time_ns < window_.until_ns;
}

void LoadWorker::on_answer(Connection& connection, int64_t answered_ns, std::string_view body) {
  auto& kind = tally_.kinds[connection.kind];
  const bool idle = is_idle(connection);
  const int status = connection.parser.status();
  const bool expected = expected_status_[static_cast<size_t>(status)];
  ++kind.statuses_whole_run[status];
  if (!idle) {
    --in_flight_;
    answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    tally_.last_answer_ns = answered_ns;
    const auto second = static_cast<size_t>(std::max<int64_t>(0, answered_ns - window_.start_ns) / second_ns);
    if (second >= tally_.answers_per_second.size()) tally_.answers_per_second.resize(second + 1);
    ++tally_.answers_per_second[second];
  }
  if (is_counted(connection, answered_ns)) {
    ++kind.statuses[status];
    if (expected) kind.latency.record(answered_ns - connection.due_ns);
    if (!idle) ++(expected ? tally_.expected : tally_.unexpected);
    if (!idle && expected && answered_ns - connection.due_ns <= to_ns(options_.good_s)) ++tally_.good;
  }
  if (!expected) keep_sample(connection, body);
  connection.state = State::Free;
  const bool is_used_up = !idle && options_.requests_per_connection > 0 &&
                          connection.sent_on_this_socket >= static_cast<uint64_t>(options_.requests_per_connection);
  if (!connection.parser.keeps_alive() || is_used_up) {
    close(connection);
    if (ended_ns_ == 0) {
      ++tally_.reconnects;
      connect(connection);
    }
    return;
  }
  became_free(connection);
}

// One of each request and status.
void LoadWorker::keep_sample(const Connection& connection, std::string_view body) {
  const RequestTemplate& request = is_idle(connection) ? options_.idle_request[0] : options_.requests[connection.kind];
  const int status = connection.parser.status();
  const auto is_same = [&](const ErrorSample& sample) {
    return sample.status == status && sample.request == request.name();
  };
  if (tally_.samples.size() >= sample_count_max || std::ranges::any_of(tally_.samples, is_same)) return;
  tally_.samples.push_back({request.name(), status, std::string(body.substr(0, sample_bytes_max))});
}

void LoadWorker::on_failure(Connection& connection, int64_t failed_ns) {
  auto& kind = tally_.kinds[connection.kind];
  const bool idle = is_idle(connection);
  if (!idle) --in_flight_;
  if (is_counted(connection, failed_ns)) {
    ++kind.failed;
    kind.latency.record(failed_ns - connection.due_ns);
    if (!idle) ++tally_.failed;
  }
}

uint32_t LoadWorker::next_kind(const Connection& connection) {
  const auto count = static_cast<uint64_t>(options_.requests.size());
  if (count == 1) return 0;
  if (!options_.draws_requests) return static_cast<uint32_t>(connection.sent_count % count);
  random_state_ ^= random_state_ << 13;  // xorshift64 (G. Marsaglia, 2003)
  random_state_ ^= random_state_ >> 7;
  random_state_ ^= random_state_ << 17;
  return static_cast<uint32_t>(random_state_ % count);
}

bool LoadWorker::may_start_closed() {
  if (ended_ns_ != 0) return false;
  if (options_.request_count > 0 && started_ >= static_cast<uint64_t>(request_count_)) return false;
  ++started_;
  return true;
}

void LoadWorker::became_free(Connection& connection) {
  if (is_idle(connection)) return;
  if (is_open_loop()) {
    free_.push_back(static_cast<uint32_t>(&connection - connections_.data()));
  } else if (may_start_closed()) {
    const int64_t time_ns = now_ns();
    send(connection, next_kind(connection), time_ns, time_ns);
  }
}

void LoadWorker::send(Connection& connection, uint32_t kind, int64_t due_ns, int64_t sent_ns) {
  const bool idle = is_idle(connection);
  connection.kind = kind;
  connection.due_ns = due_ns;
  connection.sent_ns = sent_ns;
  connection.state = State::Waiting;
  connection.parser.reset();
  ++connection.sent_count;
  ++connection.sent_on_this_socket;
  ++tally_.kinds[kind].sent;
  if (!idle) ++in_flight_;
  const RequestTemplate& request = idle ? options_.idle_request[0] : options_.requests[kind];
  const std::string_view bytes = filler_.fill(request, connection.index_in_all);
  const ssize_t sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (sent < 0 && errno != EAGAIN) {
    on_lost(connection);
    return;
  }
  connection.unsent = bytes.substr(sent < 0 ? 0 : static_cast<size_t>(sent));
  connection.writing = true;
  epoll_event event{.events = EPOLLIN | EPOLLOUT,
                    .data = {.u64 = static_cast<uint64_t>(&connection - connections_.data())}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, connection.fd, &event);
}

void LoadWorker::write(Connection& connection) {
  const ssize_t sent = ::send(connection.fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) on_lost(connection);
    return;
  }
  connection.unsent.erase(0, static_cast<size_t>(sent));
  if (!connection.unsent.empty()) return;
  connection.writing = false;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<uint64_t>(&connection - connections_.data())}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, connection.fd, &event);
}

int64_t LoadWorker::due_ns_of(uint64_t number) const {
  const double period_ns = 1e9 / options_.rate_per_s;
  const double number_in_all = static_cast<double>(number) * options_.thread_count + index_;
  return window_.start_ns + static_cast<int64_t>(number_in_all * period_ns);
}

// Open loop: sends what is due, as far as connections are free. started_ is the
// number of the next request.
void LoadWorker::start_due(int64_t time_ns) {
  for (uint64_t turn = 0; turn < starts_per_turn_max && !free_.empty(); ++turn) {
    if (options_.request_count > 0 && started_ >= static_cast<uint64_t>(request_count_)) return;
    const int64_t due_ns = due_ns_of(started_);
    if (due_ns > time_ns || due_ns >= window_.until_ns) return;
    Connection& connection = connections_[free_.front()];
    free_.pop_front();
    if (connection.state != State::Free) continue;  // lost while it waited
    ++started_;
    send(connection, next_kind(connection), due_ns, time_ns);
  }
}

void LoadWorker::ping_idle(int64_t time_ns) {
  if (idle_count_ == 0 || ended_ns_ != 0) return;
  const double share = static_cast<double>(time_ns - window_.start_ns) / 1e9 / options_.idle_period_s;
  const auto due = static_cast<uint64_t>(share * static_cast<double>(idle_count_));
  for (uint64_t turn = 0; turn < starts_per_turn_max && pings_started_ < due; ++turn, ++pings_started_) {
    auto& connection =
        connections_[static_cast<size_t>(busy_count_) + pings_started_ % static_cast<uint64_t>(idle_count_)];
    if (connection.state == State::Free)
      send(connection, static_cast<uint32_t>(options_.requests.size()), time_ns, time_ns);
  }
}

// Every 100 ms: requests that waited too long, connections to open again.
void LoadWorker::sweep(int64_t time_ns) {
  if (time_ns < next_sweep_ns_) return;
  next_sweep_ns_ = time_ns + sweep_period_ns;
  const int64_t timeout_ns = to_ns(options_.timeout_s);
  for (auto& connection : connections_) {
    if ((connection.state == State::Waiting || connection.state == State::Connecting) &&
        time_ns - connection.sent_ns > timeout_ns) {
      if (connection.state == State::Waiting) {
        ++tally_.timeouts;
        on_failure(connection, time_ns);
      } else {
        ++tally_.connect_failures;
      }
      close(connection);
    }
    if (connection.state == State::Closed && ended_ns_ == 0 && time_ns >= connection.retry_ns) {
      ++tally_.reconnects;
      connect(connection);
    }
  }
}

bool LoadWorker::is_finished(int64_t time_ns) const {
  if (ended_ns_ == 0) return false;
  const bool has_backlog = is_open_loop() && options_.request_count == 0 && due_ns_of(started_) < window_.until_ns;
  return (in_flight_ == 0 && !has_backlog) || time_ns >= ended_ns_ + to_ns(options_.drain_s);
}

int64_t LoadWorker::next_wake_ns(int64_t time_ns) const {
  int64_t wake_ns = std::min(next_sweep_ns_, time_ns + sweep_period_ns);
  if (ended_ns_ == 0) wake_ns = std::min(wake_ns, window_.until_ns);
  if (is_open_loop() && !free_.empty()) {
    const int64_t due_ns = due_ns_of(started_);
    if (due_ns < window_.until_ns && (request_count_ == 0 || started_ < static_cast<uint64_t>(request_count_))) {
      wake_ns = std::min(wake_ns, due_ns);
    }
  }
  if (idle_count_ > 0 && ended_ns_ == 0) wake_ns = std::min(wake_ns, time_ns + 5'000'000);
  return wake_ns;
}

void LoadWorker::give_up_rest(int64_t time_ns) {
  for (auto& connection : connections_) {
    const bool is_open = connection.state == State::Free || connection.state == State::Waiting;
    if (is_open) ++(is_idle(connection) ? tally_.idle_open_at_end : tally_.busy_open_at_end);
    if (!is_idle(connection) && connection.state == State::Waiting) {
      ++tally_.timeouts;
      on_failure(connection, time_ns);
    }
  }
  if (!is_open_loop()) return;
  // A connection would have taken them in turn: each enters with the time that
  // it waited, under the kind that was next.
  for (; due_ns_of(started_) < std::min(window_.until_ns, time_ns); ++started_) {
    if (options_.request_count > 0 && started_ >= static_cast<uint64_t>(request_count_)) break;
    ++tally_.never_sent;
    const int64_t due_ns = due_ns_of(started_);
    if (options_.request_count == 0 && due_ns < window_.from_ns) continue;
    auto& kind = tally_.kinds[started_ % options_.requests.size()];
    ++kind.failed;
    ++tally_.failed;
    kind.latency.record(time_ns - due_ns);
  }
}

void LoadWorker::run(const LoadWindow& window, const std::atomic<bool>& stop) {
  window_ = window;
  running_ = true;
  next_sweep_ns_ = now_ns();
  while (now_ns() < window_.start_ns) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 100'000};
    nanosleep(&pause, nullptr);
  }
  for (auto& connection : connections_) {
    if (connection.state == State::Free) became_free(connection);
  }
  std::vector<epoll_event> events(256);
  while (true) {
    int64_t time_ns = now_ns();
    const bool count_reached = options_.request_count > 0 && started_ >= static_cast<uint64_t>(request_count_);
    if (ended_ns_ == 0 && (time_ns >= window_.until_ns || stop.load(std::memory_order_relaxed) || count_reached)) {
      if (stop.load(std::memory_order_relaxed)) window_.until_ns = std::min(window_.until_ns, time_ns);
      ended_ns_ = count_reached ? std::numeric_limits<int64_t>::max() - to_ns(options_.drain_s) : time_ns;
    }
    if (is_open_loop()) start_due(time_ns);
    ping_idle(time_ns);
    sweep(time_ns);
    if (is_finished(time_ns)) break;
    const int64_t wait_ns = std::max<int64_t>(0, next_wake_ns(time_ns) - now_ns());
    const timespec timeout{.tv_sec = wait_ns / second_ns, .tv_nsec = wait_ns % second_ns};
    const int ready = epoll_pwait2(epoll_fd_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i) {
      const auto& event = events[static_cast<size_t>(i)];
      on_event(connections_[event.data.u64], event.events);
    }
  }
  give_up_rest(now_ns());
}

}  // namespace jangteo::bench
