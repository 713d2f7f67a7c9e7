// What is available of every variant, as of the last commit: one atomic cell per variant that lives as long as the
// process. Written by the stock writers after their commits, read from any thread (product answers, order's early
// refusal). Not the truth: that is in the stock databases.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/id.h"

namespace jangteo {

class StockLevels {
 public:
  using Cell = std::atomic<std::int64_t>;

  // The variant's cell; made with 0 when it is not known yet. The reference stays valid. Takes a lock: keep the pointer
  // in caches.
  Cell& cell(VariantId variant);
  std::int64_t available(VariantId variant) const;  // 0 for an unknown variant

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<VariantId, Cell*> by_variant_;
  std::deque<Cell> cells_;
};

}  // namespace jangteo
