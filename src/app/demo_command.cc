#include "app/demo_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>
#include <utility>

#include "app/demo_http_client.h"
#include "app/demo_shoppers.h"
#include "runtime/clock.h"
#include "runtime/signals.h"

namespace jangteo {

namespace {

constexpr Millis kReportEvery{5000};
constexpr std::size_t kConnectionsMax = 256;

struct DemoArguments {
  std::string url;
  int seconds = 0;  // 0: until a signal
  DemoShoppersSettings shoppers;
};

void print(const DemoShopperCounts& counts) {
  std::printf("looked %llu, ordered %llu, refused %llu, failed %llu\n", static_cast<unsigned long long>(counts.looks),
              static_cast<unsigned long long>(counts.orders), static_cast<unsigned long long>(counts.refused),
              static_cast<unsigned long long>(counts.failed));
  std::fflush(stdout);
}

Task<bool> answers(DemoClient* client) {
  DemoRequest request;
  request.path = "/readyz";
  request.timeout = Millis{5000};
  const auto answer = co_await client->ask(std::move(request));
  co_return answer && answer->status == 200;
}

Task<void> report(TaskScope* scope, DemoShoppers* shoppers, int seconds) {
  const std::int64_t began_us = SystemClock::instance().monotonic_us();
  std::int64_t printed_us = began_us;
  while (!scope->stopping()) {
    co_await sleep_for(Millis{100});
    const std::int64_t now_us = SystemClock::instance().monotonic_us();
    if (now_us - printed_us >= kReportEvery.count() * 1000) {
      printed_us = now_us;
      print(shoppers->counts());
    }
    if (seconds > 0 && now_us - began_us >= seconds * 1'000'000LL) {
      kill(getpid(), SIGTERM);  // main waits for it
      co_return;
    }
  }
}

Task<void> begin(TaskScope* scope, DemoShoppers* shoppers, int seconds) {
  shoppers->start(*scope);
  scope->spawn(report(scope, shoppers, seconds));
  co_return;
}

Task<void> end(TaskScope* scope, std::unique_ptr<DemoClient>* client) {
  co_await scope->close();
  client->reset();
}

// Runs the task on the loop and waits for it here.
template <class T>
T run_on(Loop& loop, Task<T> task) {
  std::promise<T> promise;
  loop.post([held = std::make_shared<Task<T>>(std::move(task)), &promise] {
    if constexpr (std::is_void_v<T>) {
      start(std::move(*held), [&promise] { promise.set_value(); });
    } else {
      start(std::move(*held), [&promise](T value) { promise.set_value(std::move(value)); });
    }
  });
  return promise.get_future().get();
}

int shop_at(const DemoArguments& arguments) {
  const auto address = parse_shop_url(arguments.url);
  if (!address) {
    std::fprintf(stderr, "jangteo demo: --url takes http://host:port, not '%s'\n", arguments.url.c_str());
    return 2;
  }
  block_signals();
  LoopThreads loops("demo", 1);
  std::unique_ptr<DemoClient> client =
      std::make_unique<DemoHttpClient>(loops[0], address->host, address->port, kConnectionsMax);
  DemoShoppers shoppers(*client, arguments.shoppers);
  TaskScope scope;
  const bool ready = run_on(loops[0], answers(client.get()));
  if (ready) {
    std::printf("%d shoppers at %s, %.1f orders a second; Ctrl-C ends\n", arguments.shoppers.shoppers,
                arguments.url.c_str(), arguments.shoppers.orders_per_second);
    std::fflush(stdout);
    run_on(loops[0], begin(&scope, &shoppers, arguments.seconds));
    wait_for_stop_signal([] {});
  } else {
    std::fprintf(stderr, "jangteo demo: no shop is ready at %s\n", arguments.url.c_str());
  }
  run_on(loops[0], end(&scope, &client));
  if (ready) print(shoppers.counts());
  return ready ? 0 : 1;
}

}  // namespace

std::optional<ShopAddress> parse_shop_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return {};
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty() || url.find_first_of("/?#@ ") != std::string_view::npos) return {};
  ShopAddress address;
  std::string_view port;
  if (url[0] == '[') {
    const auto close = url.find(']');
    if (close == std::string_view::npos) return {};
    address.host = url.substr(1, close - 1);
    url.remove_prefix(close + 1);
    if (!url.empty() && url[0] != ':') return {};
    port = url;
  } else {
    const auto colon = url.find(':');
    address.host = url.substr(0, colon);
    if (colon != std::string_view::npos) port = url.substr(colon);
  }
  if (address.host.empty()) return {};
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size() || address.port == 0) return {};
  }
  return address;
}

void add_demo_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("demo", "Simulated shoppers look around and buy in a running shop");
  auto arguments = std::make_shared<DemoArguments>();
  command->add_option("--url", arguments->url, "The shop, http://host:port")->required();
  command->add_option("--shoppers", arguments->shoppers.shoppers, "How many people")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--orders-per-second", arguments->shoppers.orders_per_second, "Of all together; 0: only look")
      ->check(CLI::Range(0.0, 10'000.0))
      ->capture_default_str();
  command->add_option("--seconds", arguments->seconds, "End by itself; 0: at Ctrl-C")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = shop_at(*arguments); });
}

}  // namespace jangteo
