#include "net/signed_token.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

const std::string kKey(32, 'k');

TEST(LinkSigner, AcceptsItsOwnTokenForTheSamePurposeAndSubjectOnly) {
  const LinkSigner signer(kKey);
  const std::string token = signer.sign("order", "ord_1");
  EXPECT_EQ(token.size(), LinkSigner::kTokenCharacters);
  EXPECT_TRUE(signer.verify("order", "ord_1", token));
  EXPECT_FALSE(signer.verify("order", "ord_2", token));
  EXPECT_FALSE(signer.verify("refund", "ord_1", token));
  EXPECT_FALSE(signer.verify("orderord_", "1", token)) << "the border between purpose and subject is signed too";
  EXPECT_FALSE(LinkSigner(std::string(32, 'x')).verify("order", "ord_1", token));
}

TEST(LinkSigner, SignsWithHmacSha256) {
  const std::string message = std::string("\x05", 1) + "order" + std::string(4, '\0') + "ord_1";
  unsigned char tag[32];
  HMAC(EVP_sha256(), kKey.data(), 32, reinterpret_cast<const unsigned char*>(message.data()), message.size(), tag,
       nullptr);
  EXPECT_EQ(LinkSigner(kKey).sign("order", "ord_1"),
            to_base64url(std::string(4, '\0') + std::string(reinterpret_cast<char*>(tag), 24)));
}

TEST(LinkSigner, RefusesEveryChangedCharacterAndForeignBytes) {
  const LinkSigner signer(kKey);
  const std::string token = signer.sign("order", "ord_1");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.verify("order", "ord_1", changed)) << i;
  }
  EXPECT_FALSE(signer.verify("order", "ord_1", ""));
  EXPECT_FALSE(signer.verify("order", "ord_1", token.substr(1)));
  EXPECT_FALSE(signer.verify("order", "ord_1", token + "A"));
  EXPECT_FALSE(signer.verify("order", "ord_1", std::string(38, '\xff')));
  EXPECT_FALSE(signer.verify("order", "ord_1", std::string(100000, 'A')));
}

TEST(LinkSigner, EndsATokenWithAnExpiryThatCannotBeChanged) {
  const LinkSigner signer(kKey);
  const Timestamp expires{1'800'000'000'000};
  const std::string token = signer.sign("reset", "usr_1", expires);
  EXPECT_TRUE(signer.verify("reset", "usr_1", token, expires - Millis{1000}));
  EXPECT_FALSE(signer.verify("reset", "usr_1", token, expires));
  EXPECT_FALSE(signer.verify("reset", "usr_1", token)) << "who gives no time gets no token with an expiry";
  const std::string later = signer.sign("reset", "usr_1", expires + Millis{1000});
  auto forged = *from_base64url(token);
  forged.replace(0, 4, from_base64url(later)->substr(0, 4));
  EXPECT_FALSE(signer.verify("reset", "usr_1", to_base64url(forged), expires));
}

TEST(LinkSigner, KeepsItsKeyInTheDataDirectory) {
  const TemporaryDirectory data;
  const auto first = LinkSigner::open(data.path());
  ASSERT_TRUE(first) << first.error().detail;
  const std::string token = first->sign("order", "ord_1");
  const auto second = LinkSigner::open(data.path());
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_TRUE(second->verify("order", "ord_1", token));

  struct stat about{};
  ASSERT_EQ(::stat((data.path() + "/keys/link.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const TemporaryDirectory other;
  EXPECT_FALSE(LinkSigner::open(other.path())->verify("order", "ord_1", token));
}

TEST(LinkSigner, RefusesADamagedKeyInsteadOfReplacingIt) {
  const TemporaryDirectory data;
  std::filesystem::create_directory(data.path() + "/keys");
  std::ofstream(data.path() + "/keys/link.key") << "short";
  const auto opened = LinkSigner::open(data.path());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("keys/link.key"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(data.path() + "/keys/link.key"), 5U);
}

TEST(LinkSigner, TakesAwayTheRightsOfOthersOnItsKey) {
  const TemporaryDirectory data;
  ASSERT_TRUE(LinkSigner::open(data.path()));
  const std::string key = data.path() + "/keys/link.key";
  ASSERT_EQ(::chmod(key.c_str(), 0644), 0);
  ASSERT_TRUE(LinkSigner::open(data.path()));
  struct stat about{};
  ASSERT_EQ(::stat(key.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
}

TEST(LinkSigner, NamesTheDirectoryThatItCannotMake) {
  const auto opened = LinkSigner::open("/proc/no-such-directory");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("/proc/no-such-directory"), std::string::npos);
}

}  // namespace
}  // namespace jangteo
