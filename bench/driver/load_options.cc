#include "bench/driver/load_options.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>

namespace jangteo::bench {
namespace {

constexpr int64_t connection_count_max = 1'000'000;
constexpr int64_t connections_per_source = 20'000;  // of the default local port range's 28,000

using Arguments = std::map<std::string, std::vector<std::string>, std::less<>>;

constexpr std::string_view known_names[] = {
    "target",        "request",    "header",    "post-header", "order",
    "ids",           "id-choice",  "tokens",    "expect",      "connections",
    "rate",          "duration-s", "warm-up-s", "count",       "requests-per-connection",
    "timeout-ms",    "good-ms",    "drain-s",   "idle",        "idle-request",
    "idle-period-s", "threads",    "cpu",       "sources",     "server-pid",
    "progress-s"};

[[noreturn]] void refuse(const std::string& reason) { throw std::invalid_argument(reason); }

std::string text_of(const Arguments& arguments, std::string_view name, std::string fallback) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? fallback : found->second.back();
}

double number_of(const Arguments& arguments, std::string_view name, double fallback, double least, double most) {
  const auto found = arguments.find(name);
  if (found == arguments.end()) return fallback;
  const std::string& text = found->second.back();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= least && value <= most))
    refuse("--" + std::string(name) + " cannot be " + text);
  return value;
}

int64_t count_of(const Arguments& arguments, std::string_view name, int64_t fallback, int64_t least, int64_t most) {
  const double value =
      number_of(arguments, name, static_cast<double>(fallback), static_cast<double>(least), static_cast<double>(most));
  if (value != std::floor(value)) refuse("--" + std::string(name) + " is a whole number");
  return static_cast<int64_t>(value);
}

std::vector<int> integers_of(std::string_view name, const std::string& text) {
  std::vector<int> values;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    int value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || (next != end && *next != ','))
      refuse("--" + std::string(name) + " is a list like 200,201");
    values.push_back(value);
    if (next == end) return values;
    at = next + 1;
  }
}

