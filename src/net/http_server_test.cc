#include "net/http_server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <thread>

#include "base/json.h"
#include "net/http_metrics.h"
#include "net/problem.h"
#include "net/request_id_filter.h"
#include "net/tcp_socket.h"

namespace jangteo {

namespace {

constexpr int kPatienceMs = 20'000;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  std::string header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find("\r\n"), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 2, rest.size()));
      if (line.size() > name.size() && line[name.size()] == ':' &&
          equal_ignoring_case(line.substr(0, name.size()), name)) {
        return std::string(line.substr(name.size() + 2));
      }
    }
    return "";
  }
  std::string code() const {
    const auto document = parse_json(body);
    if (!document) return "(no JSON)";
    const auto* code = json_member(*document, "code");
    return code == nullptr ? "(no code)" : std::string(code->as_string());
  }
};

// A client that sends what it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) {
    auto socket = connect_tcp({"127.0.0.1", port});
    EXPECT_TRUE(socket);
    socket_ = std::move(*socket);
    wait(POLLOUT);
    EXPECT_EQ(connect_error(socket_), 0);
  }

  // False when the server does not take it any more.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const iovec part{const_cast<char*>(text.data()), text.size()};
      const auto io = socket_.write(&part, 1);
      if (io.outcome == TcpSocket::Outcome::closed) return false;
      if (io.outcome == TcpSocket::Outcome::not_now && !wait(POLLOUT)) return false;
      text.remove_prefix(io.bytes);
    }
    return true;
  }

  // One answer with Content-Length (or without body).
  Answer read_answer(bool head_only = false) {
    Answer out;
    const std::string head = read_until("\r\n\r\n");
    if (head.size() < 12) return out;
    out.status = std::stoi(head.substr(9, 3));
    out.head = head;
    const std::string length = out.header("Content-Length");
    const std::size_t size = length.empty() || head_only ? 0 : std::stoul(length);
    while (received_.size() < size && receive()) {
    }
    out.body = received_.substr(0, size);
    received_.erase(0, out.body.size());
    return out;
  }
  Answer ask(std::string_view text) {
    send(text);
    return read_answer();
  }

  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = received_.find(mark)) == std::string::npos) {
      if (!receive()) return std::exchange(received_, {});
    }
    std::string out = received_.substr(0, at + mark.size());
    received_.erase(0, out.size());
    return out;
  }
  // Everything until the server closes; fails when it does not.
  std::string read_to_end() {
    while (receive()) {
    }
    EXPECT_TRUE(closed_) << "the connection stays open";
    return std::exchange(received_, {});
  }
  bool is_closed_by_server() { return read_to_end().empty(); }
  void shutdown_write() { ::shutdown(socket_.descriptor(), SHUT_WR); }
  TcpSocket& socket() { return socket_; }

 private:
  bool wait(short events) {
    pollfd poller{socket_.descriptor(), events, 0};
    return ::poll(&poller, 1, kPatienceMs) == 1;
  }
  bool receive() {
    char buffer[16384];
    for (;;) {
      const auto io = socket_.read(buffer, sizeof buffer);
      if (io.outcome == TcpSocket::Outcome::done) {
        received_.append(buffer, io.bytes);
        return true;
      }
      if (io.outcome == TcpSocket::Outcome::closed) {
        closed_ = true;
        return false;
      }
      if (!wait(POLLIN)) return false;
    }
  }

  TcpSocket socket_;
  std::string received_;
  bool closed_ = false;
};

Task<HttpResponse> echo(HttpRequest* request) {
  HttpResponse response;
  response.body = std::string(to_string(request->method)) + " " + request->target + " " + request->body;
  co_return response;
}

Task<HttpResponse> slow(HttpRequest* request) {
  const Millis pause{30};
  co_await sleep_for(pause);
  HttpResponse response;
  response.body = "slow " + std::string(request->query);
  co_return response;
}

