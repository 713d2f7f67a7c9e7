#include "services/user/access_tokens.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

namespace {

constexpr std::size_t kRolesMax = 16;
constexpr std::int64_t kSecondsMax = 253402300799;  // the year 9999: no overflow in milliseconds
constexpr std::size_t kSessionBytesMax = 64;

std::unexpected<Error> refused(const char* why) { return fail(ErrorCode::unauthorized, why); }

// RFC 7519 "NumericDate": seconds, possibly with a fraction. Empty when it is anything else.
std::optional<Timestamp> read_date(const boost::json::value& value) {
  double seconds = 0;
  if (value.is_int64()) {
    seconds = static_cast<double>(value.get_int64());
  } else if (value.is_double()) {
    seconds = value.get_double();
  } else {
    return {};
  }
  if (!(seconds >= 0 && seconds <= static_cast<double>(kSecondsMax))) return {};
  return Timestamp{static_cast<std::int64_t>(seconds * 1000)};
}

bool names_audience(const boost::json::value* value, const std::string& audience) {
  if (value == nullptr) return false;
  if (value->is_string()) return std::string_view(value->get_string()) == audience;
  if (!value->is_array()) return false;
  const auto& list = value->get_array();
  return std::any_of(list.begin(), list.end(), [&](const boost::json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == audience;
  });
}

Result<std::vector<std::string>> read_roles(const boost::json::value* value) {
  std::vector<std::string> roles;
  if (value == nullptr) return roles;
  if (!value->is_array() || value->get_array().size() > kRolesMax) return refused("the token's roles are no list");
  for (const auto& one : value->get_array()) {
    const auto role = one.is_string() ? parse_role(std::string_view(one.get_string())) : std::nullopt;
    if (role) roles.emplace_back(to_string(*role));  // a role that is not ours gives nothing
  }
  return roles;
}

}  // namespace

AccessTokens::AccessTokens(SigningKey key, std::vector<JsonWebKey> outside_keys, std::string issuer, Millis lifetime)
    : key_(std::move(key)), issuer_(std::move(issuer)), lifetime_(lifetime) {
  keys_.push_back(JsonWebKey::ed25519(key_.public_key(), issuer_));
  for (auto& outside : outside_keys) keys_.push_back(std::move(outside));
  JsonWriter(key_set_)
      .begin_object()
      .key("keys")
      .begin_array()
      .begin_object()
      .field("kty", "OKP")
      .field("crv", "Ed25519")
      .field("x", to_base64url(key_.public_key()))
      .field("kid", key_.id())
      .field("alg", "EdDSA")
      .field("use", "sig")
      .end_object()
      .end_array()
      .end_object();
}

std::string AccessTokens::issue(UserId user, Role role, SessionId session, Timestamp now) const {
  std::string claims;
  JsonWriter(claims)
      .begin_object()
      .field("iss", issuer_)
      .field("sub", std::string_view(user.text()))
      .key("roles")
      .begin_array()
      .value(to_string(role))
      .end_array()
      .field("sid", std::string_view(session.text()))
      .field("iat", now.ms / 1000)
      .field("exp", (now + lifetime_).ms / 1000)
      .end_object();
  return key_.sign_compact(claims);
}

Result<VerifiedToken> AccessTokens::verify(std::string_view token, Timestamp now) const {
  if (token.size() > kTokenBytesMax) return refused("the token is too long");
  const auto verified = verify_compact(token, keys_);
  JT_TRY(verified);
  const auto claims = parse_json(verified->payload);
  if (!claims || !claims->is_object()) return refused("the token's claims are not a JSON object");
  const auto text = [&claims](std::string_view name) -> std::string_view {
    const auto* member = json_member(*claims, name);
    return member != nullptr && member->is_string() ? std::string_view(member->get_string()) : std::string_view();
  };

  const auto* expiry = json_member(*claims, "exp");
  const auto expires_at = expiry == nullptr ? std::nullopt : read_date(*expiry);
  if (!expires_at) return refused("the token has no expiry");
  if (now >= *expires_at + kLeeway) return refused("the token has expired");
  if (const auto* start = json_member(*claims, "nbf"); start != nullptr) {
    const auto not_before = read_date(*start);
    if (!not_before || now + kLeeway < *not_before) return refused("the token is not valid yet");
  }
  const JsonWebKey& key = *verified->key;
  if (!key.issuer().empty() && text("iss") != key.issuer()) return refused("the token's issuer is not that of its key");
  if (!key.audience().empty() && !names_audience(json_member(*claims, "aud"), key.audience())) {
    return refused("the token is for another audience");
  }
  const auto user = UserId::parse(text("sub"));
  if (!user) return refused("the token's subject is no user id");
  if (text("sid").size() > kSessionBytesMax) return refused("the token's session id is too long");
  auto roles = read_roles(json_member(*claims, "roles"));
  JT_TRY(roles);

  VerifiedToken out;
  out.principal.user = *user;
  out.principal.roles = std::move(*roles);
  out.principal.session = text("sid");
  out.good_until = *expires_at + kLeeway;
  return out;
}

}  // namespace jangteo
