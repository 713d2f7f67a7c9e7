#include "services/user/user_routes.h"

#include "base/json.h"
#include "net/etag.h"
#include "net/json_body.h"
#include "net/problem.h"
#include "services/user/session_cookies.h"

namespace jangteo {

std::vector<Route> UserRoutes::table() {
  using enum HttpMethod;
  using enum Access;
  constexpr std::size_t kBodyBytesMax = 16 << 10;
  const auto to = [this](Task<HttpResponse> (UserRoutes::*handler)(HttpRequest*)) {
    return [this, handler](HttpRequest* request) { return (this->*handler)(request); };
  };
  // clang-format off
  return {
      {post,    "/api/users",             "createUser",       everyone, RateClass::login, to(&UserRoutes::create_user),       {}, kBodyBytesMax},
      {get,     "/api/users/me",          "getMe",            user,     RateClass::read,  to(&UserRoutes::get_me),            {}, kBodyBytesMax},
      {patch,   "/api/users/me",          "updateMe",         user,     RateClass::write, to(&UserRoutes::update_me),         {}, kBodyBytesMax},
      {delete_, "/api/users/me",          "deleteMe",         user,     RateClass::write, to(&UserRoutes::delete_me),         {}, kBodyBytesMax},
      {post,    "/api/auth/login",        "login",            everyone, RateClass::login, to(&UserRoutes::login),             {}, kBodyBytesMax},
      {post,    "/api/auth/refresh",      "refreshSession",   everyone, RateClass::write, to(&UserRoutes::refresh),           {}, kBodyBytesMax},
      {post,    "/api/auth/logout",       "logout",           everyone, RateClass::write, to(&UserRoutes::logout),            {}, kBodyBytesMax},
      {post,    "/api/auth/logout-all",   "logoutEverywhere", user,     RateClass::write, to(&UserRoutes::logout_everywhere), {}, kBodyBytesMax},
      {get,     "/.well-known/jwks.json", "getKeySet",        everyone, RateClass::read,  to(&UserRoutes::get_key_set),       {}, kBodyBytesMax},
  };
  // clang-format on
}

namespace {

// Longer than every rule allows: the rules themselves are the service's.
constexpr TextLimits kAnyText{0, 1000};

HttpResponse user_answer(int status, const User& user) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("id", std::string_view(user.id.text()))
      .field("email", user.email)
      .field("name", user.name)
      .key("roles")
      .begin_array()
      .value(to_string(user.role))
      .end_array()
      .field("createdAt", user.created_at)
      .end_object();
  auto response = HttpResponse::json(status, std::move(body));
  response.with("ETag", etag_of_version(user.version));
  response.with("Cache-Control", "no-store");
  return response;
}

HttpResponse no_content() {
  HttpResponse response;
  response.status = 204;
  return response;
}

Error cross_origin() { return {ErrorCode::forbidden, "the request comes from a page of another origin", {}, 0, {}}; }

// What a session ends with or goes on with: the body's token, else the cookie's.
struct PresentedToken {
  std::string token;
  bool from_cookie = false;
};

Result<PresentedToken> read_refresh_token(const HttpRequest& request) {
  PresentedToken presented;
  if (!request.body.empty()) {
    auto body = BodyReader::parse(request);
    if (!body) return fail(std::move(body).error());
    presented.token = body->optional_text("refreshToken", kAnyText).value_or("");
    JT_TRY(body->finish());
  }
  if (!presented.token.empty()) return presented;
  presented.token = request_cookie(request, kRefreshCookie);
  presented.from_cookie = !presented.token.empty();
  if (presented.from_cookie && is_cross_origin(request)) return fail(cross_origin());
  return presented;
}

}  // namespace

HttpResponse UserRoutes::session_opened(const SessionTokens& tokens, bool in_cookies) const {
  const std::int64_t expires_in_s = settings_.access_lifetime.count() / 1000;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (in_cookies) {
    json.field("session", "cookie").field("expiresIn", expires_in_s);
  } else {
    json.field("accessToken", tokens.access_token)
        .field("refreshToken", tokens.refresh_token)
        .field("tokenType", "Bearer")
        .field("expiresIn", expires_in_s);
  }
  json.end_object();
  auto response = HttpResponse::json(200, std::move(body));
  response.with("Cache-Control", "no-store");
  if (in_cookies) {
    const CookieLifetimes lifetimes{settings_.access_lifetime, settings_.refresh_lifetime};
    set_session_cookies(response, tokens.access_token, tokens.refresh_token, lifetimes, settings_.cookie_secure);
  }
  return response;
}

