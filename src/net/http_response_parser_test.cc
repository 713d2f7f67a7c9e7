#include "net/http_response_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace jangteo {

namespace {

using State = HttpResponseParser::State;

struct Parsed {
  HttpClientResponse response;
  State state = State::head;
  bool keep_alive = false;
  std::string rest;
};

Parsed parse(std::string_view text, std::size_t piece, bool to_end = false, bool answers_head = false,
             HttpResponseLimits limits = {}) {
  Parsed out;
  HttpResponseParser parser(limits);
  parser.start(answers_head);
  std::string pending;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    pending += text.substr(at, piece);
    pending.erase(0, parser.feed(pending, out.response));
  }
  if (to_end) parser.end_of_input();
  out.state = parser.state();
  out.keep_alive = parser.keep_alive();
  out.rest = pending;
  return out;
}

}  // namespace

TEST(HttpResponseParser, ReadsAnswersHoweverTheyArrive) {
  for (const std::string_view text :
       {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /a\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 201\x20\r\nLocation: /a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"}) {
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      const Parsed out = parse(text, piece);
      ASSERT_EQ(out.state, State::complete) << piece << text;
      EXPECT_EQ(out.response.status, 201);
      EXPECT_EQ(out.response.header("location"), "/a");
      EXPECT_EQ(out.response.body, "abc");
      EXPECT_TRUE(out.keep_alive);
      EXPECT_EQ(out.rest, "");
    }
  }
}

TEST(HttpResponseParser, ReadsToTheEndWhereNothingTellsTheLength) {
  const Parsed out = parse("HTTP/1.1 200 OK\r\n\r\nabc", 2, true);
  EXPECT_EQ(out.state, State::complete);
  EXPECT_EQ(out.response.body, "abc");
  EXPECT_FALSE(out.keep_alive);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", 100, true).state, State::malformed);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", 100, true).state,
            State::malformed);
  EXPECT_EQ(parse("", 100, true).state, State::malformed);
}

TEST(HttpResponseParser, ExpectsNoBodyWhereThereIsNone) {
  EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\n\r\n", 100).state, State::complete);
  EXPECT_EQ(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 100).state, State::complete);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 100, false, true).state, State::complete);
}

TEST(HttpResponseParser, RefusesWhatItCannotBelieve) {
  for (const char* text : {"nonsense\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n"}) {
    EXPECT_EQ(parse(text, 100).state, State::malformed) << text;
  }
}

TEST(HttpResponseParser, LimitsHeadsAndBodies) {
  const HttpResponseLimits limits{200, 3, 10};
  const auto state = [&](const std::string& text) { return parse(text, 50, false, false, limits).state; };
  EXPECT_EQ(state("HTTP/1.1 200 OK\r\nX: " + std::string(300, 'x')), State::too_large);
  EXPECT_EQ(state("HTTP/1.1 200 OK\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n"), State::too_large);
  EXPECT_EQ(state("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), State::too_large);
  EXPECT_EQ(state("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n"), State::too_large);
  EXPECT_EQ(state("HTTP/1.1 200 OK\r\n\r\n" + std::string(11, 'x')), State::too_large);
}

}  // namespace jangteo
