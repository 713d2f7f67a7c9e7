// One thread of the driver: its connections, its epoll, its share of the rate.
// Nothing is shared on the way of a request but an atomic count for the
// progress line.
//
// Closed loop: every connection sends as soon as its answer is there; the
// answers that arrive within the window are counted. Open loop: request k is
// due at start + k / rate whether or not earlier ones were answered. It goes
// out on the connection that has waited longest, or as soon as one is free, and
// its latency counts from when it was due; what is never answered enters the
// histogram with the time waited until it was given up. So a server that stalls
// cannot hide it (no coordinated omission). The requests that were due within
// the window are counted.
//
// Thread: run() on its own thread; construct and read the tally on another,
// before and after. Errors are counted, never thrown.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/driver/answer_parser.h"
#include "bench/driver/latency_histogram.h"
#include "bench/driver/load_options.h"

namespace jangteo::bench {

// Monotonic nanoseconds.
int64_t now_ns();

// The times of a run, the same for all workers. ns_max where it has no end (by
// count).
struct LoadWindow {
  int64_t start_ns = 0;  // first request
  int64_t from_ns = 0;   // warm-up over
  int64_t until_ns = 0;  // no request starts after it
};

struct ErrorSample {
  std::string request;
  int status = 0;
  std::string body;  // the first bytes
};

struct LoadTally {
  struct Kind {
    uint64_t sent = 0;  // whole run
    std::map<int, uint64_t> statuses_whole_run;
    std::map<int, uint64_t> statuses;  // counted window
    uint64_t failed = 0;               // counted window: no answer
    LatencyHistogram latency;          // counted window: expected answers, and those that never came
  };
  std::vector<Kind> kinds;  // as in LoadOptions::requests, then idle_request
  std::vector<uint64_t> answers_per_second;

  uint64_t expected = 0;  // counted window, without idle connections
  uint64_t good = 0;      // expected and within LoadOptions::good_s
  uint64_t unexpected = 0;
  uint64_t failed = 0;
  uint64_t timeouts = 0;  // from here on: whole run
  uint64_t broken_answers = 0;
  uint64_t connect_failures = 0;
  uint64_t connections_lost = 0;  // closed by the server, not announced, a request under way or not
  uint64_t idle_lost = 0;
  uint64_t reconnects = 0;
  uint64_t never_sent = 0;  // open loop: due, and no connection became free
  uint64_t bytes_received = 0;
  uint64_t busy_open_at_end = 0;
  uint64_t idle_open_at_end = 0;
  int64_t last_answer_ns = 0;
  std::vector<ErrorSample> samples;

  void merge(const LoadTally& other);
};

class LoadWorker {
 public:
  LoadWorker(const LoadOptions& options, int index);
  ~LoadWorker();
  LoadWorker(const LoadWorker&) = delete;
  LoadWorker& operator=(const LoadWorker&) = delete;

  // Opens all connections; how many are open after at most `deadline_s`.
  uint64_t connect_all(double deadline_s);
  void run(const LoadWindow& window, const std::atomic<bool>& stop);

  uint64_t connection_count() const { return static_cast<uint64_t>(busy_count_) + static_cast<uint64_t>(idle_count_); }
  uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }
  const LoadTally& tally() const { return tally_; }

 private:
  enum class State : uint8_t { Closed, Connecting, Free, Waiting };
  struct Connection {
    int fd = -1;
    State state = State::Closed;
    bool writing = false;  // EPOLLOUT asked for
    uint32_t kind = 0;
    uint64_t index_in_all = 0;
    uint64_t sent_count = 0;
    uint64_t sent_on_this_socket = 0;
    int64_t due_ns = 0;
    int64_t sent_ns = 0;
    int64_t retry_ns = 0;  // Closed: not before
    AnswerParser parser;
    std::string unsent;
  };

  bool is_idle(const Connection& connection) const { return &connection - connections_.data() >= busy_count_; }
  bool is_open_loop() const { return options_.rate_per_s > 0; }
  int64_t due_ns_of(uint64_t number) const;
  void connect(Connection& connection);
  void close(Connection& connection);
  void on_connected(Connection& connection);
  void on_event(Connection& connection, uint32_t events);
  void read(Connection& connection);
  void on_answer(Connection& connection, int64_t answered_ns, std::string_view body);
  void keep_sample(const Connection& connection, std::string_view body);
  void on_failure(Connection& connection, int64_t failed_ns);
  void on_lost(Connection& connection);
  void became_free(Connection& connection);
  void send(Connection& connection, uint32_t kind, int64_t due_ns, int64_t sent_ns);
  void write(Connection& connection);
  bool may_start_closed();
  bool is_counted(const Connection& connection, int64_t ended_ns) const;
  void start_due(int64_t time_ns);
  void ping_idle(int64_t time_ns);
  void sweep(int64_t time_ns);
  bool is_finished(int64_t time_ns) const;
  int64_t next_wake_ns(int64_t time_ns) const;
  void give_up_rest(int64_t time_ns);
  uint32_t next_kind(const Connection& connection);

  const LoadOptions& options_;
  const int index_;
  int64_t busy_count_ = 0;
  int64_t idle_count_ = 0;
  int64_t request_count_ = 0;  // this worker's share, 0: by time
  int epoll_fd_ = -1;
  bool running_ = false;
  std::vector<Connection> connections_;  // busy ones, then idle ones
  std::deque<uint32_t> free_;            // open loop
  uint64_t in_flight_ = 0;               // without idle connections
  uint64_t started_ = 0;
  uint64_t pings_started_ = 0;
  int64_t ended_ns_ = 0;  // when starting ended; 0: not yet
  int64_t next_sweep_ns_ = 0;
  uint64_t random_state_;
  LoadWindow window_;
  RequestFiller filler_;
  std::unique_ptr<char[]> buffer_;
  std::vector<bool> expected_status_;
  std::atomic<uint64_t> answered_ = 0;
  LoadTally tally_;
};

}  // namespace jangteo::bench
