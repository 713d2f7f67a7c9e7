#include "net/http_client.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <future>
#include <thread>

#include "net/http_server.h"
#include "net/tcp_socket.h"
#include "runtime/clock.h"
#include "runtime/scope.h"

namespace jangteo {

namespace {

Task<HttpResponse> echo(HttpRequest* request) {
  HttpResponse response;
  response.body = std::string(to_string(request->method)) + " " + request->target + " " + request->body;
  response.with("X-Trace", std::string(request->header("traceparent")));
  co_return response;
}

Task<HttpResponse> slow(HttpRequest*) {
  const Millis pause{200};
  co_await sleep_for(pause);
  co_return HttpResponse{};
}

Route route(HttpMethod method, std::string_view pattern, Task<HttpResponse> (*handle)(HttpRequest*)) {
  Route out;
  out.method = method;
  out.pattern = pattern;
  out.name = pattern;
  out.handle = handle;
  return out;
}

// Listens and plays a script: for each connection in turn the raw answers to its requests, then it closes.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::vector<std::string>> script)
      : listener_(std::move(*listen_tcp({"127.0.0.1", 0}, 16))), thread_([this, script] { play(script); }) {}
  ~ScriptedServer() { thread_.join(); }
  std::uint16_t port() const { return local_port(listener_); }

