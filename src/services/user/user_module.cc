#include "services/user/user_module.h"

#include "base/assert.h"
#include "net/secret_file.h"
#include "runtime/file.h"
#include "services/user/access_tokens.h"
#include "services/user/authenticator.h"
#include "services/user/password_hasher.h"
#include "services/user/revoked_sessions.h"
#include "services/user/user_routes.h"
#include "services/user/user_schema.h"
#include "services/user/user_service.h"

namespace jangteo {

namespace {

constexpr std::size_t kKeySetBytesMax = 256 << 10;

Result<std::vector<JsonWebKey>> read_outside_keys(const std::string& file) {
  if (file.empty()) return std::vector<JsonWebKey>{};
  const auto text = read_file(file, kKeySetBytesMax);
  if (!text) return fail(text.error().code, "jwt.public_keys: " + text.error().detail);
  auto keys = parse_json_web_keys(*text);
  if (!keys) return fail(keys.error().code, "jwt.public_keys: " + file + ": " + keys.error().detail);
  return keys;
}

}  // namespace

struct UserModule::Rooms {
  Rooms(UserDependencies& dependencies, SigningKey key, std::vector<JsonWebKey> outside_keys)
      : hasher(dependencies.settings.password_cost),
        tokens(std::move(key), std::move(outside_keys), dependencies.settings.issuer,
               dependencies.settings.access_lifetime),
        revoked(dependencies.settings.revoked_sessions_max),
        service({dependencies.database, dependencies.pool, dependencies.clock, dependencies.metrics, hasher, tokens,
                 revoked},
                dependencies.settings),
        authenticator(tokens, revoked, dependencies.clock, dependencies.metrics,
                      dependencies.settings.verified_tokens_max),
        routes(service, tokens, dependencies.settings) {}

  PasswordHasher hasher;
  AccessTokens tokens;
  RevokedSessions revoked;
  UserService service;
  Authenticator authenticator;
  UserRoutes routes;
};

UserModule::UserModule(UserDependencies dependencies) : dependencies_(std::move(dependencies)) {}
UserModule::~UserModule() = default;

Status UserModule::open() {
  const auto seed = read_or_create_secret(dependencies_.data_directory + "/keys/access.key", SigningKey::kSeedBytes);
  JT_TRY(seed);
  auto outside_keys = read_outside_keys(dependencies_.settings.public_keys_file);
  JT_TRY(outside_keys);
  std::vector<SqlDatabase::Migration> migrations;
  for (const auto& file : user_schema()) migrations.push_back({file.path, file.bytes});
  JT_TRY(dependencies_.database.migrate("user", migrations));

  rooms_ = std::make_unique<Rooms>(dependencies_, SigningKey(*seed), std::move(*outside_keys));
  const RevokedSessions& revoked = rooms_->revoked;
  const BlockingPool& pool = dependencies_.pool;
  dependencies_.metrics.gauge_function("jangteo_revoked_sessions", "Ended sessions whose access tokens are refused", {},
                                       [&revoked] { return static_cast<double>(revoked.size()); });
  dependencies_.metrics.gauge_function("jangteo_password_hash_queue", "Password hashes that wait for a thread", {},
                                       [&pool] { return static_cast<double>(pool.queued()); });
  return rooms_->service.load();
}

std::vector<Route> UserModule::routes() {
  JT_ASSERT(rooms_ != nullptr, "the module was opened");
  return rooms_->routes.table();
}

Authenticate UserModule::authenticate() {
  JT_ASSERT(rooms_ != nullptr, "the module was opened");
  return [&authenticator = rooms_->authenticator](const HttpRequest& request) {
    return authenticator.authenticate(request);
  };
}

Result<Principal> UserModule::verify(std::string_view token) { return rooms_->authenticator.verify(token); }
UserApi& UserModule::api() { return rooms_->service; }
Result<User> UserModule::create_user_blocking(NewUser wanted) {
  return rooms_->service.create_user_blocking(std::move(wanted));
}

}  // namespace jangteo
