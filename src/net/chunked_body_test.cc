#include "net/chunked_body.h"

#include <gtest/gtest.h>

namespace jangteo {

namespace {

using State = ChunkedBodyDecoder::State;

struct Decoded {
  State state;
  std::string body;
  std::size_t used;
};

// Feeds `text` in pieces of `piece` bytes.
Decoded decode(std::string_view text, std::size_t piece = 1000, std::size_t body_bytes_max = 100) {
  ChunkedBodyDecoder decoder(body_bytes_max);
  Decoded out{State::reading, {}, 0};
  while (out.used < text.size() && decoder.state() == State::reading) {
    const auto part = text.substr(out.used, piece);
    const std::size_t used = decoder.feed(part, out.body);
    out.used += used;
    if (used != part.size()) break;
  }
  out.state = decoder.state();
  return out;
}

}  // namespace

TEST(ChunkedBody, JoinsChunksHoweverTheyArrive) {
  const std::string_view text = "5\r\nhello\r\n1;name=\"v\"\r\n \r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\nGET /";
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    const Decoded out = decode(text, piece);
    EXPECT_EQ(out.state, State::complete) << piece;
    EXPECT_EQ(out.body, "hello 0123456789") << piece;
    EXPECT_EQ(text.substr(out.used), "GET /") << piece;
  }
}

TEST(ChunkedBody, AcceptsAnEmptyBody) {
  EXPECT_EQ(decode("0\r\n\r\n").state, State::complete);
  EXPECT_EQ(decode("000\r\n\r\n").state, State::complete);
}

TEST(ChunkedBody, WaitsForTheRest) {
  for (const char* text : {"5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "0\r\n", "0\r\n\r", "0\r\na: b\r\n"}) {
    EXPECT_EQ(decode(text).state, State::reading) << text;
  }
}

TEST(ChunkedBody, RefusesWhatOtherServersMightReadOtherwise) {
  for (const char* text : {"\r\n", "x\r\n", "-1\r\n", "+5\r\nhello\r\n", "0x5\r\nhello\r\n", " 5\r\nhello\r\n",
                           "5 \r\nhello\r\n", "5\nhello\n", "5\r\nhellox", "5\r\nhello\n0\r\n\r\n", "5\rhello",
                           "11111111111111111\r\n", "5;a\nb\r\n", "0\r\na\nb: c\r\n\r\n", "0\r\n\rx"}) {
    EXPECT_EQ(decode(text).state, State::malformed) << text;
  }
}

TEST(ChunkedBody, LimitsBodyExtensionsAndTrailers) {
  EXPECT_EQ(decode("65\r\n").state, State::too_large);
  EXPECT_EQ(decode("ffffffffffffffff\r\n").state, State::too_large);
  EXPECT_EQ(decode("60\r\n" + std::string(0x60, 'x') + "\r\n5\r\n").state, State::too_large);
  EXPECT_EQ(decode("1;" + std::string(2000, 'x')).state, State::malformed);
  EXPECT_EQ(decode("0\r\n" + std::string(9000, 'x')).state, State::malformed);
}

}  // namespace jangteo
