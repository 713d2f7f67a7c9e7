// What the command line of bench_driver asks for. `usage_text` is the contract
// of the command line. Failure: parse_load_options says what is wrong in words.
// Loopback targets only: this tool makes load, and its own machine is the only
// place where that is nobody else's business.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "bench/driver/request_template.h"

namespace jangteo::bench {

inline constexpr const char* usage_text =
    R"(usage: bench_driver --target 127.0.0.1:PORT --request 'GET /path' [options]

what is sent
  --request TEXT          'METHOD /path' or 'METHOD /path BODY'; repeat for a mix. {id} {key} {token} {n} are filled in per request
  --header LINE           'Name: value' on every request
  --post-header LINE      'Name: value' on requests that are not GET or HEAD
  --order cycle|random    each connection goes through the requests in turn (default), or every request is drawn
  --ids FILE              product ids, one a line, for {id}          --id-choice round-robin|random|hot
  --tokens FILE           bearer tokens, one a line, for {token}; a connection keeps its own
  --expect LIST           statuses that are right (default 200,201); others are errors
how much
  --connections N         keep-alive connections in all (default 1)
  --rate R                open loop: R requests per second in all, latency from the intended start. Without it: closed loop
  --duration-s S          measured time (default 10)                 --warm-up-s S    before it, not counted (default 0)
  --count N               exactly N requests, all counted, instead of a duration
  --requests-per-connection N   close and connect anew after N
  --good-ms N             count the expected answers that took at most N as good (default 500)
  --timeout-ms N          give a request up after N (default 30000)  --drain-s S      wait for answers after the end (default 10)
  --idle N                further connections that stay open and send --idle-request every --idle-period-s
  --idle-request TEXT     (default 'GET /healthz')                   --idle-period-s S  (default 30)
how
  --threads N             workers (default 1)                        --cpu LIST       pin worker i to the i-th core of the list
  --sources N             source addresses 127.0.1.1, 127.0.1.2 ...  (default 1 per 20,000 connections)
  --server-pid PID        report its CPU time and memory too; repeat to add processes
  --progress-s S          a line on standard error every S seconds (default 5, 0: none)
The result is one JSON object on standard output. Exit: 0 measured (errors are in the result), 2 wrong arguments, 1 no connection.
)";

struct LoadOptions {
  uint16_t port = 0;
  uint32_t address_be = 0;  // network order
  std::string host;         // as given
  std::vector<RequestTemplate> requests;
  bool draws_requests = false;
  RequestValues values;
  std::vector<int> expected_statuses = {200, 201};

  int64_t connection_count = 1;
  double rate_per_s = 0;  // 0: closed loop
  double duration_s = 10;
  double warm_up_s = 0;
  int64_t request_count = 0;  // 0: by duration
  int64_t requests_per_connection = 0;
  double good_s = 0.5;
  double timeout_s = 30;
  double drain_s = 10;
  int64_t idle_count = 0;
  double idle_period_s = 30;
  std::vector<RequestTemplate> idle_request;  // one when idle_count > 0

  int thread_count = 1;
  std::vector<int> cpus;
  int source_count = 1;
  std::vector<int> server_pids;
  double progress_s = 5;
};

std::expected<LoadOptions, std::string> parse_load_options(std::span<char* const> arguments);

}  // namespace jangteo::bench
