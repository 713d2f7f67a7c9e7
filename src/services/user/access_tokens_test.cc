#include "services/user/access_tokens.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};
constexpr Millis kLifetime{600'000};
const UserId kUser = *UserId::parse("usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab");
const SessionId kSession = *SessionId::parse("ses_0192f3c0-7a1b-7c3d-9e4f-0123456789ac");

SigningKey own_key() { return SigningKey(std::string(32, 'k')); }
AccessTokens plain_tokens() { return AccessTokens(own_key(), {}, "jangteo", kLifetime); }

std::string claims(const std::string& change = "") {
  return R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":1800000600)" + change + "}";
}

TEST(AccessTokens, ReadsBackWhatItIssued) {
  const auto tokens = plain_tokens();
  const auto verified = tokens.verify(tokens.issue(kUser, Role::catalog, kSession, kNow), kNow);
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->principal.user, kUser);
  EXPECT_EQ(verified->principal.roles, std::vector<std::string>{"catalog"});
  EXPECT_EQ(verified->principal.session, kSession.str());
  EXPECT_EQ(verified->good_until, kNow + kLifetime + AccessTokens::kLeeway);
}

TEST(AccessTokens, CarriesTheDocumentedClaims) {
  const std::string token = plain_tokens().issue(kUser, Role::owner, kSession, kNow);
  const auto first = token.find('.');
  EXPECT_EQ(*from_base64url(token.substr(0, first)),
            R"({"alg":"EdDSA","kid":")" + own_key().id() + R"(","typ":"JWT"})");
  EXPECT_EQ(*from_base64url(token.substr(first + 1, token.rfind('.') - first - 1)),
            R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","roles":["owner"],)"
            R"("sid":"ses_0192f3c0-7a1b-7c3d-9e4f-0123456789ac","iat":1800000000,"exp":1800000600})");
}

TEST(AccessTokens, EndsATokenAfterItsExpiryAndTheLeeway) {
  const auto tokens = plain_tokens();
  const std::string token = tokens.issue(kUser, Role::customer, kSession, kNow);
  EXPECT_TRUE(tokens.verify(token, kNow + kLifetime + Millis{29'999}));
  EXPECT_FALSE(tokens.verify(token, kNow + kLifetime + Millis{30'000}));
  EXPECT_FALSE(tokens.verify(token, Timestamp{INT64_MAX}));
}

TEST(AccessTokens, WaitsForNotBeforeWithTheLeeway) {
  const auto tokens = plain_tokens();
  const std::string token = own_key().sign_compact(claims(R"(,"nbf":1800000100)"));
  EXPECT_FALSE(tokens.verify(token, kNow + Millis{69'999}));
  EXPECT_TRUE(tokens.verify(token, kNow + Millis{70'000}));
}

TEST(AccessTokens, RefusesClaimsThatAreMissingOrOfAWrongKind) {
  const auto tokens = plain_tokens();
  ASSERT_TRUE(tokens.verify(own_key().sign_compact(claims()), kNow));
  for (const std::string& bad :
       {std::string("{}"), std::string("[]"), std::string("not json"), std::string(),
        std::string(R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab"})"),
        std::string(R"({"iss":"jangteo","exp":1800000600})"),
        std::string(R"({"iss":"jangteo","sub":"ord_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":1800000600})"),
        std::string(R"({"iss":"other","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":1800000600})"),
        std::string(R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":"1800000600"})"),
        std::string(R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":1e300})"),
        std::string(R"({"iss":"jangteo","sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":-1})"),
        claims(R"(,"nbf":"soon")"), claims(R"(,"nbf":9223372036854775807)"), claims(R"(,"roles":"owner")"),
        claims(R"(,"sid":")" + std::string(65, 's') + "\"")}) {
    const auto verified = tokens.verify(own_key().sign_compact(bad), kNow);
    ASSERT_FALSE(verified) << bad;
    EXPECT_EQ(verified.error().code, ErrorCode::unauthorized);
  }
}

TEST(AccessTokens, GivesNothingForRolesThatAreNotOurs) {
  const auto verified =
      plain_tokens().verify(own_key().sign_compact(claims(R"(,"roles":["root","support",7,"OWNER"])")), kNow);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->principal.roles, std::vector<std::string>{"support"});
}

TEST(AccessTokens, RefusesTokensThatAreTooLongBeforeReadingThem) {
  const std::string token = own_key().sign_compact(claims(R"(,"padding":")" + std::string(4096, 'x') + "\""));
  EXPECT_FALSE(plain_tokens().verify(token, kNow));
  EXPECT_FALSE(plain_tokens().verify(std::string(10'000'000, '.'), kNow));
}

TEST(AccessTokens, RefusesTheTokenOfAnotherServer) {
  const AccessTokens other(SigningKey(std::string(32, 'o')), {}, "jangteo", kLifetime);
  EXPECT_FALSE(plain_tokens().verify(other.issue(kUser, Role::owner, kSession, kNow), kNow));
}

TEST(AccessTokens, AcceptsAnOutsideKeyThatFitsItsIssuerAndAudience) {
  const SigningKey outside(std::string(32, 'x'));
  auto keys =
      parse_json_web_keys(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":")" + outside.id() + R"(","x":")" +
                          to_base64url(outside.public_key()) + R"(","iss":"https://id.example","aud":"shop"}]})");
  ASSERT_TRUE(keys) << keys.error().detail;
  const AccessTokens tokens(own_key(), std::move(*keys), "jangteo", kLifetime);
  const auto with = [&](const std::string& members) {
    return tokens.verify(
        outside.sign_compact(R"({"sub":"usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab","exp":1800000600.5)" + members + "}"),
        kNow);
  };
  const auto good = with(R"(,"iss":"https://id.example","aud":["other","shop"],"roles":["support"])");
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(good->principal.roles, std::vector<std::string>{"support"});
  EXPECT_TRUE(with(R"(,"iss":"https://id.example","aud":"shop")"));
  EXPECT_FALSE(with(R"(,"iss":"https://id.example","aud":"shops")"));
  EXPECT_FALSE(with(R"(,"iss":"https://id.example")"));
  EXPECT_FALSE(with(R"(,"iss":"jangteo","aud":"shop")")) << "an outside key does not speak as this server";
  EXPECT_TRUE(tokens.verify(tokens.issue(kUser, Role::customer, kSession, kNow), kNow)) << "the own key stays good";
}

TEST(AccessTokens, PublishesItsPublicKeyOnly) {
  const auto tokens = plain_tokens();
  const auto keys = parse_json_web_keys(tokens.key_set());
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ((*keys)[0].id(), own_key().id());
  EXPECT_TRUE(verify_compact(tokens.issue(kUser, Role::customer, kSession, kNow), *keys));
  EXPECT_EQ(tokens.key_set().find("\"d\""), std::string::npos);
}

}  // namespace
}  // namespace jangteo
