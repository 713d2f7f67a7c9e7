// Stock: on hand and reserved per variant, append-only movements whose sums the counters equal. A variant belongs to
// one shard (stable_hash(variant id) % shards), a shard to one database file with one writer; a batch is applied in
// arrival order and committed once. available = on hand - reserved, never below zero.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/sql_database.h"
#include "runtime/call.h"
#include "runtime/clock.h"
#include "runtime/task.h"
#include "services/product/stock_levels.h"

namespace jangteo {

struct StockAdjustment {
  enum class Kind : std::uint8_t { receipt, correction } kind = Kind::receipt;
  VariantId variant;
  bool only_first = false;    // only when the variant has no movement yet
  std::int64_t quantity = 0;  // receipt > 0; a correction may be negative, never below what is reserved
};

class StockShard;

class StockService {
 public:
  // `databases`: one per shard, migrated, outlive the service. Each database's commit hook is the shard (behind its
  // outbox relay, stock_module.h).
  StockService(std::vector<SqlDatabase*> databases, StockLevels& levels, Clock& clock);
  ~StockService();

  // Fills `levels` from disk. Blocking, at start.
  Status load();

  // Applies the adjustments, those of one shard in one transaction; makes unknown variants known. Durable when resumed.
  // `conflict` when a correction would take what is reserved. An adjustment with `only_first` is left out when its
  // variant has any movement.
  Task<Status> adjust(Call call, std::vector<StockAdjustment> adjustments);
  // The same for tools without loops (import into a stopped data directory).
  Status adjust_blocking(const std::vector<StockAdjustment>& adjustments);

  std::size_t shard_of(VariantId variant) const;
  std::size_t shard_count() const { return databases_.size(); }
  SqlDatabase& database(std::size_t shard) { return *databases_[shard]; }
  StockShard& shard(std::size_t number) { return *shards_[number]; }
  StockLevels& levels() { return levels_; }

 private:
  Status apply(SqlTx& tx, std::size_t shard, const std::vector<StockAdjustment>& adjustments);
  std::vector<std::vector<StockAdjustment>> by_shard(const std::vector<StockAdjustment>& adjustments) const;

  std::vector<SqlDatabase*> databases_;
  std::vector<std::unique_ptr<StockShard>> shards_;
  StockLevels& levels_;
};

}  // namespace jangteo
