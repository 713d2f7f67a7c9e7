#include "net/http_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace jangteo {

namespace {

using State = HttpRequestParser::State;

struct Parsed {
  HttpRequest request;
  State state = State::head;
  int status = 0;  // of the refusal
  bool keep_alive = false;
  std::string rest;
};

// Feeds `text` as a socket would, `piece` bytes at a time, until a request is complete or refused.
Parsed parse(std::string_view text, std::size_t piece = 100'000, std::size_t body_bytes_max = 1000,
             HttpParserLimits limits = {}) {
  Parsed out;
  HttpRequestParser parser(limits);
  std::string pending;
  std::size_t offered = 0;
  for (;;) {
    if (parser.state() == State::head_done) {
      parser.accept_body(body_bytes_max, out.request);
      continue;
    }
    if (parser.state() == State::complete || parser.state() == State::refused) break;
    const std::size_t used = parser.feed(pending, out.request);
    pending.erase(0, used);
    if (used > 0 || parser.state() == State::refused) continue;
    if (offered == text.size()) break;
    pending += text.substr(offered, piece);
    offered += std::min(piece, text.size() - offered);
  }
  out.state = parser.state();
  if (out.state == State::refused) out.status = parser.refusal().status;
  if (out.state == State::complete) out.keep_alive = parser.keep_alive();
  out.rest = pending + std::string(text.substr(offered));
  return out;
}

}  // namespace

TEST(HttpParser, ReadsARequestHoweverItArrives) {
  const std::string_view text =
      "\r\nPOST /api/orders?x=%20 HTTP/1.1\r\nHost: a\r\nContent-Type:application/json \r\nX-Empty:\r\n"
      "Content-Length: 4\r\n\r\n{\"\"}GET / HTTP/1.1\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Parsed out = parse(text, piece);
    ASSERT_EQ(out.state, State::complete) << piece;
    EXPECT_EQ(out.request.method, HttpMethod::post);
    EXPECT_EQ(out.request.path, "/api/orders");
    EXPECT_EQ(out.request.query, "x=%20");
    EXPECT_EQ(out.request.header("content-type"), "application/json");
    EXPECT_EQ(out.request.headers.size(), 4u);
    EXPECT_EQ(out.request.body, "{\"\"}");
    EXPECT_TRUE(out.keep_alive);
    EXPECT_EQ(out.rest, "GET / HTTP/1.1\r\n");
  }
}

TEST(HttpParser, ReadsChunkedBodies) {
  const std::string_view text =
      "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: x\r\n\r\nrest";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Parsed out = parse(text, piece);
    ASSERT_EQ(out.state, State::complete) << piece;
    EXPECT_EQ(out.request.body, "abc");
    EXPECT_EQ(out.request.header("T"), "");
    EXPECT_EQ(out.rest, "rest");
  }
}

TEST(HttpParser, TellsWhetherTheConnectionStays) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(HttpParser, RefusesWhatSmugglesRequests) {
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const char* headers : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                              "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
                              "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
                              "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
                              "Content-Length: 3, 3\r\n\r\n",
                              "Content-Length: +3\r\n\r\n",
                              "Content-Length: -3\r\n\r\n",
                              "Content-Length: 3 3\r\n\r\n",
                              "Content-Length: 0x3\r\n\r\n",
                              "Content-Length:\r\n\r\n",
                              "Content-Length: 99999999999999999999\r\n\r\n",
                              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                              "Content-Length : 3\r\n\r\n",
                              " X: folded\r\n\r\n",
                              "X: a\r\n b\r\n\r\n",
                              "X: a\r\n\tb\r\n\r\n",
                              "X: a\r\n \r\n\r\n",
                              "X: a\nContent-Length: 3\r\n\r\n",
                              "X: a\rb\r\n\r\n",
                              "X: a\x01\r\n\r\n",
                              "X\x80: a\r\n\r\n",
                              ": a\r\n\r\n",
                              "no colon\r\n\r\n",
                              "Host: b\r\n\r\n"}) {
    for (const std::size_t piece : {1UL, 7UL, 100'000UL}) {
      const Parsed out = parse(start + headers + "abc", piece);
      EXPECT_EQ(out.state, State::refused) << headers;
      EXPECT_EQ(out.status, 400) << headers;
    }
  }
  EXPECT_EQ(parse(start + "X: a" + std::string(1, '\0') + "\r\n\r\n").status, 400);
}

