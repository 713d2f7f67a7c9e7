#include "net/http_server.h"

#include <sys/resource.h>

#include <algorithm>
#include <future>

#include "base/assert.h"
#include "net/http_worker.h"

namespace jangteo {

namespace {

constexpr int kListenBacklog = 4096;
constexpr std::size_t kReservedDescriptors = 256;  // for storage, logs, clients

// Takes all the descriptors that this process may have.
std::size_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

}  // namespace

HttpServer::HttpServer(HttpServerSettings settings, const Router& router, const FilterChain& filters)
    : settings_(std::move(settings)),
      router_(router),
      filters_(filters),
      counts_(std::make_shared<HttpServerCounts>()) {}

HttpServer::~HttpServer() { JT_ASSERT(stopped_, "an HTTP server is stopped before it goes"); }

Status HttpServer::start(const std::vector<Loop*>& loops) {
  JT_ASSERT(stopped_ && workers_.empty() && !loops.empty(), "a server starts once");
  JT_TRY(check_port_is_free({settings_.address, settings_.port}));
  const std::size_t descriptors = descriptor_limit();
  const std::size_t usable =
      descriptors > 2 * kReservedDescriptors ? descriptors - kReservedDescriptors : descriptors / 2;
  counts_->connections_max = std::min(settings_.connections_max, usable);
  port_ = settings_.port;
  std::vector<TcpSocket> listeners;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto listener = listen_tcp({settings_.address, port_}, kListenBacklog);
    if (!listener) return fail(std::move(listener).error());
    port_ = local_port(*listener);
    listeners.push_back(std::move(*listener));
  }
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto worker =
        std::make_shared<HttpWorker>(*loops[i], settings_, router_, filters_, counts_, std::move(listeners[i]));
    loops[i]->post([worker] { worker->start(); });
    workers_.push_back(std::move(worker));
  }
  stopped_ = false;
  return {};
}

void HttpServer::stop(Millis grace, std::function<void()> done) {
  JT_ASSERT(!stopped_, "a server stops once");
  stopped_ = true;
  auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  auto all_done = [left, done = std::move(done)] {
    if (left->fetch_sub(1) == 1) done();
  };
  for (const auto& worker : workers_) {
    worker->loop().post([worker, grace, all_done] { worker->drain(grace, all_done); });
  }
}

void HttpServer::stop_and_wait(Millis grace) {
  JT_ASSERT(Loop::current() == nullptr, "a loop cannot wait for itself");
  std::promise<void> done;
  stop(grace, [&done] { done.set_value(); });
  done.get_future().wait();
}

std::size_t HttpServer::connections() const { return counts_->connections.load(std::memory_order_relaxed); }
std::size_t HttpServer::requests_running() const { return counts_->requests_running.load(std::memory_order_relaxed); }

void HttpServer::register_metrics(MetricsRegistry& registry) const {
  registry.gauge_function("http_connections", "Open HTTP connections", {},
                          [counts = counts_] { return static_cast<double>(counts->connections.load()); });
  registry.counter_function("http_connections_refused_total", "Connections refused because there were too many", {},
                            [counts = counts_] { return static_cast<double>(counts->connections_refused.load()); });
}

}  // namespace jangteo
