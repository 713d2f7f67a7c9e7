#include "app/import_server.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

TEST(ImportServer, KnowsTheAddressesOfServers) {
  const auto full = parse_server_address("http://127.0.0.1:8080/");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->host, "127.0.0.1");
  EXPECT_EQ(full->port, 8080);
  EXPECT_EQ(parse_server_address("http://shop.example")->port, 80);
  for (const char* url : {"", "shop.example", "https://shop.example", "http://", "http://:80", "http://a:0",
                          "http://a:x", "http://a:65536", "http://a/path", "http://a@b", "http://a:80x"}) {
    EXPECT_FALSE(parse_server_address(url)) << url;
  }
}

}  // namespace
}  // namespace jangteo
