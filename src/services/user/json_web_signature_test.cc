#include "services/user/json_web_signature.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace jangteo {
namespace {

// RFC 7515 appendix A.1-A.3 and RFC 8037 appendix A: all with the payload "iss": "joe" but the last.
constexpr std::string_view kJoe = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
constexpr std::string_view kJoeEncoded =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

struct Vector {
  const char* name;
  std::string jwk;
  std::string token;
  std::string_view payload;
};

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = {
      {"HS256 (RFC 7515 A.1)",
       R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
       "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kJoeEncoded) +
           ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
       kJoe},
      {"RS256 (RFC 7515 A.2)",
       R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0)"
       R"(Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9)"
       R"(e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaG)"
       R"(Nj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
       "eyJhbGciOiJSUzI1NiJ9." + std::string(kJoeEncoded) +
           ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
           "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc"
           "OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm"
           "tVrBp0igcN_IoypGlUPQGe77Rw",
       kJoe},
      {"ES256 (RFC 7515 A.3)",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
       R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9." + std::string(kJoeEncoded) +
           ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
       kJoe},
      {"EdDSA (RFC 8037 A.4)", R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
       ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
       "Example of Ed25519 signing"},
  };
  return all;
}

std::vector<JsonWebKey> keys_of(const std::string& jwk) {
  auto keys = parse_json_web_keys("{\"keys\":[" + jwk + "]}");
  EXPECT_TRUE(keys) << keys.error().detail;
  return std::move(*keys);
}

// Rows: 6
TEST(JsonWebSignature, VerifiesTheExamplesOfItsStandards) {
  for (const auto& vector : vectors()) {
    const auto keys = keys_of(vector.jwk);
    const auto verified = verify_compact(vector.token, keys);
    ASSERT_TRUE(verified) << vector.name << ": " << verified.error().detail;
    EXPECT_EQ(verified->payload, vector.payload) << vector.name;
    EXPECT_EQ(verified->key, &keys[0]);
  }
}

TEST(JsonWebSignature, RefusesEveryChangedCharacterOfThem) {
  for (const auto& vector : vectors()) {
    const auto keys = keys_of(vector.jwk);
    for (std::size_t i = 0; i < vector.token.size(); ++i) {
      std::string changed = vector.token;
      changed[i] = changed[i] == 'A' ? 'Q' : 'A';
      EXPECT_FALSE(verify_compact(changed, keys)) << vector.name << " at " << i;
    }
  }
}

TEST(JsonWebSignature, RefusesTheTokenOfOneAlgorithmWithTheKeyOfAnother) {
  for (const auto& vector : vectors()) {
    for (const auto& other : vectors()) {
      if (vector.name == other.name) continue;
      EXPECT_FALSE(verify_compact(vector.token, keys_of(other.jwk))) << vector.name << " by " << other.name;
    }
  }
}

// Rows: 6
TEST(JsonWebSignature, LetsNoTokenChooseItsAlgorithm) {
  const SigningKey signer(std::string(32, 's'));
  std::vector<JsonWebKey> keys;
  keys.push_back(JsonWebKey::ed25519(signer.public_key(), ""));
  const std::string payload = to_base64url("{}");
  for (const std::string header : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})", R"({"alg":null})", "{}",
                                   R"({"alg":["EdDSA"]})", R"({"alg":"eddsa"})", R"({"alg":"HS256"})", "[]", "null"}) {
    const std::string message = to_base64url(header) + "." + payload;
    EXPECT_FALSE(verify_compact(message + ".", keys)) << header;
    EXPECT_FALSE(verify_compact(message + "." + to_base64url(signer.sign(message)), keys)) << header;
  }
  // The classic: the public key's bytes taken as an HMAC secret.
  const auto as_secret = keys_of(R"({"kty":"oct","k":")" + to_base64url(signer.public_key()) + "\"}");
  EXPECT_FALSE(verify_compact(signer.sign_compact("{}"), as_secret));
}

