#include "net/http_head.h"

#include <gtest/gtest.h>

namespace jangteo {

namespace {

std::string head(const HttpResponse& response, HeadContext context = {}) {
  context.date = "D";
  std::string out;
  append_head(out, response, context);
  return out;
}

}  // namespace

TEST(HttpHead, HasLengthTypeAndHeaders) {
  HttpResponse response;
  response.with("ETag", "\"v-1\"");
  response.add_line("X-Request-Id", "r");
  HeadContext context;
  context.content_length = 1234;
  EXPECT_EQ(head(response, context),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nContent-Length: 1234\r\nETag: \"v-1\"\r\n"
            "X-Request-Id: r\r\n\r\n");
}

TEST(HttpHead, SaysHowTheBodyEndsAndWhetherTheConnectionStays) {
  HttpResponse response;
  response.status = 422;
  HeadContext context;
  context.framing = BodyFraming::chunked;
  context.keep_alive = false;
  EXPECT_EQ(head(response, context),
            "HTTP/1.1 422 Unprocessable Content\r\nDate: D\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  context = {};
  context.http_1_0 = true;
  EXPECT_NE(head(response, context).find("Connection: keep-alive\r\n"), std::string::npos);
}

TEST(HttpHead, GivesNoLengthToAnswersWithoutBody) {
  HttpResponse response;
  for (const int status : {204, 304}) {
    response.status = status;
    const std::string text = head(response);
    EXPECT_EQ(text.find("Content-"), std::string::npos) << text;
  }
}

TEST(HttpHead, LetsNoValueStartANewLine) {
  HttpResponse response;
  response.with("Location", "/a\r\nSet-Cookie: x=1\n\x01");
  EXPECT_NE(head(response).find("Location: /a  Set-Cookie: x=1  \r\n"), std::string::npos);
}

TEST(HttpHead, WritesDatesAsHttpDoes) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace jangteo
