#include "app/import_storage.h"

#include <future>
#include <utility>

#include "runtime/loop.h"
#include "services/product/stock_module.h"
#include "services/product/stock_shard.h"

namespace jangteo {

namespace {

OpenStock stock_opener(StockService& stock) {
  return [&stock](Call call, std::vector<OpeningStock> opening) {
    std::vector<StockAdjustment> receipts;
    receipts.reserve(opening.size());
    for (const auto& one : opening) {
      receipts.push_back({StockAdjustment::Kind::receipt, one.variant, true, one.quantity});
    }
    return stock.adjust(call, std::move(receipts));
  };
}

}  // namespace

ImportStorage::ImportStorage(std::unique_ptr<MetricsRegistry> metrics, std::unique_ptr<Storage> storage,
                             std::size_t products_max)
    : metrics_(std::move(metrics)),
      storage_(std::move(storage)),
      stock_(storage_->stocks(), levels_, SystemClock::instance()),
      documents_(storage_->products()),
      store_(documents_),
      catalogue_(levels_, products_max),
      service_(store_, catalogue_, stock_opener(stock_), SystemClock::instance()),
      images_(storage_->directory().file("images"), 0) {}

Status ImportStorage::load(Loop& loop) {
  for (std::size_t i = 0; i < stock_.shard_count(); ++i) {
    JT_TRY(StockModule::migrate(stock_.database(i)));
    stock_.database(i).set_commit_hook(&stock_.shard(i));
  }
  JT_TRY(store_.open());
  CallContext context;
  std::promise<Status> loaded;
  loop.post([&] { start(service_.load(context), [&](Status status) { loaded.set_value(std::move(status)); }); });
  return loaded.get_future().get();
}

Result<std::unique_ptr<ImportStorage>> ImportStorage::open(const StorageSettings& settings, std::size_t products_max,
                                                           Loop& loop) {
  auto metrics = std::make_unique<MetricsRegistry>();
  auto storage = Storage::open(settings, SystemClock::instance(), *metrics);
  if (!storage) return fail(std::move(storage.error()));
  std::unique_ptr<ImportStorage> opened(new ImportStorage(std::move(metrics), std::move(*storage), products_max));
  JT_TRY(opened->load(loop));
  return opened;
}

Task<Result<std::vector<ProductImportOutcome>>> ImportStorage::import(Call call, std::vector<ProductImportItem> items,
                                                                      bool dry_run) {
  return service_.import(call, std::move(items), dry_run);
}

Result<std::string> ImportStorage::keep_picture(std::string_view bytes, bool dry_run) {
  return dry_run ? ProductImages::path_of(bytes) : images_.store_blocking(bytes);
}

}  // namespace jangteo