std::optional<HttpResponse> cached(const HttpRequest& request) {
  static const auto body = std::make_shared<const std::string>(20'000, 'c');
  if (request.query == "miss") return {};
  HttpResponse response;
  response.shared_body = body;
  return response;
}

Route route(HttpMethod method, std::string_view pattern, Task<HttpResponse> (*handle)(HttpRequest*)) {
  Route out;
  out.method = method;
  out.pattern = pattern;
  out.name = pattern;
  out.handle = handle;
  return out;
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() : loops_("net", 2) {
    Route fast = route(HttpMethod::get, "/cached", echo);
    fast.fast = cached;
    Route small = route(HttpMethod::post, "/small", echo);
    small.body_bytes_max = 10;
    router_.add({route(HttpMethod::get, "/echo", echo), route(HttpMethod::post, "/echo", echo),
                 route(HttpMethod::get, "/slow", slow), fast, small});
    filters_.add(std::make_shared<RequestIdFilter>());
    settings_.header_timeout = settings_.body_timeout = settings_.idle_timeout = Millis{60'000};
  }
  ~HttpServerTest() override {
    if (server_) server_->stop_and_wait(Millis{5000});
    server_.reset();
    loops_.stop();
  }
  void start() {
    server_ = std::make_unique<HttpServer>(settings_, router_, filters_);
    std::vector<Loop*> loops;
    for (std::size_t i = 0; i < loops_.size(); ++i) loops.push_back(&loops_[i]);
    const Status status = server_->start(loops);
    ASSERT_TRUE(status) << status.error().detail;
  }
  RawClient client() {
    if (!server_) start();
    return RawClient(server_->port());
  }

  LoopThreads loops_;
  Router router_;
  FilterChain filters_;
  HttpServerSettings settings_;
  std::unique_ptr<HttpServer> server_;
};

const std::string kHost = "Host: a\r\n\r\n";

}  // namespace

TEST_F(HttpServerTest, AnswersRequestsOnOneConnection) {
  auto client = this->client();
  for (int i = 0; i < 3; ++i) {
    const Answer answer =
        client.ask("POST /echo?i=" + std::to_string(i) + " HTTP/1.1\r\nContent-Length: 3\r\nX-Request-Id: r" +
                   std::to_string(i) + "\r\n" + kHost + "abc");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /echo?i=" + std::to_string(i) + " abc");
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("X-Request-Id"), "r" + std::to_string(i));
    EXPECT_EQ(answer.header("Date").size(), 29u);
    EXPECT_EQ(answer.header("Connection"), "");
  }
}

TEST_F(HttpServerTest, ReadsRequestsInSmallPieces) {
  auto client = this->client();
  const std::string text =
      "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + kHost + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  for (const char c : text) client.send({&c, 1});
  EXPECT_EQ(client.read_answer().body, "POST /echo abc");
}

TEST_F(HttpServerTest, KeepsTheOrderOfPipelinedRequests) {
  auto client = this->client();
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "GET " + std::string(i % 50 == 7 ? "/slow?" : "/echo?") + std::to_string(i) + " HTTP/1.1\r\n" + kHost;
  }
  client.send(text);
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(client.read_answer().body, i % 50 == 7 ? "slow " + number : "GET /echo?" + number + " ");
  }
}

