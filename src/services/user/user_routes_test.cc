#include "services/user/user_routes.h"

#include "support/user_fixture.h"

namespace jangteo {
namespace {

class UserRoutesTest : public UserFixture {};

// Rows: 6
TEST_F(UserRoutesTest, RegistersAnAccount) {
  const auto answer = ask(HttpMethod::post, "/api/users",
                          R"({"email":" Mina@Example.com ","password":"비밀번호여덟글자","name":" 민아 "})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_TRUE(UserId::parse(member(answer, "id")));
  EXPECT_EQ(member(answer, "email"), "mina@example.com");
  EXPECT_EQ(member(answer, "name"), "민아");
  EXPECT_EQ(member(answer, "createdAt"), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(answer.body.find("assword"), std::string::npos);
  EXPECT_EQ(login("mina@example.com", "비밀번호여덟글자").status, 200);
}

TEST_F(UserRoutesTest, NamesEveryFieldOfABadRegistration) {
  const auto answer = ask(HttpMethod::post, "/api/users", R"({"email":"nobody","password":"short","name":" "})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(member(answer, "code"), "invalid");
  for (const char* field : {R"("param":"email")", R"("param":"password")", R"("param":"name")"}) {
    EXPECT_NE(answer.body.find(field), std::string::npos) << answer.body;
  }
  EXPECT_EQ(ask(HttpMethod::post, "/api/users", R"({"email":7})").status, 422);
  EXPECT_EQ(ask(HttpMethod::post, "/api/users", R"({"email")").status, 400);
  EXPECT_EQ(ask(HttpMethod::post, "/api/users", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_account"), 0);
}

TEST_F(UserRoutesTest, RefusesASecondAccountOfOneEmail) {
  ASSERT_EQ(register_user("mina@example.com").status, 201);
  const auto answer = register_user("MINA@example.com");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(member(answer, "code"), "email_taken");
}

// Rows: 6
TEST_F(UserRoutesTest, LogsInWithTheDocumentedAnswer) {
  register_user("mina@example.com");
  const auto answer = login("  MINA@example.com ");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(member(answer, "tokenType"), "Bearer");
  EXPECT_NE(answer.body.find("\"expiresIn\":600"), std::string::npos);
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  const auto mine = me(member(answer, "accessToken"));
  EXPECT_EQ(mine.status, 200);
  EXPECT_EQ(member(mine, "email"), "mina@example.com");
}

TEST_F(UserRoutesTest, DoesNotTellAWrongPasswordFromAnUnknownAccount) {
  register_user("mina@example.com");
  const auto wrong = login("mina@example.com", "wrong password");
  const auto unknown = login("joon@example.com", "wrong password");
  const auto no_email = login("joon", "wrong password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(wrong.body, no_email.body);
}

TEST_F(UserRoutesTest, WaitsAfterManyWrongPasswordsEvenForTheRightOne) {
  register_user("mina@example.com");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(login("mina@example.com", "wrong password").status, 401) << i;
  const auto delayed = login("mina@example.com");
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(member(delayed, "code"), "rate_limited");
  EXPECT_EQ(header(delayed, "Retry-After"), "1");
  clock_.advance(Millis{1000});
  EXPECT_EQ(login("mina@example.com").status, 200);
  EXPECT_EQ(login("mina@example.com", "wrong password").status, 401) << "success starts anew";
}

TEST_F(UserRoutesTest, DoesNotWaitWhenTheBackoffIsOff) {
  settings_.login_backoff = false;
  reopen();
  register_user("mina@example.com");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(login("mina@example.com", "wrong password").status, 401);
  EXPECT_EQ(login("mina@example.com").status, 200);
}

TEST_F(UserRoutesTest, RotatesARefreshTokenAtEachUse) {
  auto tokens = registered_and_logged_in();
  for (int i = 0; i < 5; ++i) {
    clock_.advance(Millis{600'000});
    const auto answer = refresh(tokens.refresh);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_NE(member(answer, "refreshToken"), tokens.refresh);
    tokens = {member(answer, "accessToken"), member(answer, "refreshToken")};
    EXPECT_EQ(me(tokens.access).status, 200);
  }
}

// Rows: 6
TEST_F(UserRoutesTest, EndsTheSessionWhenARefreshTokenComesBack) {
  const auto first = registered_and_logged_in();
  const auto answer = refresh(first.refresh);
  ASSERT_EQ(answer.status, 200);
  const auto other_session = logged_in();
  EXPECT_EQ(refresh(first.refresh).status, 401);
  EXPECT_EQ(refresh(member(answer, "refreshToken")).status, 401) << "the thief's or the owner's: both are out";
  EXPECT_EQ(me(member(answer, "accessToken")).status, 401) << "at once";
  EXPECT_EQ(me(first.access).status, 401);
  EXPECT_EQ(me(other_session.access).status, 200) << "another session of the same user goes on";
  EXPECT_EQ(refresh(other_session.refresh).status, 200);
}

TEST_F(UserRoutesTest, RefusesAnExpiredOrUnknownRefreshTokenWithoutEffect) {
  const auto tokens = registered_and_logged_in();
  EXPECT_EQ(refresh(std::string(43, 'A')).status, 401);
  EXPECT_EQ(refresh("x").status, 401);
  EXPECT_EQ(refresh("").status, 422);
  EXPECT_EQ(me(tokens.access).status, 200);
  clock_.advance(settings_.refresh_lifetime);
  EXPECT_EQ(refresh(tokens.refresh).status, 401);
}

// Rows: 6
TEST_F(UserRoutesTest, EndsOneSessionAtOnceByLogout) {
  const auto first = registered_and_logged_in();
  const auto second = logged_in();
  ASSERT_EQ(me(first.access).status, 200);
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout", "", bearer(first.access)).status, 204);
  EXPECT_EQ(me(first.access).status, 401) << "although its check was remembered";
  EXPECT_EQ(refresh(first.refresh).status, 401);
  EXPECT_EQ(me(second.access).status, 200);
}

TEST_F(UserRoutesTest, EndsASessionByItsRefreshTokenAlone) {
  const auto tokens = registered_and_logged_in();
  const std::string body = R"({"refreshToken":")" + tokens.refresh + "\"}";
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout", body).status, 204);
  EXPECT_EQ(me(tokens.access).status, 401);
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout", body).status, 204) << "again is fine";
}

TEST_F(UserRoutesTest, EndsEverySessionByLogoutAll) {
  const auto first = registered_and_logged_in();
  const auto second = logged_in();
  const auto stranger = registered_and_logged_in("joon@example.com");
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout-all", "", bearer(first.access)).status, 204);
  EXPECT_EQ(me(first.access).status, 401);
  EXPECT_EQ(me(second.access).status, 401);
  EXPECT_EQ(refresh(second.refresh).status, 401);
  EXPECT_EQ(me(stranger.access).status, 200);
  EXPECT_EQ(me(logged_in().access).status, 200);
}

TEST_F(UserRoutesTest, KeepsEndedSessionsEndedAfterARestart) {
  const auto ended = registered_and_logged_in();
  const auto open = logged_in();
  ASSERT_EQ(ask(HttpMethod::post, "/api/auth/logout", "", bearer(ended.access)).status, 204);
  reopen();
  EXPECT_EQ(me(ended.access).status, 401);
  EXPECT_EQ(me(open.access).status, 200) << "the signing key is kept";
  EXPECT_EQ(refresh(open.refresh).status, 200);
}

TEST_F(UserRoutesTest, EndsTheOldestSessionWhenThereAreTooMany) {
  settings_.sessions_per_user_max = 2;
  reopen();
  const auto first = registered_and_logged_in();
  clock_.advance(Millis{1});
  const auto second = logged_in();
  clock_.advance(Millis{1});
  const auto third = logged_in();
  EXPECT_EQ(me(first.access).status, 401);
  EXPECT_EQ(refresh(first.refresh).status, 401);
  EXPECT_EQ(me(second.access).status, 200);
  EXPECT_EQ(me(third.access).status, 200);
}

TEST_F(UserRoutesTest, AnswersMeWithAnEntityTag) {
  const auto tokens = registered_and_logged_in();
  const auto mine = me(tokens.access);
  const std::string tag = header(mine, "ETag");
  ASSERT_FALSE(tag.empty());
  auto headers = bearer(tokens.access);
  headers.push_back({"If-None-Match", tag});
  const auto same = ask(HttpMethod::get, "/api/users/me", "", headers);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(ask(HttpMethod::get, "/api/users/me").status, 401);
}

TEST_F(UserRoutesTest, RenamesTheVersionThatTheClientSaw) {
  const auto tokens = registered_and_logged_in();
  auto headers = bearer(tokens.access);
  headers.push_back({"If-Match", header(me(tokens.access), "ETag")});
  const auto renamed = ask(HttpMethod::patch, "/api/users/me", R"({"name":"김민아"})", headers);
  ASSERT_EQ(renamed.status, 200) << renamed.body;
  EXPECT_EQ(member(renamed, "name"), "김민아");
  EXPECT_EQ(member(me(tokens.access), "name"), "김민아");
  EXPECT_EQ(header(renamed, "ETag"), header(me(tokens.access), "ETag"));

  const auto stale = ask(HttpMethod::patch, "/api/users/me", R"({"name":"Other"})", headers);
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(member(stale, "code"), "version_mismatch");
  EXPECT_EQ(member(me(tokens.access), "name"), "김민아");
  EXPECT_EQ(ask(HttpMethod::patch, "/api/users/me", R"({"name":"Free"})", bearer(tokens.access)).status, 200);
  EXPECT_EQ(ask(HttpMethod::patch, "/api/users/me", R"({"name":""})", bearer(tokens.access)).status, 422);
}

// Rows: 6
TEST_F(UserRoutesTest, DeletesAnAccountAndFreesItsEmail) {
  const auto tokens = registered_and_logged_in();
  const std::string id = member(me(tokens.access), "id");
  EXPECT_EQ(ask(HttpMethod::delete_, "/api/users/me", "", bearer(tokens.access)).status, 204);
  EXPECT_EQ(me(tokens.access).status, 401);
  EXPECT_EQ(refresh(tokens.refresh).status, 401);
  EXPECT_EQ(login("mina@example.com").status, 401);
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_account WHERE email IS NULL AND name = '' AND password_hash = ''"), 1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_token"), 0);

  const auto again = registered_and_logged_in();
  EXPECT_NE(member(me(again.access), "id"), id);
  reopen();
  EXPECT_EQ(me(tokens.access).status, 401);
}

// Rows: 6
TEST_F(UserRoutesTest, RefusesDamagedAndForeignTokensWithoutSayingMore) {
  const auto tokens = registered_and_logged_in();
  std::string damaged = tokens.access;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {damaged, std::string("x"), std::string("a.b.c"), std::string(100'000, 'x'),
                                 tokens.refresh, tokens.access + "."}) {
    const auto answer = me(bad);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(member(answer, "code"), "unauthorized");
  }
  EXPECT_EQ(ask(HttpMethod::get, "/.well-known/jwks.json", "", bearer("x")).status, 401) << "on public routes too";
  EXPECT_EQ(ask(HttpMethod::get, "/api/users/me", "", {{"Authorization", "Basic YTpi"}}).status, 401);
  EXPECT_EQ(ask(HttpMethod::get, "/api/users/me", "", {{"Authorization", "bearer " + tokens.access}}).status, 200);
  clock_.advance(Millis{600'000 + 30'000});
  EXPECT_EQ(me(tokens.access).status, 401);
}

TEST_F(UserRoutesTest, PublishesItsKeySet) {
  const auto tokens = registered_and_logged_in();
  const auto answer = ask(HttpMethod::get, "/.well-known/jwks.json");
  ASSERT_EQ(answer.status, 200);
  const auto keys = parse_json_web_keys(answer.body);
  ASSERT_TRUE(keys) << keys.error().detail;
  EXPECT_TRUE(verify_compact(tokens.access, *keys)) << "others can verify what this server signed";
}

}  // namespace
}  // namespace jangteo
