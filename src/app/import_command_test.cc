#include "app/import_command.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include "app/import_storage.h"
#include "base/json.h"
#include "runtime/file.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

struct Run {
  int exit_code = -1;
  std::string out;
  boost::json::value report;
};

Run run(std::vector<std::string> arguments) {
  CLI::App app;
  Run result;
  add_import_command(app, result.exit_code);
  arguments.insert(arguments.begin(), {"import", "products"});
  std::reverse(arguments.begin(), arguments.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError&) {
    result.exit_code = 2;
  }
  result.out = testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  if (auto json = parse_json(result.out)) result.report = std::move(*json);
  return result;
}

std::int64_t count(const Run& result, const char* name) {
  const auto* member = json_member(result.report, name);
  return member == nullptr ? -1 : member->as_int64();
}

struct Stored {
  std::map<std::string, Product> products;  // by sku
  std::map<std::string, std::int64_t> available;
};

// What a data directory holds, read as the server would.
Stored read_directory(const std::string& path) {
  Stored stored;
  MetricsRegistry metrics;
  StorageSettings settings;
  settings.directory = path;
  settings.with_log = false;
  auto storage = Storage::open(settings, SystemClock::instance(), metrics);
  EXPECT_TRUE(storage.has_value());
  StockLevels levels;
  StockService stock((*storage)->stocks(), levels, SystemClock::instance());
  EXPECT_TRUE(stock.load());
  SqliteDocumentStore documents((*storage)->products());
  ProductStore store(documents);
  EXPECT_TRUE(store.open());
  TaskRunner runner;
  CallContext context;
  const auto found = runner.run(store.page(context, ""));
  for (const auto& product : *found) {
    stored.products[product.sku] = product;
    stored.available[product.sku] = levels.available(product.variants[0].id);
  }
  return stored;
}

std::string shared_data(const std::string& name) {
  const char* root = std::getenv("JANGTEO_SHARED");
  std::filesystem::path place = root != nullptr ? root : "";
  if (root == nullptr) {
    for (auto up = std::filesystem::current_path(); up.has_relative_path() && place.empty(); up = up.parent_path()) {
      if (std::filesystem::exists(up / "shared" / "data")) place = up / "shared";
    }
  }
  const auto file = place / "data" / name;
  return !place.empty() && std::filesystem::exists(file) ? file.string() : "";
}

// Rows: 7
TEST(ImportCommand, TakesTheCatalogueOfAnotherShopWithItsPictures) {
  const auto file = shared_data("catalogue/catalog.json");
  if (file.empty()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "shared data is absent";
    GTEST_SKIP() << "shared data is absent; set JANGTEO_SHARED";
  }
  TemporaryDirectory directory;
  const std::string data = directory.file("data");
  const std::string pictures = (std::filesystem::path(file).parent_path() / "images").string();
  const std::vector<std::string> arguments{
      file,
      "--data",
      data,
      "--map",
      "sku=Id,name=Name,description=Description,category=Type,brand=Brand,price=Price",
      "--currency",
      "USD",
      "--stock",
      "1000000",
      "--images",
      pictures,
      "--json"};
  auto trial = arguments;
  trial.emplace_back("--dry-run");
  const auto dry = run(trial);
  EXPECT_EQ(dry.exit_code, 0) << dry.out;
  EXPECT_EQ(count(dry, "created"), 101);
  EXPECT_FALSE(std::filesystem::exists(data));

  const auto first = run(arguments);
  EXPECT_EQ(first.exit_code, 0) << first.out;
  EXPECT_EQ(count(first, "created"), 101);
  EXPECT_EQ(count(first, "pictures"), 101);
  const auto again = run(arguments);
  EXPECT_EQ(count(again, "unchanged"), 101) << again.out;

  const auto stored = read_directory(data);
  ASSERT_EQ(stored.products.size(), 101U);
  const auto& boots = stored.products.at("1");
  EXPECT_EQ(boots.name, "Wanderer Black Hiking Boots");
  EXPECT_EQ(boots.price, (Money{10'999, *Currency::parse("USD")}));
  EXPECT_EQ(stored.available.at("1"), 1'000'000);
  EXPECT_TRUE(std::filesystem::exists(data + "/images" + boots.image.substr(boots.image.rfind('/'))));
}

TEST(ImportCommand, ReportsByLineAndWritesNothingOfAFailedOne) {
  TemporaryDirectory directory;
  const std::string file = directory.file("products.csv");
  ASSERT_TRUE(
      write_file_atomically(file, "sku,name,price,currency,stock\na,A,1.50,USD,3\nb,B,1.505,USD,4\nc,,1,USD,5\n"));
  const auto result = run({file, "--data", directory.file("data"), "--json"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(count(result, "created"), 1);
  ASSERT_EQ(count(result, "failed"), 2);
  const auto& failures = result.report.at("failures").as_array();
  EXPECT_EQ(failures[0].at("line").as_int64(), 3);
  EXPECT_EQ(failures[0].at("errors").at(0).at("param").as_string(), "price");
  EXPECT_EQ(failures[1].at("line").as_int64(), 4);
  const auto stored = read_directory(directory.file("data"));
  EXPECT_EQ(stored.products.size(), 1U);
  EXPECT_EQ(stored.available.at("a"), 3);
}

TEST(ImportCommand, NeverChangesStockThatHasMoved) {
  TemporaryDirectory directory;
  const std::string file = directory.file("products.json");
  const std::string data = directory.file("data");
  ASSERT_TRUE(write_file_atomically(file, R"([{"sku":"a","name":"A","price":{"amount":1,"currency":"KRW"}}])"));
  EXPECT_EQ(run({file, "--data", data}).exit_code, 0);
  EXPECT_EQ(read_directory(data).available.at("a"), 0);
  EXPECT_EQ(run({file, "--data", data, "--stock", "5"}).exit_code, 0);
  EXPECT_EQ(run({file, "--data", data, "--stock", "9"}).exit_code, 0);
  EXPECT_EQ(read_directory(data).available.at("a"), 5);
}

TEST(ImportCommand, Exits2WhenNothingCanBeTried) {
  TemporaryDirectory directory;
  const std::string file = directory.file("products.json");
  ASSERT_TRUE(write_file_atomically(file, "[]"));
  const std::string data = directory.file("data");
  EXPECT_EQ(run({directory.file("absent"), "--data", data}).exit_code, 2);
  EXPECT_EQ(run({file, "--data", data, "--currency", "usd"}).exit_code, 2);
  EXPECT_EQ(run({file, "--data", data, "--map", "weight=W"}).exit_code, 2);
  EXPECT_EQ(run({file, "--data", data, "--stock", "-1"}).exit_code, 2);
  EXPECT_EQ(run({file, "--data", data, "--images", directory.file("absent")}).exit_code, 2);
  const auto held = DataDirectory::open(data);
  ASSERT_TRUE(held.has_value());
  EXPECT_EQ(run({file, "--data", data}).exit_code, 2);
}

}  // namespace
}  // namespace jangteo