std::vector<std::string> lines_of(std::string_view name, const std::string& path) {
  std::ifstream file(path);
  if (!file) refuse("--" + std::string(name) + ": " + path + " cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) refuse("--" + std::string(name) + ": " + path + " is empty");
  return lines;
}

RequestTemplate request_of(const std::string& text, const LoadOptions& options, const Arguments& arguments) {
  std::vector<std::string> headers;
  if (const auto found = arguments.find("header"); found != arguments.end()) headers = found->second;
  if (const auto found = arguments.find("post-header");
      found != arguments.end() && !text.starts_with("GET ") && !text.starts_with("HEAD ")) {
    headers.insert(headers.end(), found->second.begin(), found->second.end());
  }
  if (text.starts_with("HEAD ")) refuse("HEAD is not supported: its answers have a length and no body");
  auto request = RequestTemplate::parse(text, options.host, headers);
  if (!request) refuse(request.error());
  if (request->uses("{id}") && options.values.ids.empty()) refuse("{id} needs --ids");
  if (request->uses("{token}") && options.values.tokens.empty()) refuse("{token} needs --tokens");
  return *std::move(request);
}

void read_target(LoadOptions& options, const std::string& target) {
  const size_t colon = target.rfind(':');
  if (colon == std::string::npos) refuse("--target is 127.0.0.1:PORT");
  in_addr address{};
  if (inet_pton(AF_INET, target.substr(0, colon).c_str(), &address) != 1) refuse("--target wants an IPv4 address");
  if ((ntohl(address.s_addr) >> 24) != 127) refuse("--target: load goes to loopback addresses (127.x.x.x) only");
  const int port = std::atoi(target.c_str() + colon + 1);
  if (port < 1 || port > 65535) refuse("--target: the port is not within 1-65535");
  options.address_be = address.s_addr;
  options.port = static_cast<uint16_t>(port);
  options.host = target;
}

LoadOptions read(const Arguments& arguments) {
  LoadOptions options;
  if (!arguments.contains("target") || !arguments.contains("request")) refuse("--target and --request are needed");
  read_target(options, arguments.find("target")->second.back());

  if (arguments.contains("ids")) options.values.ids = lines_of("ids", text_of(arguments, "ids", ""));
  if (arguments.contains("tokens")) options.values.tokens = lines_of("tokens", text_of(arguments, "tokens", ""));
  const std::string choice = text_of(arguments, "id-choice", "round-robin");
  if (choice == "random") {
    options.values.id_choice = IdChoice::Random;
  } else if (choice == "hot") {
    options.values.id_choice = IdChoice::Hot;
  } else if (choice != "round-robin") {
    refuse("--id-choice is round-robin, random or hot");
  }
  options.values.run_seed = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) ^
                            (static_cast<uint64_t>(getpid()) << 48);

  const std::string order = text_of(arguments, "order", "cycle");
  if (order != "cycle" && order != "random") refuse("--order is cycle or random");
  options.draws_requests = order == "random";
  for (const std::string& text : arguments.find("request")->second) {
    options.requests.push_back(request_of(text, options, arguments));
  }
  if (arguments.contains("expect")) options.expected_statuses = integers_of("expect", text_of(arguments, "expect", ""));

  options.connection_count = count_of(arguments, "connections", 1, 1, connection_count_max);
  options.rate_per_s = number_of(arguments, "rate", 0, 0.001, 10'000'000);
  options.duration_s = number_of(arguments, "duration-s", 10, 0.001, 86'400);
  options.warm_up_s = number_of(arguments, "warm-up-s", 0, 0, 86'400);
  options.request_count = count_of(arguments, "count", 0, 1, 1'000'000'000'000);
  if (options.request_count > 0 && (arguments.contains("duration-s") || arguments.contains("warm-up-s"))) {
    refuse(
        "--count counts every request: it goes with neither --duration-s "
        "nor --warm-up-s");
  }
  options.requests_per_connection = count_of(arguments, "requests-per-connection", 0, 1, 1'000'000'000);
  options.good_s = number_of(arguments, "good-ms", 500, 0.001, 3'600'000) / 1000;
  options.timeout_s = number_of(arguments, "timeout-ms", 30'000, 1, 3'600'000) / 1000;
  options.drain_s = number_of(arguments, "drain-s", 10, 0, 3600);
  options.idle_count = count_of(arguments, "idle", 0, 0, connection_count_max);
  options.idle_period_s = number_of(arguments, "idle-period-s", 30, 0.01, 86'400);
  if (options.idle_count > 0) {
    options.idle_request.push_back(request_of(text_of(arguments, "idle-request", "GET /healthz"), options, arguments));
  }

  options.thread_count = static_cast<int>(count_of(arguments, "threads", 1, 1, 64));
  if (options.thread_count > options.connection_count) refuse("--threads: every worker needs a connection");
  if (arguments.contains("cpu")) options.cpus = integers_of("cpu", text_of(arguments, "cpu", ""));
  const int64_t all_connections = options.connection_count + options.idle_count;
  const int64_t sources_wanted = (all_connections + connections_per_source - 1) / connections_per_source;
  options.source_count = static_cast<int>(count_of(arguments, "sources", sources_wanted, 1, 250));
  if (const auto found = arguments.find("server-pid"); found != arguments.end()) {
    for (const std::string& pid : found->second) options.server_pids.push_back(integers_of("server-pid", pid).front());
  }
  options.progress_s = number_of(arguments, "progress-s", 5, 0, 3600);
  return options;
}

}  // namespace

std::expected<LoadOptions, std::string> parse_load_options(std::span<char* const> arguments) {
  try {
    Arguments named;
    for (size_t i = 0; i < arguments.size(); i += 2) {
      const std::string_view name = arguments[i];
      if (!name.starts_with("--") || std::ranges::find(known_names, name.substr(2)) == std::end(known_names)) {
        refuse(std::string(name) + " is no option");
      }
      if (i + 1 == arguments.size()) refuse(std::string(name) + " needs a value");
      named[std::string(name.substr(2))].emplace_back(arguments[i + 1]);
    }
    return read(named);
  } catch (const std::invalid_argument& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace jangteo::bench