Task<HttpResponse> UserRoutes::create_user(HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  NewUser wanted;
  wanted.email = body->text("email", kAnyText);
  wanted.password = body->text("password", kAnyText);
  wanted.name = body->text("name", kAnyText);
  if (const auto status = body->finish(); !status) co_return problem(status.error(), *request);
  const auto created = co_await service_.create_user(request->call, std::move(wanted));
  if (!created) co_return problem(created.error(), *request);
  co_return user_answer(201, *created);
}

Task<HttpResponse> UserRoutes::login(HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  LoginAttempt attempt{body->text("email", kAnyText), body->text("password", kAnyText), request->peer_address};
  const std::string session = body->optional_text("session", kAnyText).value_or("tokens");
  if (session != "tokens" && session != "cookie") body->refuse("session", "is neither tokens nor cookie");
  if (const auto status = body->finish(); !status) co_return problem(status.error(), *request);
  const bool in_cookies = session == "cookie";
  if (in_cookies && is_cross_origin(*request)) co_return problem(cross_origin(), *request);
  const auto opened = co_await service_.login(request->call, std::move(attempt));
  if (!opened) co_return problem(opened.error(), *request);
  co_return session_opened(*opened, in_cookies);
}

Task<HttpResponse> UserRoutes::refresh(HttpRequest* request) {
  auto presented = read_refresh_token(*request);
  if (!presented) co_return problem(presented.error(), *request);
  if (presented->token.empty()) {
    co_return problem(fail_field("refreshToken", "is required").error(), *request);
  }
  const auto opened = co_await service_.refresh(request->call, std::move(presented->token));
  if (opened) co_return session_opened(*opened, presented->from_cookie);
  HttpResponse refused = problem(opened.error(), *request);
  if (presented->from_cookie && opened.error().code == ErrorCode::unauthorized) {
    clear_session_cookies(refused, settings_.cookie_secure);
  }
  co_return refused;
}

Task<HttpResponse> UserRoutes::logout(HttpRequest* request) {
  auto presented = read_refresh_token(*request);
  if (!presented) co_return problem(presented.error(), *request);
  const auto ended = co_await service_.logout(request->call, request->principal.session, std::move(presented->token));
  if (!ended) co_return problem(ended.error(), *request);
  HttpResponse response = no_content();
  if (!request->header("Cookie").empty()) clear_session_cookies(response, settings_.cookie_secure);
  co_return response;
}

Task<HttpResponse> UserRoutes::logout_everywhere(HttpRequest* request) {
  const auto ended = co_await service_.logout_everywhere(request->call, request->principal.user);
  if (!ended) co_return problem(ended.error(), *request);
  HttpResponse response = no_content();
  if (!request->header("Cookie").empty()) clear_session_cookies(response, settings_.cookie_secure);
  co_return response;
}

Task<HttpResponse> UserRoutes::get_me(HttpRequest* request) {
  const auto found = co_await service_.find_user(request->call, request->principal.user);
  if (!found) co_return problem(found.error(), *request);
  HttpResponse response = user_answer(200, *found);
  if (is_not_modified(*request, etag_of_version(found->version))) {
    response.status = 304;
    response.body.clear();
  }
  co_return response;
}

Task<HttpResponse> UserRoutes::update_me(HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  std::string name = body->text("name", kAnyText);
  if (const auto status = body->finish(); !status) co_return problem(status.error(), *request);
  UserService::VersionCheck wanted = [request](std::int64_t version) {
    return is_wanted_version(*request, etag_of_version(version));
  };
  const auto changed =
      co_await service_.rename(request->call, request->principal.user, std::move(name), std::move(wanted));
  if (!changed) co_return problem(changed.error(), *request);
  co_return user_answer(200, *changed);
}

Task<HttpResponse> UserRoutes::delete_me(HttpRequest* request) {
  const auto deleted = co_await service_.delete_user(request->call, request->principal.user);
  if (!deleted) co_return problem(deleted.error(), *request);
  HttpResponse response = no_content();
  if (!request->header("Cookie").empty()) clear_session_cookies(response, settings_.cookie_secure);
  co_return response;
}

Task<HttpResponse> UserRoutes::get_key_set(HttpRequest*) {
  auto response = HttpResponse::json(200, tokens_.key_set());
  response.with("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace jangteo
