#include "bench/driver/answer_parser.h"

#include <gtest/gtest.h>

namespace jangteo::bench {
namespace {

using State = AnswerParser::State;

// Feeds the answer cut in two at every place: the outcome must not depend on
// how the bytes arrive.
void expect_complete_however_it_is_cut(std::string_view answer, int status, bool keeps_alive) {
  for (size_t cut = 0; cut <= answer.size(); ++cut) {
    AnswerParser parser;
    State state = State::Incomplete;
    if (cut > 0) state = parser.feed(answer.substr(0, cut));
    if (cut < answer.size()) {
      ASSERT_EQ(state, State::Incomplete) << "cut at " << cut;
      state = parser.feed(answer.substr(cut));
    }
    ASSERT_EQ(state, State::Complete) << "cut at " << cut;
    EXPECT_EQ(parser.status(), status);
    EXPECT_EQ(parser.keeps_alive(), keeps_alive);
  }
}

TEST(AnswerParser, ReadsAnAnswerWithALength) {
  expect_complete_however_it_is_cut("HTTP/1.1 201 Created\r\ncontent-LENGTH: 5\r\nX: y\r\n\r\nhello", 201, true);
}

TEST(AnswerParser, ReadsChunksWithExtensionsAndTrailers) {
  expect_complete_however_it_is_cut(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5;x=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
      200, true);
}

TEST(AnswerParser, ReadsAnswersWithoutABody) {
  expect_complete_however_it_is_cut("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", 304, true);
  expect_complete_however_it_is_cut("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", 204, false);
}

TEST(AnswerParser, PassesOverInterimAnswers) {
  expect_complete_however_it_is_cut(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "
      "OK\r\nContent-Length: 2\r\n\r\nok",
      200, true);
}

TEST(AnswerParser, TakesAnAnswerOfAnOldServerUpToTheClose) {
  AnswerParser parser;
  EXPECT_EQ(parser.feed("HTTP/1.0 200 OK\r\n\r\nsome"), State::Incomplete);
  EXPECT_EQ(parser.feed("thing"), State::Incomplete);
  EXPECT_EQ(parser.finish(), State::Complete);
  EXPECT_FALSE(parser.keeps_alive());
}

TEST(AnswerParser, IsBrokenByWhatIsNoAnswer) {
  EXPECT_EQ(AnswerParser().feed("SSH-2.0-OpenSSH_9.2\r\n\r\n"), State::Broken);
  EXPECT_EQ(AnswerParser().feed("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n"), State::Broken);
  EXPECT_EQ(AnswerParser().feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok-and-more"), State::Broken);
  EXPECT_EQ(AnswerParser().feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), State::Broken);
  AnswerParser endless;
  State state = State::Incomplete;
  for (int i = 0; i < 100 && state == State::Incomplete; ++i) state = endless.feed(std::string(1024, 'a'));
  EXPECT_EQ(state, State::Broken);
}

TEST(AnswerParser, IsBrokenByACloseInTheMiddle) {
  AnswerParser parser;
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), State::Incomplete);
  EXPECT_EQ(parser.finish(), State::Broken);
}

TEST(AnswerParser, ShowsTheBodyForErrorSamples) {
  AnswerParser parser;
  EXPECT_EQ(parser.feed("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nwhy?"), State::Complete);
  EXPECT_EQ(parser.body_in_last_feed(), "why?");
}

}  // namespace
}  // namespace jangteo::bench
