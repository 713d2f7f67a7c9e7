// The door of the product service (catalogue and stock): what other services may know of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"
#include "runtime/call.h"
#include "runtime/task.h"
#include "services/product/stock_messages.h"

namespace jangteo {

// One line that somebody wants to buy. An empty variant means the product's only (first) one.
struct WantedItem {
  ProductId product;
  VariantId variant;
  std::int64_t quantity = 1;
};

// The price snapshot that an order keeps.
struct QuotedItem {
  ProductId product;
  VariantId variant;
  std::string sku;
  std::string name;
  Money unit_price;
  std::int64_t quantity = 1;
  std::int64_t available = 0;  // at this moment; only a reservation holds pieces
};

// The stock shard of a variant = its partition of stock.commands.
std::uint32_t stock_partition(VariantId variant, std::uint32_t partitions);

class ProductApi {
 public:
  virtual ~ProductApi() = default;
  // One answer per item, in order. `not_found` names the item ("items[1].productId").
  virtual Task<Result<std::vector<QuotedItem>>> quote(Call call, std::vector<WantedItem> items) = 0;
};

}  // namespace jangteo