TEST(HttpParser, RefusesOtherTransferCodings) {
  for (const char* coding : {"gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;q=1"}) {
    const Parsed out = parse(std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ") + coding + "\r\n\r\n");
    EXPECT_EQ(out.status, 501) << coding;
  }
  EXPECT_EQ(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400);
}

TEST(HttpParser, RefusesBadTargets) {
  for (const char* target :
       {"/%", "/%zz", "/a%00", "/%ff", "/\xff", "/?q=%f", "/?q=%00", "a", "*", "http:/x", "/\x7f"}) {
    const Parsed out = parse(std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(out.status, 400) << target;
  }
  EXPECT_EQ(parse("GET /김치?q=김 HTTP/1.1\r\nHost: a\r\n\r\n").state, State::complete);
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").state, State::complete);
}

TEST(HttpParser, RefusesRequestsWithoutAHost) {
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").state, State::complete);
}

TEST(HttpParser, RefusesOtherProtocols) {
  EXPECT_EQ(parse("GET / HTTP/2.0\r\n\r\n").status, 505);
  EXPECT_EQ(parse("GET /\r\n\r\n").status, 400);
  EXPECT_EQ(parse("\x16\x03\x01\x02").status, 400);  // TLS
  EXPECT_EQ(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
}

TEST(HttpParser, KnowsUnknownMethodsAsOther) {
  const Parsed out = parse("BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(out.state, State::complete);
  EXPECT_EQ(out.request.method, HttpMethod::other);
}

TEST(HttpParser, LimitsHeads) {
  const HttpParserLimits limits{200, 5};
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (const std::size_t piece : {1UL, 50UL, 100'000UL}) {
    EXPECT_EQ(parse("GET /" + std::string(300, 'a') + " HTTP/1.1\r\n", piece, 0, limits).status, 414) << piece;
    EXPECT_EQ(parse(start + "X: " + std::string(300, 'a') + "\r\n\r\n", piece, 0, limits).status, 431) << piece;
    EXPECT_EQ(parse(start + "a:\r\nb:\r\nc:\r\nd:\r\ne:\r\n\r\n", piece, 0, limits).status, 431) << piece;
    std::string many = start;
    for (int i = 0; i < 4; ++i) many += "X: " + std::string(60, 'a') + "\r\n";
    EXPECT_EQ(parse(many + "\r\n", piece, 0, limits).status, 431) << piece;
    EXPECT_EQ(parse(start + "a:\r\nb:\r\nc:\r\nd:\r\n\r\n", piece, 0, limits).state, State::complete) << piece;
  }
}

TEST(HttpParser, LimitsBodies) {
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 1000, 10).status, 413);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", 1000, 10).status, 413);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 1000, 10).status, 400);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", 1000, 10).state,
            State::complete);
}

TEST(HttpParser, KnowsWhoWaitsForAGoAhead) {
  HttpRequestParser parser({});
  HttpRequest request;
  parser.feed("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n", request);
  ASSERT_EQ(parser.state(), State::head_done);
  parser.accept_body(10, request);
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n").status, 417);
}

TEST(HttpParser, ReadsTheNextRequestAfterReset) {
  HttpRequestParser parser({});
  HttpRequest request;
  EXPECT_FALSE(parser.started());
  parser.feed("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", request);
  EXPECT_TRUE(parser.started());
  parser.accept_body(10, request);
  parser.reset();
  request.clear();
  EXPECT_FALSE(parser.started());
  parser.feed("GET /b HTTP/1.1\r\nHost: b\r\n\r\n", request);
  EXPECT_EQ(parser.state(), State::head_done);
  EXPECT_EQ(request.path, "/b");
  EXPECT_EQ(request.headers.size(), 1u);
}

}  // namespace jangteo
