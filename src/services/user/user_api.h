// The door of the user service: what other services and the app may know of it. Accounts with one role each, and
// sessions (one per login, a family of refresh tokens). This service emits no events so far.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/call.h"
#include "runtime/task.h"
#include "services/user/domain/role.h"

namespace jangteo {

struct User {
  UserId id;
  std::string email;  // normalised; empty once the account is deleted
  std::string name;
  Role role = Role::customer;
  Timestamp created_at;
  std::int64_t version = 1;  // counts changes; the ETag
};

struct NewUser {
  std::string email;
  std::string name;
  std::string password;
  Role role = Role::customer;
};

class UserApi {
 public:
  virtual ~UserApi() = default;
  // Durable when resumed. `invalid` names the fields, `email_taken`, `unavailable` when too much hashing waits.
  virtual Task<Result<User>> create_user(Call call, NewUser wanted) = 0;
  // `not_found` for unknown and for deleted accounts.
  virtual Task<Result<User>> find_user(Call call, UserId id) = 0;
};

}  // namespace jangteo
