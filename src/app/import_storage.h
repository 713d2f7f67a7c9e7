// The target of an import into a stopped data directory: opens its databases without a server. Blocking calls; one
// import at a time.
#pragma once

#include <memory>
#include <string>

#include "adapters/sqlite/document_tables.h"
#include "app/storage.h"
#include "services/product/product_images.h"
#include "services/product/product_import.h"
#include "services/product/stock_service.h"

namespace jangteo {

class ImportStorage final : public ImportTarget {
 public:
  // `conflict`: another process holds the directory. `loop` runs what is awaited here; it outlives the object.
  static Result<std::unique_ptr<ImportStorage>> open(const StorageSettings& settings, std::size_t products_max,
                                                     Loop& loop);

  Task<Result<std::vector<ProductImportOutcome>>> import(Call call, std::vector<ProductImportItem> items,
                                                         bool dry_run) override;
  Result<std::string> keep_picture(std::string_view bytes, bool dry_run) override;

 private:
  ImportStorage(std::unique_ptr<MetricsRegistry> metrics, std::unique_ptr<Storage> storage, std::size_t products_max);
  Status load(Loop& loop);

  std::unique_ptr<MetricsRegistry> metrics_;  // of the databases; nobody reads them
  std::unique_ptr<Storage> storage_;
  StockLevels levels_;
  StockService stock_;
  SqliteDocumentStore documents_;
  ProductStore store_;
  ProductCatalogue catalogue_;
  ProductService service_;
  ProductImages images_;
};

}  // namespace jangteo
