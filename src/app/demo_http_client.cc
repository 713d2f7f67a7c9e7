#include "app/demo_http_client.h"

#include <charconv>
#include <utility>

#include "runtime/clock.h"

namespace jangteo {

namespace {

HttpClientSettings client_settings(std::size_t connections_max) {
  HttpClientSettings settings;
  settings.connections_per_host_max = connections_max;
  settings.request_timeout = Millis{25'000};  // longer than any `Prefer: wait`
  return settings;
}

}  // namespace

DemoHttpClient::DemoHttpClient(Loop& loop, std::string host, std::uint16_t port, std::size_t connections_max)
    : client_(loop, client_settings(connections_max)), host_(std::move(host)), port_(port) {}

DemoHttpClient::~DemoHttpClient() { client_.stop(); }

Task<Result<DemoAnswer>> DemoHttpClient::ask(DemoRequest request) {
  HttpClientRequest wire;
  wire.method = request.method;
  wire.host = host_;
  wire.port = port_;
  wire.target = std::move(request.path);
  wire.headers = std::move(request.headers);
  wire.body = std::move(request.body);
  if (!wire.body.empty()) wire.headers.push_back({"Content-Type", "application/json"});
  for (const auto& header : wire.headers) wire.idempotent |= header.name == "Idempotency-Key";
  CallContext context;
  context.deadline = SystemClock::instance().now() + request.timeout;
  auto answer = co_await client_.send(context, std::move(wire));
  if (!answer) co_return fail(std::move(answer).error());
  DemoAnswer seen;
  seen.status = answer->status;
  seen.body = std::move(answer->body);
  const std::string_view wait = answer->header("Retry-After");
  std::from_chars(wait.data(), wait.data() + wait.size(), seen.retry_after_s);
  co_return seen;
}

}  // namespace jangteo
