// The chain and the small filters.
#include "net/filter.h"

#include <gtest/gtest.h>

#include "net/access_log_filter.h"
#include "net/authentication_filter.h"
#include "net/http_metrics.h"
#include "net/problem.h"
#include "net/request_id_filter.h"
#include "net/security_headers.h"
#include "net/server_timing_filter.h"
#include "runtime/entropy.h"

namespace jangteo {

namespace {

class Recorder final : public Filter {
 public:
  Recorder(std::string name, std::string* log, bool answers = false)
      : name_(std::move(name)), log_(log), answers_(answers) {}
  std::string_view name() const override { return name_; }
  std::optional<HttpResponse> before(HttpRequest&, const Route*) override {
    *log_ += "+" + name_;
    if (!answers_) return {};
    return HttpResponse{};
  }
  void after(const HttpRequest&, const Route*, HttpResponse&) override { *log_ += "-" + name_; }
  bool sees_refusals() const override { return name_ == "a"; }

 private:
  std::string name_;
  std::string* log_;
  bool answers_;
};

Task<HttpResponse> nothing(HttpRequest*) { co_return HttpResponse{}; }

}  // namespace

TEST(FilterChain, GoesInAndComesBackInReverse) {
  std::string log;
  FilterChain chain;
  for (const char* name : {"a", "b", "c"}) chain.add(std::make_shared<Recorder>(name, &log));
  HttpRequest request;
  HttpResponse response;
  std::size_t entered = 0;
  EXPECT_FALSE(chain.before(request, nullptr, entered));
  chain.after(request, nullptr, response, entered);
  EXPECT_EQ(log, "+a+b+c-c-b-a");
}

TEST(FilterChain, TurnsBackWhereAFilterAnswers) {
  std::string log;
  FilterChain chain;
  chain.add(std::make_shared<Recorder>("a", &log));
  chain.add(std::make_shared<Recorder>("b", &log, true));
  chain.add(std::make_shared<Recorder>("c", &log));
  HttpRequest request;
  std::size_t entered = 0;
  auto answer = chain.before(request, nullptr, entered);
  ASSERT_TRUE(answer);
  chain.after(request, nullptr, *answer, entered);
  EXPECT_EQ(log, "+a+b-b-a");
}

TEST(FilterChain, ShowsRefusalsToThoseWhoWantThem) {
  std::string log;
  FilterChain chain;
  chain.add(std::make_shared<Recorder>("a", &log));
  chain.add(std::make_shared<Recorder>("b", &log));
  HttpRequest request;
  const auto answer = chain.refuse(request, [&](const HttpRequest&) {
    log += "!";
    return HttpResponse{};
  });
  EXPECT_EQ(log, "+a!-a");
}

TEST(RequestIdFilter, KeepsTheIdAndTheTraceOfTheClient) {
  RequestIdFilter filter;
  HttpRequest request;
  request.add_header("X-Request-Id", "order-7.a_B");
  request.add_header("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  HttpResponse response;
  filter.before(request, nullptr);
  filter.after(request, nullptr, response);
  EXPECT_EQ(request.request_id, "order-7.a_B");
  EXPECT_EQ(request.call.trace.trace_id_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_TRUE(
      response.head_lines.starts_with("X-Request-Id: order-7.a_B\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-"))
      << response.head_lines;
  EXPECT_EQ(response.head_lines.find("b7ad6b7169203331"), std::string::npos);  // a span of our own
}

TEST(RequestIdFilter, MakesAnIdForThoseWithoutASaneOne) {
  RequestIdFilter filter;
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string("a\r\nSet-Cookie: x"), std::string(129, 'a')}) {
    HttpRequest request;
    if (!id.empty()) request.add_header("X-Request-Id", id);
    filter.before(request, nullptr);
    EXPECT_EQ(request.request_id, request.call.trace.trace_id_hex());
    EXPECT_EQ(request.request_id.size(), 32u);
  }
}

TEST(AuthenticationFilter, SetsThePrincipalAndGuardsRoutesForUsers) {
  const UserId user = new_id<UserId>({1});
  AuthenticationFilter filter([&](const HttpRequest& request) -> Result<Principal> {
    const auto header = request.header("Authorization");
    if (header.empty()) return Principal{};
    if (header != "Bearer good") return fail(ErrorCode::unauthorized, "the token is not valid");
    return Principal{user, {"customer"}, {}};
  });
  Route open{}, guarded{};
  guarded.access = Access::user;
  const auto status = [&](const Route* route, std::string_view token) {
    HttpRequest request;
    if (!token.empty()) request.add_header("Authorization", token);
    const auto answer = filter.before(request, route);
    if (answer) {
      EXPECT_EQ(answer->header("WWW-Authenticate"), "Bearer");
      return answer->status;
    }
    return request.principal.authenticated() ? 200 : 204;
  };
  EXPECT_EQ(status(&open, ""), 204);
  EXPECT_EQ(status(&open, "Bearer good"), 200);
  EXPECT_EQ(status(&open, "Bearer bad"), 401);
  EXPECT_EQ(status(&guarded, ""), 401);
  EXPECT_EQ(status(&guarded, "Bearer good"), 200);
  EXPECT_EQ(status(nullptr, "Bearer bad"), 204);  // no such path: 404 tells nothing about tokens
}

TEST(ServerTimingFilter, TellsWhereTheTimeWent) {
  ServerTimingFilter filter;
  HttpRequest request;
  request.started_us = 1'000'000;
  request.finished_us = 1'012'034;
  request.call.timings = {50, 1234, 9000, 3};
  HttpResponse response;
  filter.after(request, nullptr, response);
  EXPECT_EQ(response.head_lines,
            "Server-Timing: queue;dur=0.050, db;dur=1.234, fsync;dur=9.000, queries;desc=\"3\", total;dur=12.034\r\n");
}

TEST(SecurityHeaders, GivePagesAPolicy) {
  SecurityHeaders filter;
  HttpRequest request;
  HttpResponse json, page;
  page.content_type = "text/html; charset=utf-8";
  filter.after(request, nullptr, json);
  filter.after(request, nullptr, page);
  EXPECT_NE(json.head_lines.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_EQ(json.head_lines.find("Content-Security-Policy"), std::string::npos);
  EXPECT_EQ(json.head_lines.find("Strict-Transport-Security"), std::string::npos);
  EXPECT_NE(page.head_lines.find("frame-ancestors 'none'"), std::string::npos);
}

TEST(AccessLogFilter, LogsErrorsSlowAnswersAndASample) {
  AccessLogFilter filter({500, 100, 10});
  EXPECT_TRUE(filter.wants(200, 0));  // the first of a hundred
  int logged = 0;
  for (int i = 0; i < 199; ++i) logged += filter.wants(200, 1000);
  EXPECT_EQ(logged, 1);
  EXPECT_TRUE(filter.wants(200, 500'000));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(filter.wants(503, 0));
  logged = 0;
  for (int i = 0; i < 100; ++i) logged += filter.wants(404, 0);
  EXPECT_EQ(logged, 10);
  AccessLogFilter silent({500, 0, 0});
  EXPECT_FALSE(silent.wants(200, 0) || silent.wants(404, 0));
}

// Rows: 28
TEST(HttpMetrics, CountsByRouteMethodAndStatusAndTimesByRoute) {
  MetricsRegistry registry;
  Router router;
  Route list{}, live{};
  list.method = live.method = HttpMethod::get;
  list.handle = live.handle = nothing;
  list.pattern = "/api/products", list.name = "listProducts";
  live.pattern = "/api/live", live.name = "live";
  router.add({list, live});
  HttpMetrics metrics(registry, router);
  HttpRequest request;
  request.started_us = 0;
  const auto answer = [&](const Route* route, int status, std::int64_t took_us) {
    request.finished_us = took_us;
    HttpResponse response;
    response.status = status;
    metrics.after(request, route, response);
  };
  answer(router.routes()[0], 200, 1000);
  answer(router.routes()[0], 200, 1000);
  answer(router.routes()[0], 503, 600'000);
  answer(router.routes()[1], 200, 9'000'000);
  answer(nullptr, 404, 100);
  answer(nullptr, 599, 100);
  const std::string text = registry.render();
  for (const char* line : {"http_requests_total{route=\"listProducts\",method=\"GET\",status=\"200\"} 2\n",
                           "http_requests_total{route=\"listProducts\",method=\"GET\",status=\"503\"} 1\n",
                           "http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1\n",
                           "http_requests_total{route=\"unmatched\",method=\"GET\",status=\"other\"} 1\n",
                           "http_requests_seconds_count{route=\"listProducts\"} 3\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  const HttpTotals totals = metrics.totals();
  EXPECT_EQ(totals.requests, 5u);  // without the live stream
  EXPECT_EQ(totals.errors_5xx, 2u);
  EXPECT_EQ(totals.slow_500ms, 1u);
  EXPECT_EQ(totals.latency.count, 5u);
  EXPECT_EQ(totals.latency.counts.size(), latency_bounds_s().size() + 1);
}

}  // namespace jangteo
