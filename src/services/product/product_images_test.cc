#include "services/product/product_images.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/file.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n") + "pixels";
const std::string kSvg = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

TEST(ProductImages, KnowsPicturesByTheirFirstBytes) {
  EXPECT_EQ(ProductImages::type_of(kPng), "png");
  EXPECT_EQ(ProductImages::type_of("RIFF....WEBPVP8 "), "webp");
  EXPECT_EQ(ProductImages::type_of("\xff\xd8\xff\xe0"), "jpg");
  EXPECT_EQ(ProductImages::type_of(kSvg), "svg");
  EXPECT_EQ(ProductImages::type_of("\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a -->\n" + kSvg), "svg");
  for (const char* other : {"", "GIF89a", "<html><svg/></html>", "<script>", "RIFF....WAVE", "text <svg"}) {
    EXPECT_EQ(ProductImages::type_of(other), "") << other;
  }
}

TEST(ProductImages, KnowsItsNames) {
  const std::string digits(64, 'a');
  EXPECT_TRUE(ProductImages::is_name(digits + ".webp"));
  EXPECT_EQ(ProductImages::media_type(digits + ".svg"), "image/svg+xml");
  for (const std::string& name : {digits, digits + ".", digits + ".gif", "../" + digits + ".png", digits + "/.png",
                                  std::string(64, 'A') + ".png", digits.substr(1) + ".png"}) {
    EXPECT_FALSE(ProductImages::is_name(name)) << name;
  }
}

TEST(ProductImages, StoresOncePerContentAndReadsItBack) {
  TemporaryDirectory directory;
  BlockingPool pool("test", 1, 10);
  TaskRunner runner;
  ProductImages images(directory.file("images"), 1 << 20);
  const auto path = runner.run(images.store(&pool, kPng));
  ASSERT_TRUE(path.has_value()) << path.error().detail;
  ASSERT_TRUE(path->starts_with("/api/images/"));
  EXPECT_EQ(images.store_blocking(kPng).value_or(""), *path);
  const std::string name = path->substr(ProductImages::kPathPrefix.size());
  EXPECT_EQ(images.cached(name), nullptr);
  const auto bytes = runner.run(images.read(&pool, name));
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(**bytes, kPng);
  EXPECT_EQ(images.cached(name), *bytes);
  std::filesystem::remove_all(directory.file("images"));
  EXPECT_TRUE(runner.run(images.read(&pool, name)).has_value());
}

TEST(ProductImages, RefusesWhatIsNoPictureOrTooLarge) {
  TemporaryDirectory directory;
  ProductImages images(directory.path(), 1 << 20);
  EXPECT_EQ(images.store_blocking("GIF89a").error().code, ErrorCode::unsupported_media_type);
  EXPECT_EQ(images.store_blocking(kPng + std::string(ProductImages::kBytesMax, 'x')).error().code,
            ErrorCode::too_large);
}

TEST(ProductImages, FindsNoOtherFiles) {
  TemporaryDirectory directory;
  ASSERT_TRUE(write_file_atomically(directory.file("secret.png"), "secret"));
  BlockingPool pool("test", 1, 10);
  TaskRunner runner;
  ProductImages images(directory.path(), 1 << 20);
  for (const std::string& name :
       {std::string("secret.png"), std::string("../secret.png"), std::string(), std::string(64, 'b') + ".png"}) {
    EXPECT_EQ(runner.run(images.read(&pool, name)).error().code, ErrorCode::not_found) << name;
  }
}

}  // namespace
}  // namespace jangteo
