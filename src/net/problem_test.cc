#include "net/problem.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace jangteo {

namespace {
std::string text(const boost::json::value& document, std::string_view name) {
  const auto* member = json_member(document, name);
  return member == nullptr ? "(absent)" : std::string(member->as_string());
}
}  // namespace

TEST(Problem, NamesCodeFieldsRequestAndLink) {
  HttpRequest request;
  request.request_id = "r-1";
  Error error{ErrorCode::out_of_stock, "2 left", {{"items[0].quantity", "out_of_stock", "wanted 3, 2 left"}}, 0, {}};
  error.link = "/api/orders/ord_1";
  const HttpResponse response = problem(error, request);
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto document = parse_json(response.body);
  ASSERT_TRUE(document);
  EXPECT_EQ(text(*document, "type"), "urn:jangteo:problem:out_of_stock");
  EXPECT_EQ(text(*document, "code"), "out_of_stock");
  EXPECT_EQ(text(*document, "detail"), "2 left");
  EXPECT_EQ(text(*document, "requestId"), "r-1");
  EXPECT_EQ(text(*document, "link"), "/api/orders/ord_1");
  EXPECT_EQ(json_member(*document, "status")->as_int64(), 409);
  EXPECT_FALSE(json_member(*document, "retryable")->as_bool());
  const auto& field = json_member(*document, "errors")->as_array().at(0);
  EXPECT_EQ(text(field, "param"), "items[0].quantity");
  EXPECT_EQ(text(field, "detail"), "wanted 3, 2 left");
}

TEST(Problem, SaysWhenToTryAgain) {
  HttpRequest request;
  EXPECT_EQ(problem({ErrorCode::rate_limited, "", {}, 7, {}}, request).header("Retry-After"), "7");
  EXPECT_EQ(problem({ErrorCode::unavailable, "", {}, 0, {}}, request).header("Retry-After"), "1");
  EXPECT_EQ(problem({ErrorCode::conflict, "", {}, 0, {}}, request).header("Retry-After"), "");
}

TEST(Problem, AsksForCredentials) {
  HttpRequest request;
  EXPECT_EQ(problem({ErrorCode::unauthorized, "", {}, 0, {}}, request).header("WWW-Authenticate"), "Bearer");
}

TEST(Problem, StaysJsonWhenItQuotesWhatAClientSent) {
  HttpRequest request;
  const auto response = problem({ErrorCode::invalid, "unknown sort '\xff\"\x01'", {}, 0, {}}, request);
  const auto document = parse_json(response.body);
  ASSERT_TRUE(document) << response.body;
  EXPECT_EQ(text(*document, "detail"), "unknown sort '?\"\x01'");
}

TEST(Problem, GivesEveryCodeAStatusOfItsClass) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const int status = http_status(static_cast<ErrorCode>(code));
    EXPECT_GE(status, 400) << slug(static_cast<ErrorCode>(code));
    EXPECT_LE(status, 504) << slug(static_cast<ErrorCode>(code));
  }
  EXPECT_EQ(http_status(ErrorCode::malformed), 400);
  EXPECT_EQ(http_status(ErrorCode::invalid), 422);
  EXPECT_EQ(http_status(ErrorCode::payment_declined), 402);
  EXPECT_EQ(http_status(ErrorCode::version_mismatch), 412);
  EXPECT_EQ(http_status(ErrorCode::timeout), 504);
}

}  // namespace jangteo
