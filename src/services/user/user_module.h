// The user service put together. open() makes or reads its keys (DATA/keys/access.key), applies its schema and learns
// which sessions have ended; then routes() and authenticate() may be used from every loop. It runs nothing of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/filter.h"
#include "net/router.h"
#include "ports/sql_database.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "services/user/user_api.h"
#include "services/user/user_settings.h"

namespace jangteo {

struct UserDependencies {  // not owned; outlive the module
  SqlDatabase& database;
  BlockingPool& pool;  // for password hashing: each of its threads may use settings.password_cost.memory_kib
  Clock& clock;
  MetricsRegistry& metrics;
  std::string data_directory;
  UserSettings settings;
};

class UserModule {
 public:
  explicit UserModule(UserDependencies dependencies);
  ~UserModule();

  Status open();  // blocking, once

  std::vector<Route> routes();
  Authenticate authenticate();                       // for the authentication filter
  Result<Principal> verify(std::string_view token);  // an access token that came another way
  UserApi& api();
  Result<User> create_user_blocking(NewUser wanted);  // for the command line

 private:
  struct Rooms;
  UserDependencies dependencies_;
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace jangteo
