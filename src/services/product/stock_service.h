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
#include "runtime/task.h"
#include "services/product/stock_levels.h"

namespace jangteo {

struct StockAdjustment {
  enum class Kind : std::uint8_t { receipt, correction } kind = Kind::receipt;
  VariantId variant;
  std::int64_t quantity = 0;  // receipt > 0; a correction may be negative, never below what is reserved
};

class StockService {
 public:
  // `shards` are opened and migrated by the module; not owned.
  StockService(std::vector<SqlDatabase*> shards, StockLevels& levels);

  // Fills `levels` from disk. Blocking, at start.
  Status load();

  // Applies all adjustments of one shard in one transaction (several shards: several transactions); makes unknown
  // variants known. Durable when resumed. `conflict` when a correction would take what is reserved.
  Task<Status> adjust(Call call, std::vector<StockAdjustment> adjustments);
  // The same for tools without loops (import into a stopped data directory).
  Status adjust_blocking(const std::vector<StockAdjustment>& adjustments);

  std::size_t shard_of(VariantId variant) const;
  StockLevels& levels() { return levels_; }

 private:
  std::vector<SqlDatabase*> shards_;
  StockLevels& levels_;
};

}  // namespace jangteo
