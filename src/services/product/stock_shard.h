// One shard of the stock: its counters (cached on the storage thread that alone changes them) and the rules that keep
// them true. Everything but load() runs in units of work of the shard's database; a batch is applied in arrival order
// and its changed levels are written once, by flush(). It is the database's CommitHook (directly or behind an outbox
// relay), or its cache would not learn of units that fail: after a commit the changed levels are published to
// StockLevels, after a lost unit they are read again, after a lost commit the cache is dropped.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ports/sql_database.h"
#include "runtime/clock.h"
#include "services/product/stock_levels.h"
#include "services/product/stock_messages.h"
#include "services/product/stock_service.h"

namespace jangteo {

class StockShard final : public CommitHook {
 public:
  StockShard(std::uint32_t number, StockLevels& levels, Clock& clock)
      : number_(number), levels_(levels), clock_(clock) {}

  Status load(SqlReader& reader);  // fills StockLevels; blocking, at start

  // All lines or none. Again for the same order: the same reply, no effect.
  StockReply reserve(SqlTx& tx, const StockCommand& command);
  StockReply commit(SqlTx& tx, const StockCommand& command);   // held → committed: the pieces leave the shelf
  StockReply release(SqlTx& tx, const StockCommand& command);  // held → released; nothing held: no effect
  StockReply restock(SqlTx& tx, const StockCommand& command);  // committed → restocked, held → released
  StockReply apply(SqlTx& tx, const StockCommand& command);
  Status adjust(SqlTx& tx, const StockAdjustment& adjustment);
  bool has_movement(SqlReader& reader, VariantId variant);
  void flush(SqlTx& tx);  // at the end of every unit that changed something
  void forget_cache();    // nothing of the cache is sure any more

  void before_commit(SqlTx&, std::string_view) override {}
  void after_commit(std::string) noexcept override;
  void after_rollback() noexcept override { forget_cache(); }
  void after_unit_rollback(SqlReader& reader) override;

 private:
  struct Level {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
    bool known = false;  // has a row
    bool dirty = false;
    StockLevels::Cell* cell = nullptr;
  };
  struct Reserved {
    VariantId variant;
    std::int64_t quantity;
    std::string state;
  };
  Level& level(SqlReader& reader, VariantId variant);
  void touch(VariantId variant, Level& level);
  std::vector<Reserved> reservations(SqlReader& reader, OrderId order) const;
  StockReply earlier_reply(SqlReader& reader, const StockCommand& command) const;
  void move(SqlTx& tx, VariantId variant, std::string_view kind, std::int64_t quantity, OrderId order);

  static constexpr std::size_t kCacheCountMax = 100'000;

  std::uint32_t number_;
  StockLevels& levels_;
  Clock& clock_;
  std::unordered_map<VariantId, Level> cache_;
  std::vector<VariantId> dirty_;    // to be written by flush()
  std::vector<VariantId> changed_;  // written, to be published after the commit
};

}  // namespace jangteo
