#include "services/user/session_cookies.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

HttpRequest with_headers(HttpMethod method, std::vector<HttpHeader> headers) {
  HttpRequest request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

TEST(SessionCookies, AreFoundAmongOthersByTheirWholeName) {
  const auto request = with_headers(
      HttpMethod::get, {{"Cookie", "theme=dark; xjt_access=no; jt_access2=no;  jt_access=a.b=c ;jt_refresh=r"}});
  EXPECT_EQ(request_cookie(request, kAccessCookie), "a.b=c");
  EXPECT_EQ(request_cookie(request, kRefreshCookie), "r");
  EXPECT_EQ(request_cookie(request, "absent"), "");
  EXPECT_EQ(request_cookie(with_headers(HttpMethod::get, {}), kAccessCookie), "");
  EXPECT_EQ(request_cookie(with_headers(HttpMethod::get, {{"Cookie", ";;=;jt_access"}}), kAccessCookie), "");
}

TEST(SessionCookies, AreHiddenFromScriptsAndOtherSites) {
  HttpResponse response;
  set_session_cookies(response, "acc", "ref", {Millis{600'000}, Millis{2'592'000'000}}, true);
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0].second, "jt_access=acc; Path=/; Max-Age=600; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(response.headers[1].second,
            "jt_refresh=ref; Path=/api/auth; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure");
  HttpResponse cleared;
  clear_session_cookies(cleared, false);
  EXPECT_EQ(cleared.headers[0].second, "jt_access=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST(CrossOrigin, IsWhatTheBrowserSaysOfAnUnsafeRequest) {
  const auto judged = [](HttpMethod method, std::vector<HttpHeader> headers) {
    headers.push_back({"Host", "shop.example:8080"});
    return is_cross_origin(with_headers(method, std::move(headers)));
  };
  EXPECT_FALSE(judged(HttpMethod::post, {{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(judged(HttpMethod::post, {{"Sec-Fetch-Site", "none"}}));
  EXPECT_TRUE(judged(HttpMethod::post, {{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_TRUE(judged(HttpMethod::delete_, {{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(judged(HttpMethod::post, {{"Origin", "http://shop.example:8080"}}));
  EXPECT_TRUE(judged(HttpMethod::post, {{"Origin", "http://shop.example"}}));
  EXPECT_TRUE(judged(HttpMethod::patch, {{"Origin", "https://evil.example"}}));
  EXPECT_TRUE(judged(HttpMethod::post, {{"Origin", "null"}}));
  EXPECT_TRUE(judged(HttpMethod::post, {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://shop.example:8080"}}));
  EXPECT_FALSE(judged(HttpMethod::post, {})) << "no browser";
  EXPECT_FALSE(judged(HttpMethod::get, {{"Sec-Fetch-Site", "cross-site"}})) << "a link from elsewhere";
}

}  // namespace
}  // namespace jangteo
