#include "services/user/user_service.h"

#include <future>
#include <map>

#include "support/user_fixture.h"

namespace jangteo {
namespace {

// Keeps both hashing threads of the fixture busy as long as it lives.
class HashingStopped {
 public:
  explicit HashingStopped(BlockingPool& pool) {
    for (auto& started : started_) {
      EXPECT_TRUE(pool.submit([&started, released = released_] {
        started.set_value();
        released.wait();
      }));
    }
    for (auto& started : started_) started.get_future().wait();
  }
  ~HashingStopped() { release_.set_value(); }

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::promise<void> started_[2];
};

class UserServiceTest : public UserFixture {
 protected:
  // The same request `times` times at once over both loops; how often each status was answered.
  std::map<int, int> ask_at_once(int times, HttpMethod method, const std::string& target, const std::string& body) {
    std::vector<std::unique_ptr<HttpRequest>> requests;
    std::vector<std::future<HttpResponse>> answers;
    for (int i = 0; i < times; ++i) {
      requests.push_back(make_request(method, target, body));
      answers.push_back(runner_->start_on(static_cast<std::size_t>(i % 2), handle(requests.back().get())));
    }
    std::map<int, int> statuses;
    for (auto& answer : answers) ++statuses[answer.get().status];
    return statuses;
  }
};

// Rows: 6
TEST_F(UserServiceTest, MakesOneAccountOfFiftyRegistrationsOfOneEmailAtOnce) {
  const auto statuses = ask_at_once(50, HttpMethod::post, "/api/users",
                                    R"({"email":"mina@example.com","password":"correct horse","name":"Mina"})");
  EXPECT_EQ(statuses, (std::map<int, int>{{201, 1}, {409, 49}}));
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_account"), 1);
}

TEST_F(UserServiceTest, LetsOneOfTwentyRefreshesWithOneTokenPassAndEndsTheSession) {
  const auto tokens = registered_and_logged_in();
  const auto statuses =
      ask_at_once(20, HttpMethod::post, "/api/auth/refresh", R"({"refreshToken":")" + tokens.refresh + "\"}");
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 1}, {401, 19}}));
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_session WHERE revoked_at IS NULL"), 0);
  EXPECT_EQ(me(tokens.access).status, 401);
}

TEST_F(UserServiceTest, RefusesLoginsAtOnceWhenTooManyPasswordsWait) {
  register_user("mina@example.com");
  const HashingStopped stopped(*pool_);
  while (pool_->submit([] {})) continue;
  const auto answer = login("mina@example.com");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(member(answer, "code"), "unavailable");
  EXPECT_NE(header(answer, "Retry-After"), "");
}

TEST_F(UserServiceTest, OpensNoSessionOfAnAccountThatIsDeletedWhileItsPasswordIsChecked) {
  const auto tokens = registered_and_logged_in();
  const auto request =
      make_request(HttpMethod::post, "/api/auth/login", R"({"email":"mina@example.com","password":"correct horse"})");
  std::future<HttpResponse> late;
  {
    const HashingStopped stopped(*pool_);
    late = runner_->start_on(0, handle(request.get()));
    while (pool_->queued() == 0) std::this_thread::yield();
    ASSERT_EQ(ask(HttpMethod::delete_, "/api/users/me", "", bearer(tokens.access)).status, 204);
  }
  EXPECT_EQ(late.get().status, 401);
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_session WHERE revoked_at IS NULL"), 0);
}

TEST_F(UserServiceTest, RehashesAPasswordAtLoginWhenTheCostWasRaised) {
  register_user("mina@example.com");
  ASSERT_EQ(count("SELECT COUNT(*) FROM user_account WHERE password_hash LIKE '%m=64,%'"), 1);
  settings_.password_cost.memory_kib = 128;
  reopen();
  EXPECT_EQ(login("mina@example.com").status, 200);
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_account WHERE password_hash LIKE '%m=128,%'"), 1);
  EXPECT_EQ(login("mina@example.com").status, 200);
}

TEST_F(UserServiceTest, RefusesToEndSessionsThatItCouldNotRemember) {
  settings_.revoked_sessions_max = 1;
  reopen();
  const auto first = registered_and_logged_in();
  const auto second = logged_in();
  ASSERT_EQ(ask(HttpMethod::post, "/api/auth/logout", "", bearer(first.access)).status, 204);
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout", "", bearer(second.access)).status, 503);
  EXPECT_EQ(me(second.access).status, 200);
  clock_.advance(Millis{600'000 + 30'000 + 60'000});
  EXPECT_EQ(ask(HttpMethod::post, "/api/auth/logout", R"({"refreshToken":")" + second.refresh + "\"}").status, 204);
}

TEST_F(UserServiceTest, ForgetsExpiredSessionsAndTokens) {
  const auto old = registered_and_logged_in();
  ASSERT_EQ(refresh(old.refresh).status, 200);
  clock_.advance(settings_.refresh_lifetime + Millis{3 * 60 * 60 * 1000});
  const auto fresh = logged_in();
  EXPECT_EQ(count("SELECT COUNT(*) FROM user_session"), 1);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_token"), 1);
  EXPECT_EQ(refresh(fresh.refresh).status, 200);
}

// Rows: 6
TEST_F(UserServiceTest, CreatesAccountsWithRolesThroughItsDoor) {
  CallContext context;
  const auto created =
      runner_->run(module_->api().create_user(context, {"boss@example.com", "Boss", "correct horse", Role::owner}));
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->role, Role::owner);
  const auto found = runner_->run(module_->api().find_user(context, created->id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->email, "boss@example.com");
  const auto principal = module_->verify(logged_in("boss@example.com").access);
  ASSERT_TRUE(principal);
  EXPECT_TRUE(principal->has_role("catalog")) << "an owner has every role";

  const auto blocking = module_->create_user_blocking({"clerk@example.com", "Clerk", "correct horse", Role::support});
  ASSERT_TRUE(blocking) << blocking.error().detail;
  const auto clerk = module_->verify(logged_in("clerk@example.com").access);
  EXPECT_TRUE(clerk->has_role("support"));
  EXPECT_FALSE(clerk->has_role("catalog"));
  const auto twice = module_->create_user_blocking({"clerk@example.com", "Clerk", "correct horse", Role::support});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::email_taken);
  EXPECT_EQ(runner_->run(module_->api().find_user(context, UserId{})).error().code, ErrorCode::not_found);
}

TEST_F(UserServiceTest, CountsWhatItDoes) {
  const auto tokens = registered_and_logged_in();
  EXPECT_EQ(login("mina@example.com", "wrong password").status, 401);
  EXPECT_EQ(me(tokens.access).status, 200);
  EXPECT_EQ(me(tokens.access).status, 200);
  EXPECT_EQ(refresh(tokens.refresh).status, 200);
  EXPECT_EQ(refresh(tokens.refresh).status, 401);
  const std::string metrics = metrics_->render();
  for (const char* line :
       {"jangteo_registrations_total 1\n", "jangteo_logins_total{outcome=\"good\"} 1\n",
        "jangteo_logins_total{outcome=\"refused\"} 1\n", "jangteo_token_cache_lookups_total{outcome=\"hit\"} 1\n",
        "jangteo_token_cache_lookups_total{outcome=\"miss\"} 1\n",
        "jangteo_session_refreshes_total{outcome=\"good\"} 1\n",
        "jangteo_session_refreshes_total{outcome=\"reused\"} 1\n", "jangteo_revoked_sessions 1\n",
        "jangteo_password_hash_queue 0\n"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line << metrics;
  }
}

}  // namespace
}  // namespace jangteo