 private:
  void wait(const TcpSocket& socket) {
    pollfd poller{socket.descriptor(), POLLIN, 0};
    ::poll(&poller, 1, 10'000);
  }
  void play(const std::vector<std::vector<std::string>>& script) {
    for (const auto& answers : script) {
      wait(listener_);
      Accepted accepted;
      if (accept_tcp(listener_, accepted) != AcceptOutcome::accepted) return;
      for (const auto& answer : answers) {
        wait(accepted.socket);
        char buffer[4096];
        accepted.socket.read(buffer, sizeof buffer);
        const iovec part{const_cast<char*>(answer.data()), answer.size()};
        accepted.socket.write(&part, 1);
      }
    }
  }
  TcpSocket listener_;
  std::thread thread_;
};

class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() : loops_("net", 1) {
    router_.add({route(HttpMethod::get, "/echo", echo), route(HttpMethod::post, "/echo", echo),
                 route(HttpMethod::get, "/slow", slow)});
    HttpServerSettings settings;
    server_ = std::make_unique<HttpServer>(settings, router_, filters_);
    EXPECT_TRUE(server_->start({&loops_[0]}));
    make_client({});
  }
  ~HttpClientTest() override {
    on_loop([this] { client_.reset(); });
    server_->stop_and_wait(Millis{5000});
    server_.reset();
    loops_.stop();
  }
  void on_loop(std::function<void()> work) {
    std::promise<void> done;
    loops_[0].post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void make_client(HttpClientSettings settings) {
    on_loop([&] { client_ = std::make_unique<HttpClient>(loops_[0], settings); });
  }
  std::future<Result<HttpClientResponse>> send_later(HttpClientRequest request, CallContext* context = nullptr) {
    auto promise = std::make_shared<std::promise<Result<HttpClientResponse>>>();
    loops_[0].post([this, promise, request, context] {
      jangteo::start(client_->send(Call(context == nullptr ? context_ : *context), request),
                     [promise](Result<HttpClientResponse> result) { promise->set_value(std::move(result)); });
    });
    return promise->get_future();
  }
  Result<HttpClientResponse> send(HttpClientRequest request, CallContext* context = nullptr) {
    return send_later(std::move(request), context).get();
  }
  HttpClientRequest request(HttpMethod method, std::string target, std::uint16_t port = 0) {
    HttpClientRequest out;
    out.method = method;
    out.host = "127.0.0.1";
    out.port = port == 0 ? server_->port() : port;
    out.target = std::move(target);
    return out;
  }

  LoopThreads loops_;
  Router router_;
  FilterChain filters_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_;
  CallContext context_;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_F(HttpClientTest, SendsRequestsOverOneConnection) {
  context_.trace = new_trace();
  for (int i = 0; i < 5; ++i) {
    auto post = request(HttpMethod::post, "/echo?" + std::to_string(i));
    post.headers.push_back({"X-Own", "1"});
    post.body = "body";
    const auto answer = send(post);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST /echo?" + std::to_string(i) + " body");
    EXPECT_NE(answer->header("X-Trace").find(context_.trace.trace_id_hex()), std::string_view::npos);
  }
  EXPECT_EQ(client_->connections_opened(), 1u);
}

TEST_F(HttpClientTest, FindsHostsByName) {
  auto get = request(HttpMethod::get, "/echo");
  get.host = "localhost";
  const auto answer = send(get);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 200);
  get.host = "no-such-host.invalid";
  CallContext hurried;  // a machine without a name server only finds out by waiting
  hurried.deadline = SystemClock::instance().now() + Millis{3000};
  EXPECT_FALSE(send(get, &hurried));
}

TEST_F(HttpClientTest, ReadsAnswersToHeadAndLargeBodies) {
  const auto head = send(request(HttpMethod::head, "/echo"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
  auto post = request(HttpMethod::post, "/echo");
  post.body = std::string(900'000, 'x');
  const auto answer = send(post);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body.size(), 900'000 + 11u);
}

TEST_F(HttpClientTest, SharesFewConnectionsAmongManyRequests) {
  HttpClientSettings settings;
  settings.connections_per_host_max = 4;
  make_client(settings);
  std::vector<std::future<Result<HttpClientResponse>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(send_later(request(HttpMethod::get, "/echo?" + std::to_string(i))));
  for (int i = 0; i < 200; ++i) {
    const auto answer = answers[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "GET /echo?" + std::to_string(i) + " ");
  }
  EXPECT_EQ(client_->connections_opened(), 4u);
}

TEST_F(HttpClientTest, RefusesWhenTooManyWait) {
  HttpClientSettings settings;
  settings.connections_per_host_max = 1;
  settings.waiting_count_max = 1;
  make_client(settings);
  auto running = send_later(request(HttpMethod::get, "/slow"));
  auto waiting = send_later(request(HttpMethod::get, "/slow"));
  const auto refused = send(request(HttpMethod::get, "/slow"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(running.get());
  EXPECT_TRUE(waiting.get());
}

TEST_F(HttpClientTest, GivesUpAtTheDeadlineOfItsCall) {
  CallContext hurried;
  hurried.deadline = SystemClock::instance().now() + Millis{50};
  const auto late = send(request(HttpMethod::get, "/slow"), &hurried);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  hurried.deadline = SystemClock::instance().now();
  EXPECT_EQ(send(request(HttpMethod::get, "/echo"), &hurried).error().code, ErrorCode::timeout);
  EXPECT_TRUE(send(request(HttpMethod::get, "/echo")));
}

TEST_F(HttpClientTest, TellsThatNobodyListens) {
  std::uint16_t port;
  {
    port = local_port(*listen_tcp({"127.0.0.1", 0}, 1));
  }
  const auto answer = send(request(HttpMethod::get, "/", port));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST_F(HttpClientTest, SendsAgainWhenAPooledConnectionWasDead) {
  // Each connection answers once and closes when it sees a second request.
  ScriptedServer server({{kOk, ""}, {kOk, ""}, {kOk}});
  EXPECT_TRUE(send(request(HttpMethod::get, "/", server.port())));
  const auto again = send(request(HttpMethod::get, "/", server.port()));
  ASSERT_TRUE(again) << again.error().detail;
  auto post = request(HttpMethod::post, "/", server.port());
  const auto unknown = send(post);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::unavailable);
  post.idempotent = true;
  EXPECT_TRUE(send(post));
}

TEST_F(HttpClientTest, ForgetsConnectionsThatTheServerCloses) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"},
                         {"HTTP/1.1 200 OK\r\n\r\nuntil the end"},
                         {kOk}});
  EXPECT_EQ(send(request(HttpMethod::get, "/", server.port()))->body, "ok");
  EXPECT_EQ(send(request(HttpMethod::get, "/", server.port()))->body, "until the end");
  EXPECT_EQ(send(request(HttpMethod::get, "/", server.port()))->body, "ok");
  EXPECT_EQ(client_->connections_opened(), 3u);
}

TEST_F(HttpClientTest, FailsOnAnswersThatAreCutOrMalformed) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}, {"nonsense\r\n\r\n"}, {kOk}});
  EXPECT_FALSE(send(request(HttpMethod::get, "/", server.port())));
  EXPECT_FALSE(send(request(HttpMethod::get, "/", server.port())));
  EXPECT_TRUE(send(request(HttpMethod::get, "/", server.port())));
}

TEST_F(HttpClientTest, SendsNoForeignLines) {
  auto bad = request(HttpMethod::get, "/echo\r\nX: y");
  EXPECT_EQ(send(bad).error().code, ErrorCode::invalid);
  bad = request(HttpMethod::get, "/echo");
  bad.headers.push_back({"X", "a\nb"});
  EXPECT_EQ(send(bad).error().code, ErrorCode::invalid);
}

TEST_F(HttpClientTest, ClosesIdleConnectionsAfterAWhile) {
  HttpClientSettings settings;
  settings.idle_timeout = Millis{30};
  make_client(settings);
  EXPECT_TRUE(send(request(HttpMethod::get, "/echo")));
  std::size_t open = 1;
  for (int i = 0; i < 500 && open > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    on_loop([&] { open = client_->connections(); });
  }
  EXPECT_EQ(open, 0u);
}

TEST_F(HttpClientTest, EndsWhatRunsWhenItStops) {
  auto running = send_later(request(HttpMethod::get, "/slow"));
  on_loop([this] { client_->stop(); });
  const auto answer = running.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(send(request(HttpMethod::get, "/echo")));
}

}  // namespace jangteo
