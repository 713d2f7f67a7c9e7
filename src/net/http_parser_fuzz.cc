// Requests in random pieces: the first byte of the input seeds the cuts. Whatever arrives, the parser ends in one of
// its states, uses no more than it was given, and reads the same however the bytes are cut.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "net/http_parser.h"

namespace {

using jangteo::HttpRequest;
using jangteo::HttpRequestParser;
using State = HttpRequestParser::State;

// What was read: one line for each request, or the status of the refusal.
std::string read_all(std::string_view bytes, std::uint32_t seed) {
  HttpRequestParser parser({600, 20});
  HttpRequest request;
  std::string log, pending;
  std::size_t offered = 0;
  for (;;) {
    switch (parser.state()) {
      case State::head_done:
        parser.accept_body(100, request);
        continue;
      case State::complete:
        log += std::string(to_string(request.method)) + " " + request.target + "|" + request.body + "|" +
               std::to_string(request.headers.size()) + (parser.keep_alive() ? "k\n" : "c\n");
        JT_ASSERT(request.body.size() <= 100, "bodies are limited");
        JT_ASSERT(request.headers.size() <= 20, "headers are limited");
        request.clear();
        parser.reset();
        continue;
      case State::refused:
        return log + "refused";
      case State::head:
      case State::body:
        break;
    }
    const std::size_t used = parser.feed(pending, request);
    JT_ASSERT(used <= pending.size(), "no more is used than was given");
    pending.erase(0, used);
    if (used > 0 || parser.state() == State::refused || parser.state() == State::complete ||
        parser.state() == State::head_done) {
      continue;
    }
    JT_ASSERT(pending.size() <= 600, "an unfinished head is limited");
    // A fault in a head without an end may be seen only when its end comes.
    if (offered == bytes.size()) return log + (parser.started() || !pending.empty() ? "refused" : "");
    seed = seed * 1664525 + 1013904223;
    const std::size_t size =
        seed == 0 ? bytes.size() : std::min<std::size_t>(1 + (seed >> 24) % 40, bytes.size() - offered);
    pending += bytes.substr(offered, std::min(size, bytes.size() - offered));
    offered += std::min(size, bytes.size() - offered);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string first = read_all(bytes, data[0] + 1U);
  const std::string second = read_all(bytes, data[0] * 77U + 5U);
  JT_ASSERT(first == second, "the same bytes are the same requests");
  return 0;
}