TEST(JsonWebSignature, RefusesExtensionsThatItDoesNotKnow) {
  const SigningKey signer(std::string(32, 's'));
  std::vector<JsonWebKey> keys;
  keys.push_back(JsonWebKey::ed25519(signer.public_key(), ""));
  const auto signed_with = [&](const std::string& header) {
    const std::string message = to_base64url(header) + "." + to_base64url("{}");
    return message + "." + to_base64url(signer.sign(message));
  };
  EXPECT_TRUE(verify_compact(signed_with(R"({"alg":"EdDSA"})"), keys));
  EXPECT_FALSE(verify_compact(signed_with(R"({"alg":"EdDSA","crit":["b64"],"b64":false})"), keys));
  EXPECT_FALSE(verify_compact(signed_with(R"({"alg":"EdDSA","kid":7})"), keys));
  EXPECT_FALSE(verify_compact(signed_with(R"({"alg":"EdDSA","kid":"other"})"), keys));
  EXPECT_FALSE(verify_compact(signed_with(R"({"alg":"EdDSA","alg":"none"})"), keys)) << "two members of one name";
}

TEST(JsonWebSignature, RefusesWhatHasNotThreeParts) {
  const auto keys = keys_of(vectors()[3].jwk);
  const std::string& token = vectors()[3].token;
  for (const std::string& bad : {std::string(), std::string("."), std::string(".."), std::string("..."), token + ".",
                                 token + ".x", "." + token, token + "=", token.substr(0, token.rfind('.'))}) {
    EXPECT_FALSE(verify_compact(bad, keys)) << bad;
  }
}

TEST(JsonWebSignature, RefusesTheForgedSignatureOfZeroes) {
  // r = s = 0 passed in implementations that forgot the range check (CVE-2022-21449).
  const auto keys = keys_of(vectors()[2].jwk);
  const std::string message = vectors()[2].token.substr(0, vectors()[2].token.rfind('.'));
  EXPECT_FALSE(verify_compact(message + "." + to_base64url(std::string(64, '\0')), keys));
}

TEST(SigningKey, SignsTheExampleOfRfc8037) {
  const SigningKey key(*from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
  EXPECT_EQ(to_base64url(key.public_key()), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  EXPECT_EQ(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k") << "appendix A.3";
  EXPECT_EQ(to_base64url(key.sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST(JsonWebKey, RefusesWeakAndBrokenKeysAndSaysWhy) {
  const std::string ec = R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)";
  const std::vector<std::pair<std::string, std::string>> bad = {
      {R"({"kty":"oct","k":"c2hvcnQ"})", "32 bytes"},
      {R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAk","e":"AQAB"})", "2048"},
      {R"({"kty":"RSA","e":"AQAB"})", "2048"},
      {"{" + ec + R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1"})", "x"},
      {"{" + ec + R"("y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})", "no point"},
      {R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})", "P-256"},
      {R"({"kty":"OKP","crv":"Ed448","x":"AA"})", "Ed25519"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"AA"})", "32 bytes"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"HS256"})", "alg"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"enc"})", "use"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":7})", "kid"},
      {R"({"kty":"dsa"})", "kty"},
      {"7", "kty"},
  };
  for (const auto& [jwk, why] : bad) {
    const auto keys = parse_json_web_keys("{\"keys\":[" + jwk + "]}");
    ASSERT_FALSE(keys) << jwk;
    EXPECT_NE(keys.error().detail.find("keys[0]"), std::string::npos) << keys.error().detail;
    EXPECT_NE(keys.error().detail.find(why), std::string::npos) << keys.error().detail;
  }
  for (const std::string_view text : {"", "{}", R"({"keys":{}})", R"({"keys":[]})"}) {
    EXPECT_FALSE(parse_json_web_keys(text)) << text;
  }
  const std::string& good = vectors()[3].jwk;
  EXPECT_FALSE(parse_json_web_keys("{\"keys\":[" + good + "," + good + "]}")) << "two keys of one id";
}

}  // namespace
}  // namespace jangteo
