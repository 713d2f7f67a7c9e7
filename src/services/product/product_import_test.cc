#include "services/product/product_import.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "runtime/file.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n") + "pixels";

// Remembers what it was given; skus that start with "known" are unchanged, with "bad" refused.
class FakeTarget final : public ImportTarget {
 public:
  Task<Result<std::vector<ProductImportOutcome>>> import(Call, std::vector<ProductImportItem> items,
                                                         bool dry_run) override {
    ++batches;
    dry = dry_run;
    if (broken) co_return fail(ErrorCode::unavailable, "storage is away");
    std::vector<ProductImportOutcome> outcomes;
    for (auto& item : items) {
      ProductImportOutcome outcome;
      outcome.kind = ProductImportOutcome::Kind::created;
      if (item.draft.sku.starts_with("known")) outcome.kind = ProductImportOutcome::Kind::unchanged;
      if (item.draft.sku.starts_with("bad")) {
        outcome.kind = ProductImportOutcome::Kind::failed;
        outcome.error.code = ErrorCode::sku_taken;
        outcome.error.detail = "taken";
      }
      outcomes.push_back(std::move(outcome));
      given.push_back(std::move(item));
    }
    co_return outcomes;
  }
  Result<std::string> keep_picture(std::string_view bytes, bool) override {
    if (bytes != kPng) return fail(ErrorCode::unsupported_media_type, "no picture");
    return std::string("/api/images/x.png");
  }
  std::vector<ProductImportItem> given;
  int batches = 0;
  bool dry = false;
  bool broken = false;
};

class ProductImportTest : public testing::Test {
 protected:
  ImportReport import(std::string_view text) {
    CallContext context;
    result_ = runner_.run(import_products(context, text, options_, &target_));
    return result_.report;
  }
  ImportOptions options_;
  FakeTarget target_;
  ImportResult result_;
  TaskRunner runner_;
};

constexpr std::string_view kNative =
    R"([{"sku":"a","name":"A","price":{"amount":100,"currency":"KRW"}},
        {"sku":"known","name":"K","price":{"amount":1,"currency":"KRW"},"stock":3,"variants":[{"sku":"k1"},{"sku":"k2","stock":1}]},
        {"sku":"bad","name":"B","price":{"amount":1,"currency":"KRW"}},
        {"sku":"a","name":"again","price":{"amount":1,"currency":"KRW"}},
        {"name":"no sku","price":{"amount":-1,"currency":"KRW"}}, 7])";

// Rows: 7
TEST_F(ProductImportTest, TellsWhatBecameOfEveryRecord) {
  options_.stock = 9;
  const auto report = import(kNative);
  EXPECT_EQ(report.created, 1U);
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_EQ(report.failed, 4U);
  EXPECT_TRUE(result_.status);
  ASSERT_EQ(target_.given.size(), 3U);
  EXPECT_EQ(target_.given[0].draft.stock, 9);
  EXPECT_EQ(target_.given[1].draft.variants[0].stock, 3);
  EXPECT_EQ(target_.given[1].draft.variants[1].stock, 1);
  EXPECT_TRUE(target_.given[1].names_variants);
  std::string text = report.to_text();
  EXPECT_NE(text.find("index 3 (sku a): failed: sku came before, at index 0 (sku_taken)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("index 4: failed: sku is missing or empty (required); price.amount must be"), std::string::npos)
      << text;
  EXPECT_NE(text.find("index 2 (sku bad): failed: taken (sku_taken)\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("1 created, 0 updated, 1 unchanged, 4 failed, 0 pictures\n")) << text;
  const auto json = parse_json(report.to_json());
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("failed").as_int64(), 4);
  EXPECT_EQ(json->at("failures").as_array().size(), 4U);
}

TEST_F(ProductImportTest, FindsThePictureOfASku) {
  TemporaryDirectory directory;
  ASSERT_TRUE(write_file_atomically(directory.file("a.png"), kPng));
  ASSERT_TRUE(write_file_atomically(directory.file("b.jpg"), "no picture"));
  options_.pictures_directory = directory.path();
  const auto report = import("sku,name,price.amount,price.currency\na,A,1,KRW\nb,B,1,KRW\nc,C,1,KRW\n../a,D,1,KRW\n");
  EXPECT_EQ(report.pictures, 1U);
  EXPECT_EQ(report.created, 3U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].number, 3U);
  EXPECT_EQ(report.failures[0].error.fields[0].param, "image");
  EXPECT_EQ(target_.given[0].draft.image, "/api/images/x.png");
  EXPECT_TRUE(target_.given[0].names_image);
  EXPECT_FALSE(target_.given[1].names_image);
  EXPECT_EQ(report.unit, "line");
}

TEST_F(ProductImportTest, GoesInBatchesOfAThousand) {
  std::string text;
  for (int i = 0; i < 2500; ++i) {
    text += R"({"sku":")" + std::to_string(i) + R"(","name":"n","price":{"amount":1,"currency":"KRW"}})" + "\n";
  }
  EXPECT_EQ(import(text).created, 2500U);
  EXPECT_EQ(target_.batches, 3);
}

TEST_F(ProductImportTest, StopsWhenTheTargetIsBroken) {
  target_.broken = true;
  const auto report = import(kNative);
  EXPECT_EQ(report.created, 0U);
  EXPECT_EQ(report.failed, 6U);
  EXPECT_EQ(result_.status.error().code, ErrorCode::unavailable);
}

TEST_F(ProductImportTest, KeepsOnlySoManyFailures) {
  std::string text = "sku,name\n";
  for (int i = 0; i < 1200; ++i) text += std::to_string(i) + ",n\n";
  const auto report = import(text);
  EXPECT_EQ(report.failed, 1200U);
  EXPECT_EQ(report.failures.size(), ImportReport::kFailuresKept);
  EXPECT_NE(report.to_text().find("200 more failed\n"), std::string::npos);
}

TEST_F(ProductImportTest, SaysThatADryRunChangedNothing) {
  options_.dry_run = true;
  EXPECT_TRUE(import(kNative).to_text().find("dry run, nothing was changed: 1 created") != std::string::npos);
  EXPECT_TRUE(target_.dry);
}

}  // namespace
}  // namespace jangteo
