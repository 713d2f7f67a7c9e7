// Requests per second of the HTTP server on one core, all filters on, against nginx with one worker on the same bytes:
// both are pinned to core 0, wrk to core 1, and take turns (A B A B ...).
//   net_bench [seconds per turn] [turns] [connections]     needs nginx and wrk
//   net_bench idle [connections]                           memory of idle connections from one address
//   net_bench serve PORT                                   only serves, for profiling
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "net/access_log_filter.h"
#include "net/authentication_filter.h"
#include "net/http_metrics.h"
#include "net/http_server.h"
#include "net/rate_limit_filter.h"
#include "net/request_id_filter.h"
#include "net/security_headers.h"
#include "net/tcp_socket.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

const std::string& body() {
  static const std::string text = "{\"data\":\"" + std::string(3000, 'x') + "\"}";
  return text;
}

Task<HttpResponse> missed(HttpRequest*) { co_return HttpResponse{}; }

// Blocks; the process is ended by its parent.
[[noreturn]] void serve(std::uint16_t port) {
  pin(0);
  LogSettings log;
  log.file = "/dev/null";
  start_log(log);
  Router router;
  Route route{};
  route.method = HttpMethod::get;
  route.pattern = "/api/products";
  route.name = "listProducts";
  route.handle = missed;
  const auto shared = std::make_shared<const std::string>(body());
  route.fast = [shared](const HttpRequest&) -> std::optional<HttpResponse> {
    HttpResponse response;
    response.shared_body = shared;
    response.with("ETag", "\"b-0123456789abcdef\"");
    return response;
  };
  router.add({route});
  MetricsRegistry registry;
  RateLimitSettings limits;
  limits.read = {1'000'000'000, 1'000'000'000};
  FilterChain filters;
  filters.add(std::make_shared<RequestIdFilter>());
  filters.add(std::make_shared<SecurityHeaders>());
  filters.add(std::make_shared<HttpMetrics>(registry, router));
  filters.add(std::make_shared<AccessLogFilter>());
  filters.add(std::make_shared<RateLimitFilter>(limits, RateKey::address));
  filters.add(
      std::make_shared<AuthenticationFilter>([](const HttpRequest&) -> Result<Principal> { return Principal{}; }));
  filters.add(std::make_shared<RateLimitFilter>(limits, RateKey::principal));
  HttpServerSettings settings;
  settings.port = port;
  HttpServer server(settings, router, filters);
  Loop loop("http-0");
  if (const Status status = server.start({&loop}); !status) {
    std::fprintf(stderr, "%s\n", status.error().detail.c_str());
    std::exit(1);
  }
  loop.run();
  std::exit(0);
}

class Child {
 public:
  template <class Work>
  explicit Child(Work work) : id_(fork()) {
    if (id_ == 0) {
      work();
      std::_Exit(127);
    }
  }
  pid_t id() const { return id_; }
  ~Child() {
    kill(id_, SIGTERM);
    waitpid(id_, nullptr, 0);
  }

 private:
  pid_t id_;
};

// Requests per second as wrk says; 0 when it failed.
double measure(std::uint16_t port, int seconds, int connections) {
  const std::string command = "taskset -c 1 wrk -t1 -c" + std::to_string(connections) + " -d" +
                              std::to_string(seconds) + "s http://127.0.0.1:" + std::to_string(port) +
                              "/api/products 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  char line[256];
  double rate = 0;
  while (pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr) {
    std::sscanf(line, "Requests/sec: %lf", &rate);
    const std::string text = line;
    if (text.find("Non-2xx") != std::string::npos || text.find("Socket errors") != std::string::npos)
      std::fputs(line, stdout);
  }
  if (pipe != nullptr) pclose(pipe);
  return rate;
}

