#include "services/user/authenticator.h"

#include "support/user_fixture.h"

namespace jangteo {
namespace {

class PageSession : public UserFixture {
 protected:
  PageSession() {
    register_user("mina@example.com");
    const auto answer = ask(HttpMethod::post, "/api/auth/login",
                            R"({"email":"mina@example.com","password":"correct horse","session":"cookie"})");
    EXPECT_EQ(answer.status, 200);
    login_ = answer;
    take_cookies(answer);
  }
  void take_cookies(const HttpResponse& response) {
    for (const auto& [name, value] : response.headers) {
      if (name != "Set-Cookie") continue;
      const std::string pair = value.substr(0, value.find(';'));
      (pair.starts_with("jt_access") ? access_ : refresh_) = pair;
    }
  }
  HttpResponse send(HttpMethod method, const std::string& target, const std::string& body = "",
                    const std::string& site = "same-origin") {
    return ask(method, target, body, {{"Cookie", access_ + "; " + refresh_}, {"Sec-Fetch-Site", site}});
  }
  HttpResponse login_;
  std::string access_;
  std::string refresh_;
};

TEST_F(PageSession, GivesNoTokenToScripts) {
  EXPECT_EQ(login_.body, R"({"session":"cookie","expiresIn":600})");
  int cookies = 0;
  for (const auto& [name, value] : login_.headers) {
    if (name != "Set-Cookie") continue;
    ++cookies;
    EXPECT_NE(value.find("; HttpOnly; SameSite=Strict"), std::string::npos) << value;
  }
  EXPECT_EQ(cookies, 2);
}

TEST_F(PageSession, IsAuthenticatedByItsCookie) {
  EXPECT_EQ(send(HttpMethod::get, "/api/users/me").status, 200);
  EXPECT_EQ(send(HttpMethod::patch, "/api/users/me", R"({"name":"Page"})").status, 200);
}

// Rows: 6
TEST_F(PageSession, RefusesWhatOtherOriginsSendInItsName) {
  for (const char* target : {"/api/auth/logout", "/api/auth/refresh", "/api/auth/logout-all"}) {
    EXPECT_EQ(send(HttpMethod::post, target, "", "cross-site").status, 403) << target;
  }
  EXPECT_EQ(send(HttpMethod::patch, "/api/users/me", R"({"name":"Evil"})", "same-site").status, 403);
  EXPECT_EQ(member(send(HttpMethod::get, "/api/users/me"), "name"), "Mina");
  const auto forced = ask(HttpMethod::post, "/api/auth/login",
                          R"({"email":"mina@example.com","password":"correct horse","session":"cookie"})",
                          {{"Origin", "https://evil.example"}, {"Host", "shop.example"}});
  EXPECT_EQ(forced.status, 403) << "nobody is logged in by another site's form";
}

TEST_F(PageSession, RefreshesByCookie) {
  const std::string before = refresh_;
  const auto answer = send(HttpMethod::post, "/api/auth/refresh");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"session":"cookie","expiresIn":600})");
  take_cookies(answer);
  EXPECT_NE(refresh_, before);
  EXPECT_EQ(send(HttpMethod::get, "/api/users/me").status, 200);
  refresh_ = before;
  const auto reused = send(HttpMethod::post, "/api/auth/refresh");
  EXPECT_EQ(reused.status, 401);
  take_cookies(reused);
  EXPECT_EQ(access_, "jt_access=") << "the dead session's cookies are cleared";
}

TEST_F(PageSession, IsNobodyForPagesOnceItHasEnded) {
  ASSERT_EQ(send(HttpMethod::post, "/api/auth/logout").status, 204);
  EXPECT_EQ(send(HttpMethod::get, "/.well-known/jwks.json").status, 200) << "public pages still open";
  EXPECT_EQ(send(HttpMethod::get, "/api/users/me").status, 401);
  EXPECT_EQ(send(HttpMethod::post, "/api/users", "{}").status, 401) << "but nothing is done as a guest by mistake";
  EXPECT_EQ(send(HttpMethod::post, "/api/auth/login",
                 R"({"email":"mina@example.com","password":"correct horse","session":"cookie"})")
                .status,
            200);
}

}  // namespace
}  // namespace jangteo
