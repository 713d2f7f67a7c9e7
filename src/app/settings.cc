#include "app/settings.h"

#include "runtime/file.h"
#include "services/user/user_settings.h"

namespace jangteo {

std::vector<ConfigKey> config_keys() {
  const auto integer = [](const char* name, std::int64_t value, std::int64_t minimum, std::int64_t maximum,
                          const char* meaning) {
    return ConfigKey{name, ConfigValue(value), meaning, minimum, maximum, {}};
  };
  const auto text = [](const char* name, const char* value, const char* meaning,
                       std::vector<std::string> choices = {}) {
    return ConfigKey{name, ConfigValue(std::string(value)), meaning, INT64_MIN, INT64_MAX, std::move(choices)};
  };
  const auto flag = [](const char* name, bool value, const char* meaning) {
    return ConfigKey{name, ConfigValue(value), meaning, INT64_MIN, INT64_MAX, {}};
  };
  std::vector<ConfigKey> keys{
      text("server.address", "127.0.0.1", "IP address to listen on; \"::\" takes IPv4 and IPv6 from everywhere."),
      integer("server.port", 8080, 0, 65535, "TCP port; 0 takes any free one."),
      integer("server.io_threads", 0, 0, 256, "Threads that serve connections; 0: one per processor, at most 8."),
      text("server.profile", "default", "loadtest switches every rate limit off; size, count and queue limits stay.",
           {"default", "loadtest"}),
      flag("server.demo", false,
           "Fills an empty shop, makes demo accounts and shoppers; loopback is not rate limited."),
      text("server.services", "",
           "Services of this process, by commas; empty: all. Running some of them comes with split mode."),
      integer("server.drain_ms", 10'000, 0, 60'000,
              "How long requests may take to end after SIGTERM, in milliseconds."),
      text("storage.directory", "./data", "Where all data lives; locked by one process."),
      integer("storage.shards", 4, 1, 32,
              "Database files of orders and of stock, each with a writer; fixed at the first start."),
      integer("storage.group_wait_us", 8000, 0, 100'000,
              "How long a busy writer lets a group commit grow, in microseconds."),
      integer("storage.queue_count_max", 32'768, 16, 1'000'000,
              "Units of work that may wait for one database; more are refused with 503."),
      integer("storage.read_threads", 2, 1, 64, "Threads that run read queries."),
      integer("storage.log_sync_interval_ms", 10, 0, 1000,
              "Pause between flushes of the event log under load, in milliseconds."),
      integer("http.header_bytes_max", 16 * 1024, 1024, 1 << 20, "Bytes of a request's head."),
      integer("http.header_count_max", 100, 10, 1000, "Header lines of a request."),
      integer("http.header_timeout_ms", 10'000, 100, 600'000,
              "From the first byte of a request to the end of its head, in milliseconds."),
      integer("http.body_timeout_ms", 30'000, 100, 600'000, "From there to the end of its body, in milliseconds."),
      integer("http.idle_timeout_ms", 75'000, 100, 3'600'000,
              "How long a connection may stay without a request, in milliseconds."),
      integer("http.request_timeout_ms", 30'000, 100, 600'000, "Deadline of a request, in milliseconds."),
      integer("http.connections_max", 20'000, 16, 1'000'000,
              "Open connections; less where the process may open fewer files."),
      text("tls.certificate", "", "PEM file of the certificate chain; empty: plain HTTP. Read again on SIGHUP."),
      text("tls.key", "", "PEM file of the certificate's key."),
      text("log.level", "info", "Lines below this level are not written.", {"debug", "info", "warn", "error"}),
      text("log.file", "", "File for the log; empty: standard error."),
      integer("log.access_sample_every", 100, 0, 1'000'000,
              "Of ordinary answers, one in this many is logged; 0: none, 1: all."),
      integer("log.slow_ms", 500, 1, 60'000, "Requests that take longer are logged always, in milliseconds."),
      flag("rate_limit.enabled", true, "Limits requests by address and by user; RateLimit headers tell."),
      flag("orders.guests_allowed", true, "Whether people without an account may order."),
      flag("idempotency.required", false, "Whether POST /api/orders demands an Idempotency-Key."),
      integer("catalogue.products_max", 200'000, 1, 5'000'000,
              "Products that the shop may have; what orders need of each is kept in memory."),
      integer("cache.answers_bytes_max", 32 << 20, 1 << 20, 1LL << 36, "Memory for finished catalogue answers."),
      integer("cache.images_bytes_max", 16 << 20, 0, 1LL << 36, "Memory for product pictures."),
      integer("cache.stock_stale_ms", 50, 0, 1000,
              "How long a cached answer may show stock that has changed, in milliseconds."),
      integer("report.interval_s", 60, 1, 3600,
              "Seconds between the lines \"TPS: ..., P95 Latency: ...ms\" on standard output."),
      integer("demo.shoppers", 20, 0, 1000, "Simulated shoppers of demo mode."),
      integer("demo.orders_per_minute", 300, 0, 60'000, "Orders that they place together in a minute."),
  };
  for (auto& key : user_config_keys()) keys.push_back(std::move(key));
  return keys;
}

Result<Config> load_config(const std::string& file, const char* const* environment) {
  Config config(config_keys());
  if (!file.empty()) {
    auto text = read_file(file, 1 << 20);
    if (!text) return std::unexpected<Error>(std::move(text).error());
    JT_TRY(config.load_toml(*text, file));
  }
  JT_TRY(config.load_environment(environment));
  return config;
}

}  // namespace jangteo
