#include "services/product/stock_service.h"

#include "base/hash.h"
#include "services/product/product_api.h"
#include "services/product/stock_shard.h"

namespace jangteo {

StockService::StockService(std::vector<SqlDatabase*> databases, StockLevels& levels, Clock& clock)
    : databases_(std::move(databases)), levels_(levels) {
  for (std::uint32_t i = 0; i < databases_.size(); ++i)
    shards_.push_back(std::make_unique<StockShard>(i, levels, clock));
}

StockService::~StockService() = default;

Status StockService::load() {
  for (std::size_t i = 0; i < databases_.size(); ++i) {
    JT_TRY(databases_[i]->read_blocking([&](SqlReader& reader) { return shards_[i]->load(reader); }));
  }
  return {};
}

std::uint32_t stock_partition(VariantId variant, std::uint32_t partitions) {
  const auto& bytes = variant.bytes();
  return static_cast<std::uint32_t>(
      stable_hash(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())) % partitions);
}

std::size_t StockService::shard_of(VariantId variant) const {
  return stock_partition(variant, static_cast<std::uint32_t>(databases_.size()));
}

std::vector<std::vector<StockAdjustment>> StockService::by_shard(
    const std::vector<StockAdjustment>& adjustments) const {
  std::vector<std::vector<StockAdjustment>> sorted(databases_.size());
  for (const auto& adjustment : adjustments) sorted[shard_of(adjustment.variant)].push_back(adjustment);
  return sorted;
}

Status StockService::apply(SqlTx& tx, std::size_t shard, const std::vector<StockAdjustment>& adjustments) {
  for (const auto& adjustment : adjustments) {
    if (adjustment.only_first && shards_[shard]->has_movement(tx, adjustment.variant)) continue;
    JT_TRY(shards_[shard]->adjust(tx, adjustment));
  }
  shards_[shard]->flush(tx);
  return {};
}

Task<Status> StockService::adjust(Call call, std::vector<StockAdjustment> adjustments) {
  const auto sorted = by_shard(adjustments);
  for (std::size_t shard = 0; shard < sorted.size(); ++shard) {
    if (sorted[shard].empty()) continue;
    auto work = [this, shard, &sorted](SqlTx& tx) { return apply(tx, shard, sorted[shard]); };
    auto done = co_await write(*databases_[shard], call, std::move(work));
    if (!done) co_return done;
  }
  co_return Status{};
}

Status StockService::adjust_blocking(const std::vector<StockAdjustment>& adjustments) {
  const auto sorted = by_shard(adjustments);
  for (std::size_t shard = 0; shard < sorted.size(); ++shard) {
    if (sorted[shard].empty()) continue;
    JT_TRY(databases_[shard]->write_blocking([&](SqlTx& tx) { return apply(tx, shard, sorted[shard]); }));
  }
  return {};
}

}  // namespace jangteo
