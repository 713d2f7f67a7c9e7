// HTTP of accounts and sessions: reads requests, calls the service, renders answers. Tokens never enter caches
// (Cache-Control: no-store).
#pragma once

#include <vector>

#include "net/router.h"
#include "services/user/access_tokens.h"
#include "services/user/user_service.h"
#include "services/user/user_settings.h"

namespace jangteo {

class UserRoutes {
 public:
  UserRoutes(UserService& service, const AccessTokens& tokens, const UserSettings& settings)
      : service_(service), tokens_(tokens), settings_(settings) {}

  std::vector<Route> table();  // handlers call this object

 private:
  Task<HttpResponse> create_user(HttpRequest* request);
  Task<HttpResponse> login(HttpRequest* request);
  Task<HttpResponse> refresh(HttpRequest* request);
  Task<HttpResponse> logout(HttpRequest* request);
  Task<HttpResponse> logout_everywhere(HttpRequest* request);
  Task<HttpResponse> get_me(HttpRequest* request);
  Task<HttpResponse> update_me(HttpRequest* request);
  Task<HttpResponse> delete_me(HttpRequest* request);
  Task<HttpResponse> get_key_set(HttpRequest* request);

  HttpResponse session_opened(const SessionTokens& tokens, bool in_cookies) const;

  UserService& service_;
  const AccessTokens& tokens_;
  const UserSettings& settings_;
};

}  // namespace jangteo