std::uint16_t free_port() {
  const auto socket = listen_tcp({"127.0.0.1", 0}, 1);
  return socket ? local_port(*socket) : 0;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int compare(int seconds, int turns, int connections) {
  const auto folder = std::filesystem::temp_directory_path() / ("net_bench_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "www/api");
  std::ofstream(folder / "www/api/products") << body();
  const std::uint16_t ours = free_port(), theirs = free_port();
  std::ofstream(folder / "nginx.conf")
      << "daemon off; master_process off; worker_processes 1; pid " << folder.string() << "/nginx.pid;\n"
      << "error_log " << folder.string() << "/error.log;\nevents { worker_connections 4096; }\nhttp { access_log off;\n"
      << "keepalive_requests 1000000000; sendfile on; tcp_nopush on; open_file_cache max=100;\n"
      << "client_body_temp_path " << folder.string() << "; proxy_temp_path " << folder.string()
      << "; fastcgi_temp_path " << folder.string() << "; uwsgi_temp_path " << folder.string() << "; scgi_temp_path "
      << folder.string() << ";\ndefault_type application/json;\nserver { listen 127.0.0.1:" << theirs
      << " backlog=4096; root " << folder.string() << "/www; } }\n";
  std::vector<double> own, nginx;
  {
    const Child server([&] { serve(ours); });
    const Child rival([&] {
      pin(0);
      execlp("nginx", "nginx", "-p", folder.c_str(), "-c", (folder / "nginx.conf").c_str(), nullptr);
    });
    usleep(500'000);
    measure(ours, 1, connections);
    measure(theirs, 1, connections);
    for (int turn = 0; turn < turns; ++turn) {
      own.push_back(measure(ours, seconds, connections));
      nginx.push_back(measure(theirs, seconds, connections));
      std::printf("jangteo %9.0f/s   nginx %9.0f/s   ratio %.2f\n", own.back(), nginx.back(),
                  own.back() / nginx.back());
      std::fflush(stdout);
    }
  }
  std::filesystem::remove_all(folder);
  std::printf("median: jangteo %.0f/s, nginx %.0f/s, ratio %.2f (%zu bytes, %d connections)\n", median(own),
              median(nginx), median(own) / median(nginx), body().size(), connections);
  return 0;
}

// Anonymous memory of a process in kB.
long memory_kb(pid_t id) {
  std::ifstream status("/proc/" + std::to_string(id) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::atol(line.c_str() + 8);
  }
  return 0;
}

// One request on every connection, one after the other; how many were answered 200.
int ask_all(std::vector<TcpSocket>& sockets) {
  static const std::string request = "GET /api/products HTTP/1.1\r\nHost: a\r\n\r\n";
  int answered = 0;
  for (TcpSocket& socket : sockets) {
    const iovec part{const_cast<char*>(request.data()), request.size()};
    pollfd poller{socket.descriptor(), POLLOUT, 0};
    ::poll(&poller, 1, 5000);
    socket.write(&part, 1);
    std::string answer;
    char buffer[8192];
    while (answer.size() < body().size()) {
      poller.events = POLLIN;
      if (::poll(&poller, 1, 5000) != 1) break;
      const auto io = socket.read(buffer, sizeof buffer);
      if (io.outcome == TcpSocket::Outcome::closed) break;
      answer.append(buffer, io.bytes);
    }
    answered += answer.starts_with("HTTP/1.1 200 ");
  }
  return answered;
}

int idle(int count) {
  const std::uint16_t port = free_port();
  const Child server([&] { serve(port); });
  usleep(500'000);
  std::vector<TcpSocket> sockets;
  sockets.push_back(std::move(*connect_tcp({"127.0.0.1", port})));
  ask_all(sockets);
  const long before_kb = memory_kb(server.id());
  while (static_cast<int>(sockets.size()) < count) {
    auto socket = connect_tcp({"127.0.0.1", port});
    if (!socket) break;
    sockets.push_back(std::move(*socket));
  }
  const int first = ask_all(sockets), second = ask_all(sockets);
  const long after_kb = memory_kb(server.id());
  std::printf("%zu connections, answered %d and %d; server memory %ld kB -> %ld kB: %.0f bytes each\n", sockets.size(),
              first, second, before_kb, after_kb,
              static_cast<double>(after_kb - before_kb) * 1024 / static_cast<double>(sockets.size()));
  return first == count && second == count ? 0 : 1;
}

}  // namespace

}  // namespace jangteo

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "serve") jangteo::serve(static_cast<std::uint16_t>(std::atoi(argv[2])));
  if (argc >= 2 && std::string(argv[1]) == "idle") return jangteo::idle(argc > 2 ? std::atoi(argv[2]) : 12'000);
  const auto argument = [&](int index, int otherwise) { return argc > index ? std::atoi(argv[index]) : otherwise; };
  return jangteo::compare(argument(1, 5), argument(2, 3), argument(3, 64));
}
