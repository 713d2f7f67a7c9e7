#include "adapters/sqlite/document_tables.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "adapters/sqlite/sqlite_database.h"
#include "contract/document_store_contract.h"

namespace jangteo {
namespace {

class SqliteHarness final : public DocumentStoreHarness {
 public:
  SqliteHarness() : readers_(2, 1024) {
    std::string pattern = (std::filesystem::temp_directory_path() / "document_tables_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    open();
  }
  ~SqliteHarness() override {
    store_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }
  DocumentStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    database_.reset();
    open();
  }

 private:
  void open() {
    SqliteSettings settings;
    settings.path = directory_ + "/documents.db";
    settings.name = "documents";
    auto opened = SqliteDatabase::open(settings, readers_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    database_ = std::move(*opened);
    store_ = std::make_unique<SqliteDocumentStore>(*database_);
  }

  SqliteReadPool readers_;
  std::string directory_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqliteDocumentStore> store_;
};

std::unique_ptr<DocumentStoreHarness> make_harness() { return std::make_unique<SqliteHarness>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, DocumentStoreContract, testing::Values(DocumentStoreFactory(make_harness)));

TEST(DocumentTables, RefusesAnIndexThatExistsWithOtherMembers) {
  SqliteHarness harness;
  ASSERT_TRUE(harness.store().create_collection({"thing", {{"code", {"code"}, true}}}));
  const auto changed = harness.store().create_collection({"thing", {{"code", {"name"}, true}}});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().fields.front().param, "code");
}

}  // namespace
}  // namespace jangteo
