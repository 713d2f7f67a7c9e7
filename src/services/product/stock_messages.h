// What the stock's topics carry (schemas in api/events.yaml). Commands go to the partition of the stock shard, replies
// to the partition of the order (order id route % partitions).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"

namespace jangteo {

inline constexpr std::string_view kStockCommandsTopic = "stock.commands";
inline constexpr std::string_view kStockRepliesTopic = "stock.replies";

struct StockLine {
  VariantId variant;
  std::int64_t quantity = 0;
};

struct StockCommand {
  enum class Type : std::uint8_t { reserve, commit, release, restock } type = Type::reserve;
  OrderId order;
  std::vector<StockLine> lines;  // only with reserve: those of this shard, sorted by variant, each variant once
  std::string trace;
};

struct StockReply {
  enum class Type : std::uint8_t { reserved, refused, committed, released, restocked } type = Type::reserved;
  OrderId order;
  std::uint32_t shard = 0;
  VariantId variant;           // refused: the line that could not be had
  std::int64_t requested = 0;  // refused
  std::int64_t available = 0;  // refused
  std::string trace;
};

void write_stock_command(std::string& out, const StockCommand& command);
void write_stock_reply(std::string& out, const StockReply& reply);
// `malformed` when the bytes are no such message. A variant that is named several times becomes one line.
Result<StockCommand> read_stock_command(std::string_view json);
Result<StockReply> read_stock_reply(std::string_view json);

}  // namespace jangteo
