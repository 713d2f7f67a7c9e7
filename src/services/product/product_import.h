// Imports somebody's file of products: records become drafts, drafts go in batches to where products are kept, and each
// record gets its line in the report. Nothing is written for a record that fails. A sku that comes twice fails the
// second time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/call.h"
#include "runtime/task.h"
#include "services/product/product_draft_reader.h"
#include "services/product/product_service.h"

namespace jangteo {

struct ImportOptions {
  DraftReading reading;               // strict is ignored: files are read leniently
  std::optional<std::int64_t> stock;  // first pieces of variants for which the file names none
  std::string pictures_directory;     // empty: none; the picture of a sku is <sku>.{webp,png,jpg,jpeg,svg} there
  bool dry_run = false;
};

struct ImportFailure {
  std::uint64_t number = 0;  // line or index
  std::string sku;
  Error error;
};

struct ImportReport {
  static constexpr std::size_t kFailuresKept = 1000;
  std::string unit;  // "line" or "index"
  bool dry_run = false;
  std::uint64_t created = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t failed = 0;
  std::uint64_t pictures = 0;           // of products that did not fail
  std::vector<ImportFailure> failures;  // the first ones

  std::string to_json() const;
  std::string to_text() const;  // a line per failure and one with the counts
};

// Where products are kept: this process' service, or a server.
class ImportTarget {
 public:
  virtual ~ImportTarget() = default;
  virtual std::size_t batch_max() const { return ProductStore::kBatchMax; }
  // Outcomes in the order of the items, of which there are at most batch_max().
  virtual Task<Result<std::vector<ProductImportOutcome>>> import(Call call, std::vector<ProductImportItem> items,
                                                                 bool dry_run) = 0;
  // Keeps a picture (not on a dry run) and gives the path that will show it. Blocking.
  virtual Result<std::string> keep_picture(std::string_view bytes, bool dry_run) = 0;
};

// An error means that the target itself is broken; the report then says how far it came. `text` and `target` outlive
// the task.
struct ImportResult {
  ImportReport report;
  Status status;
};
Task<ImportResult> import_products(Call call, std::string_view text, ImportOptions options, ImportTarget* target);

}  // namespace jangteo
