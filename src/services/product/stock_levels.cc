#include "services/product/stock_levels.h"

namespace jangteo {

StockLevels::Cell& StockLevels::cell(VariantId variant) {
  {
    const std::shared_lock lock(mutex_);
    const auto found = by_variant_.find(variant);
    if (found != by_variant_.end()) return *found->second;
  }
  const std::unique_lock lock(mutex_);
  auto& place = by_variant_[variant];
  if (place == nullptr) place = &cells_.emplace_back(0);
  return *place;
}

std::int64_t StockLevels::available(VariantId variant) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_variant_.find(variant);
  return found == by_variant_.end() ? 0 : found->second->load(std::memory_order_relaxed);
}

}  // namespace jangteo