TEST_F(HttpServerTest, SendsLargeBodiesToSlowReaders) {
  auto client = this->client();
  std::string text;
  for (int i = 0; i < 500; ++i) text += "GET /cached HTTP/1.1\r\n" + kHost;
  std::thread sender([&] { client.send(text); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  for (int i = 0; i < 500; ++i) {
    const Answer answer = client.read_answer();
    ASSERT_EQ(answer.body, std::string(20'000, 'c')) << i;
  }
  sender.join();
}

TEST_F(HttpServerTest, TriesTheFastWayFirst) {
  auto client = this->client();
  EXPECT_EQ(client.ask("GET /cached HTTP/1.1\r\n" + kHost).body.size(), 20'000u);
  EXPECT_EQ(client.ask("GET /cached?miss HTTP/1.1\r\n" + kHost).body, "GET /cached?miss ");
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  auto client = this->client();
  client.send("HEAD /cached HTTP/1.1\r\n" + kHost + "HEAD /echo HTTP/1.1\r\n" + kHost + "GET /echo HTTP/1.1\r\n" +
              kHost);
  EXPECT_EQ(client.read_answer(true).header("Content-Length"), "20000");
  EXPECT_EQ(client.read_answer(true).header("Content-Length"), "11");
  EXPECT_EQ(client.read_answer().body, "GET /echo ");
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
  for (const char* head :
       {"GET /echo HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n", "GET /echo HTTP/1.0\r\n\r\n"}) {
    auto client = this->client();
    const Answer answer = client.ask(head);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
  }
  auto client = this->client();
  EXPECT_EQ(client.ask("GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").header("Connection"), "keep-alive");
  EXPECT_EQ(client.ask("GET /echo HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, AnswersClientsThatStopSendingFirst) {
  auto client = this->client();
  client.send("GET /slow?x HTTP/1.1\r\n" + kHost);
  client.shutdown_write();
  EXPECT_EQ(client.read_answer().body, "slow x");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(HttpServerTest, KnowsPathsAndMethods) {
  auto client = this->client();
  Answer answer = client.ask("GET /nowhere HTTP/1.1\r\n" + kHost);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.code(), "not_found");
  EXPECT_EQ(client.ask("GET /echo/ HTTP/1.1\r\n" + kHost).status, 404);
  answer = client.ask("DELETE /echo HTTP/1.1\r\n" + kHost);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.code(), "method_not_allowed");
  EXPECT_EQ(answer.header("Allow"), "GET, HEAD, POST, OPTIONS");
  answer = client.ask("OPTIONS /small HTTP/1.1\r\n" + kHost);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(answer.header("Content-Length"), "");
  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\n" + kHost).status, 204);
  EXPECT_EQ(client.ask("BREW /echo HTTP/1.1\r\n" + kHost).status, 405);
}

TEST_F(HttpServerTest, RefusesMalformedRequestsAndCloses) {
  for (const auto& [text, status, code] : std::vector<std::tuple<std::string, int, std::string>>{
           {"nonsense\r\n\r\n", 400, "malformed"},
           {"GET /%zz HTTP/1.1\r\n" + kHost, 400, "malformed"},
           {"GET /%00 HTTP/1.1\r\n" + kHost, 400, "malformed"},
           {"GET /echo HTTP/1.1\r\n\r\n", 400, "malformed"},
           {"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n" + kHost, 400, "malformed"},
           {"POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + kHost, 501, "malformed"},
           {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + kHost + "zz\r\n", 400, "malformed"},
           {"POST /echo HTTP/1.1\r\nContent-Length: 104857600\r\n" + kHost, 413, "too_large"},
           {"POST /small HTTP/1.1\r\nContent-Length: 11\r\n" + kHost, 413, "too_large"},
           {"POST /small HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + kHost + "b\r\n", 413, "too_large"},
           {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + kHost, 414, "too_large"},
           {"GET /echo HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n" + kHost, 431, "too_large"},
           {"GET /echo HTTP/2.0\r\n" + kHost, 505, "malformed"}}) {
    auto client = this->client();
    client.send(text);
    const Answer answer = client.read_answer();
    EXPECT_EQ(answer.status, status) << text.substr(0, 80);
    EXPECT_EQ(answer.code(), code) << text.substr(0, 80);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("X-Request-Id").size(), 32u);
    EXPECT_TRUE(client.is_closed_by_server()) << text.substr(0, 80);
  }
}

TEST_F(HttpServerTest, AnswersBeforeAHugeBodyIsSentToTheEnd) {
  auto client = this->client();
  client.send("POST /small HTTP/1.1\r\nContent-Length: 100000000\r\n" + kHost);
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 50; ++i) client.send(piece);  // no reset swallows the answer
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.code(), "too_large");
}

TEST_F(HttpServerTest, RefusesTheLaterRequestOfAPipelineOnly) {
  auto client = this->client();
  client.send("GET /echo HTTP/1.1\r\n" + kHost + "bad\r\n\r\nGET /echo HTTP/1.1\r\n" + kHost);
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(HttpServerTest, GivesTheGoAheadToThoseWhoWait) {
  auto client = this->client();
  client.send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n" + kHost);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("abc").body, "POST /echo abc");
  const Answer answer = client.ask("POST /small HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n" + kHost);
  EXPECT_EQ(answer.status, 413);  // without a go-ahead
}

TEST_F(HttpServerTest, DoesNothingForHalfARequest) {
  std::atomic<int> calls{0};
  Route counting = route(HttpMethod::post, "/count", echo);
  counting.fast = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    ++calls;
    return HttpResponse{};
  };
  router_.add({counting});
  for (const char* text : {"POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                           "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
                           "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"}) {
    auto client = this->client();
    client.send(text);
    client.shutdown_write();
    EXPECT_TRUE(client.is_closed_by_server());
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(HttpServerTest, TurnsAwaySlowSenders) {
  settings_.header_timeout = settings_.body_timeout = settings_.idle_timeout = Millis{1000};
  auto head = client(), body = client(), idle = client();
  head.send("GET /echo HTTP/1.1\r\nX: ");
  body.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" + kHost + "abc");
  for (RawClient* client : {&head, &body}) {
    const Answer answer = client->read_answer();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(answer.code(), "timeout");
    EXPECT_TRUE(client->is_closed_by_server());
  }
  EXPECT_TRUE(idle.is_closed_by_server());
}

TEST_F(HttpServerTest, RefusesConnectionsOverItsLimit) {
  settings_.connections_max = 2;
  auto first = client(), second = client();
  EXPECT_EQ(first.ask("GET /echo HTTP/1.1\r\n" + kHost).status, 200);
  EXPECT_EQ(second.ask("GET /echo HTTP/1.1\r\n" + kHost).status, 200);
  auto third = client();
  const Answer answer = third.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "unavailable");
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_TRUE(third.is_closed_by_server());
  MetricsRegistry registry;
  server_->register_metrics(registry);
  EXPECT_NE(registry.render().find("http_connections 2\n"), std::string::npos);
  EXPECT_NE(registry.render().find("http_connections_refused_total 1\n"), std::string::npos);
}

TEST_F(HttpServerTest, SurvivesClientsThatGoAwayWhileTheirAnswerIsMade) {
  for (int i = 0; i < 20; ++i) {
    auto client = this->client();
    client.send("GET /slow HTTP/1.1\r\n" + kHost);
    const linger reset{1, 0};
    setsockopt(client.socket().descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    client.socket().close();
  }
  EXPECT_EQ(client().ask("GET /slow HTTP/1.1\r\n" + kHost).status, 200);
}

TEST_F(HttpServerTest, TellsTakenPorts) {
  start();
  HttpServerSettings settings;
  settings.port = server_->port();
  HttpServer second(settings, router_, filters_);
  const Status status = second.start({&loops_[0]});
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find(std::to_string(server_->port())), std::string::npos) << status.error().detail;
}

TEST_F(HttpServerTest, StreamsWhatIsPushed) {
  std::promise<std::shared_ptr<HttpStream>> opened;
  Route streaming = route(HttpMethod::get, "/stream", echo);
  streaming.fast = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    HttpResponse response;
    response.content_type = "text/event-stream";
    response.stream = [&](std::shared_ptr<HttpStream> stream) { opened.set_value(std::move(stream)); };
    return response;
  };
  router_.add({streaming});
  auto client = this->client();
  client.send("GET /stream HTTP/1.1\r\n" + kHost);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  auto stream = opened.get_future().get();
  EXPECT_TRUE(stream->push(std::make_shared<const std::string>("data: 1\n\n")));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  EXPECT_TRUE(stream->push(std::make_shared<const std::string>(std::string(30'000, 'x'))));
  EXPECT_EQ(client.read_until("x\r\n").size(), 4 + 2 + 30'000 + 2u);
  EXPECT_FALSE(stream->closed());
  stream->close();
  EXPECT_EQ(client.read_to_end(), "0\r\n\r\n");
  EXPECT_TRUE(stream->closed());
  EXPECT_FALSE(stream->push(std::make_shared<const std::string>("late")));
}

TEST_F(HttpServerTest, CutsStreamsThatAreNotRead) {
  std::promise<std::shared_ptr<HttpStream>> opened;
  Route streaming = route(HttpMethod::get, "/stream", echo);
  streaming.fast = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    HttpResponse response;
    response.stream = [&](std::shared_ptr<HttpStream> stream) { opened.set_value(std::move(stream)); };
    return response;
  };
  router_.add({streaming});
  auto client = this->client();
  client.send("GET /stream HTTP/1.1\r\n" + kHost);
  auto stream = opened.get_future().get();
  const auto chunk = std::make_shared<const std::string>(std::string(10'000, 'x'));
  std::size_t accepted = 0;
  while (stream->push(chunk)) ASSERT_LT(++accepted, 100'000u);
  EXPECT_GE(accepted, 26u);  // the limit itself is let through
  EXPECT_TRUE(stream->closed());
  client.read_to_end();
}

TEST_F(HttpServerTest, EndsAStreamThatNobodyHolds) {
  Route streaming = route(HttpMethod::get, "/stream", echo);
  streaming.fast = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    HttpResponse response;
    response.stream = [](std::shared_ptr<HttpStream> stream) {
      stream->push(std::make_shared<const std::string>("last words"));
    };
    return response;
  };
  router_.add({streaming});
  auto modern = client();
  modern.send("GET /stream HTTP/1.1\r\n" + kHost);
  modern.read_until("\r\n\r\n");
  EXPECT_EQ(modern.read_to_end(), "a\r\nlast words\r\n0\r\n\r\n");
  auto old = client();
  old.send("GET /stream HTTP/1.0\r\n\r\n");
  old.read_until("\r\n\r\n");
  EXPECT_EQ(old.read_to_end(), "last words");
}

TEST_F(HttpServerTest, AnswersWhatRunsBeforeItStops) {
  auto idle = client(), busy = client();
  EXPECT_EQ(idle.ask("GET /echo HTTP/1.1\r\n" + kHost).status, 200);
  busy.send("GET /slow?x HTTP/1.1\r\n" + kHost);
  while (server_->requests_running() == 0) std::this_thread::yield();
  server_->stop_and_wait(Millis{10'000});
  const Answer answer = busy.read_answer();
  EXPECT_EQ(answer.body, "slow x");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.is_closed_by_server());
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_TRUE(check_port_is_free({"127.0.0.1", server_->port()}));
  server_.reset();
}

TEST_F(HttpServerTest, CutsWhatDoesNotEndInTime) {
  auto partial = client();
  partial.send("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" + kHost + "ab");
  auto other = client();
  EXPECT_EQ(other.ask("GET /echo HTTP/1.1\r\n" + kHost).status, 200);
  server_->stop_and_wait(Millis{100});
  EXPECT_TRUE(partial.is_closed_by_server());
  server_.reset();
}

}  // namespace jangteo
