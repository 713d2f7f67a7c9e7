#include "net/etag.h"

#include <gtest/gtest.h>

namespace jangteo {

TEST(Etag, IsTheSameForTheSameBytesOnly) {
  EXPECT_EQ(etag_of_bytes("a"), etag_of_bytes("a"));
  EXPECT_NE(etag_of_bytes("a"), etag_of_bytes("b"));
  EXPECT_EQ(etag_of_bytes("a").size(), 20u);
  EXPECT_EQ(etag_of_version(7), "\"v-7\"");
}

TEST(Etag, IsFoundInLists) {
  EXPECT_TRUE(if_none_match_holds("\"v-7\"", "\"v-7\""));
  EXPECT_TRUE(if_none_match_holds("\"v-1\", W/\"v-7\"", "\"v-7\""));
  EXPECT_TRUE(if_none_match_holds("\"a,b\",\"v-7\"", "\"v-7\""));
  EXPECT_TRUE(if_none_match_holds(" * ", "\"v-7\""));
  EXPECT_FALSE(if_none_match_holds("\"v-77\"", "\"v-7\""));
  EXPECT_FALSE(if_none_match_holds("v-7", "\"v-7\""));
  EXPECT_FALSE(if_none_match_holds("\"v-7", "\"v-7\""));
  EXPECT_FALSE(if_none_match_holds("W/", "\"v-7\""));
}

TEST(Etag, ComparesStronglyForChanges) {
  EXPECT_TRUE(if_match_holds("\"v-7\"", "\"v-7\""));
  EXPECT_FALSE(if_match_holds("W/\"v-7\"", "\"v-7\""));
}

TEST(Etag, LeavesRequestsWithoutConditionsAlone) {
  HttpRequest request;
  EXPECT_FALSE(is_not_modified(request, "\"v-7\""));
  EXPECT_TRUE(is_wanted_version(request, "\"v-7\""));
  request.add_header("if-none-match", "\"v-7\"");
  EXPECT_TRUE(is_not_modified(request, "\"v-7\""));
  request.method = HttpMethod::post;
  EXPECT_FALSE(is_not_modified(request, "\"v-7\""));
  request.add_header("if-match", "\"v-6\"");
  EXPECT_FALSE(is_wanted_version(request, "\"v-7\""));
}

}  // namespace jangteo
