// A user module on SQLite in a temporary folder, asked through its route table as the server would. For tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/sqlite/sqlite_database.h"
#include "base/json.h"
#include "net/problem.h"
#include "net/router.h"
#include "services/user/user_module.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {

class UserFixture : public ::testing::Test {
 protected:
  static constexpr const char* kPassword = "correct horse";

  UserFixture() {
    settings_.password_cost = {.memory_kib = 64, .passes = 1};
    open();
  }
  ~UserFixture() override { close(); }

  // Stops and starts everything on the same folder, with the present settings_.
  void reopen() {
    close();
    open();
  }

  // One request from beginning to end: route, credentials, handler.
  Task<HttpResponse> handle(HttpRequest* request) {
    const auto match = router_->match(*request);
    EXPECT_NE(match.route, nullptr) << request->target;
    auto principal = authenticate_(*request);
    if (!principal) co_return problem(principal.error(), *request);
    request->principal = std::move(*principal);
    if (match.route->access == Access::user && !request->principal.authenticated()) {
      co_return problem({ErrorCode::unauthorized, "log in", {}, 0, {}}, *request);
    }
    co_return co_await match.route->handle(request);
  }
  static std::unique_ptr<HttpRequest> make_request(HttpMethod method, const std::string& target,
                                                   const std::string& body = "", std::vector<HttpHeader> headers = {}) {
    auto request = std::make_unique<HttpRequest>();
    request->method = method;
    request->target = target;
    request->path = request->target;
    request->body = body;
    request->headers = std::move(headers);
    request->peer_address = "192.0.2.1";
    return request;
  }
  HttpResponse ask(HttpMethod method, const std::string& target, const std::string& body = "",
                   std::vector<HttpHeader> headers = {}) {
    const auto request = make_request(method, target, body, std::move(headers));
    return runner_->run(handle(request.get()));
  }
  static std::vector<HttpHeader> bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

  HttpResponse register_user(const std::string& email, const std::string& password = kPassword) {
    return ask(HttpMethod::post, "/api/users",
               R"({"email":")" + email + R"(","password":")" + password + R"(","name":"Mina"})");
  }
  HttpResponse login(const std::string& email, const std::string& password = kPassword) {
    return ask(HttpMethod::post, "/api/auth/login", R"({"email":")" + email + R"(","password":")" + password + "\"}");
  }
  HttpResponse refresh(const std::string& token) {
    return ask(HttpMethod::post, "/api/auth/refresh", R"({"refreshToken":")" + token + "\"}");
  }
  HttpResponse me(const std::string& access_token) {
    return ask(HttpMethod::get, "/api/users/me", "", bearer(access_token));
  }

  static std::string member(const HttpResponse& response, std::string_view name) {
    const auto json = parse_json(response.body);
    const auto* value = json ? json_member(*json, name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string())) : "";
  }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  struct Tokens {
    std::string access;
    std::string refresh;
  };
  Tokens registered_and_logged_in(const std::string& email = "mina@example.com") {
    EXPECT_EQ(register_user(email).status, 201);
    return logged_in(email);
  }
  Tokens logged_in(const std::string& email = "mina@example.com") {
    const auto answer = login(email);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return {member(answer, "accessToken"), member(answer, "refreshToken")};
  }

  std::int64_t count(const char* sql) {
    std::int64_t rows = -1;
    const auto status = database_->read_blocking([&](SqlReader& reader) -> Status {
      reader.query_text(sql, {}, [&rows](const SqlRow& row) { rows = row.integer(0); });
      return {};
    });
    EXPECT_TRUE(status);
    return rows;
  }

  const TemporaryDirectory temporary_;
  const std::string directory_ = temporary_.path();
  UserSettings settings_;
  ManualClock clock_{Timestamp{1'800'000'000'000}};
  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<SqliteReadPool> readers_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<BlockingPool> pool_;
  std::unique_ptr<UserModule> module_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<TaskRunner> runner_;
  Authenticate authenticate_;

 private:
  void open() {
    metrics_ = std::make_unique<MetricsRegistry>();
    readers_ = std::make_unique<SqliteReadPool>(2, 1024);
    SqliteSettings sqlite;
    sqlite.path = directory_ + "/user.db";
    sqlite.name = "user";
    auto database = SqliteDatabase::open(sqlite, *readers_);
    ASSERT_TRUE(database) << database.error().detail;
    database_ = std::move(*database);
    pool_ = std::make_unique<BlockingPool>("hash", 2, 256);
    module_ =
        std::make_unique<UserModule>(UserDependencies{*database_, *pool_, clock_, *metrics_, directory_, settings_});
    const auto opened = module_->open();
    ASSERT_TRUE(opened) << opened.error().detail;
    authenticate_ = module_->authenticate();
    router_ = std::make_unique<Router>();
    router_->add(module_->routes());
    runner_ = std::make_unique<TaskRunner>(2);
  }
  void close() {
    runner_.reset();
    router_.reset();
    module_.reset();
    pool_.reset();
    database_.reset();
    readers_.reset();
  }
};

}  // namespace jangteo
