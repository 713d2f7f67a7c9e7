// ProductCatalogue: what an order needs of every product, kept in memory: names, skus, prices and the cells of their
// stock. Filled at start, changed after each durable write, read from any thread. Also knows which sku belongs to whom,
// so that no two products share one. About 160 bytes per plain product.
#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/domain/product.h"
#include "services/product/product_api.h"
#include "services/product/stock_levels.h"

namespace jangteo {

class ProductCatalogue {
 public:
  // At most `count_max` products; `levels` outlives the catalogue.
  ProductCatalogue(StockLevels& levels, std::size_t count_max);
  ~ProductCatalogue();
  ProductCatalogue(const ProductCatalogue&) = delete;
  ProductCatalogue& operator=(const ProductCatalogue&) = delete;

  // Price snapshot and availability of one line; empty when there is no such product or variant.
  std::optional<QuotedItem> quote(const WantedItem& item) const;

  // Skus that a write wants to use, until release(). Returns one that belongs to another product or to another write.
  std::optional<std::string> claim(ProductId product, const std::vector<std::string>& skus);
  void release(ProductId product, const std::vector<std::string>& skus);
  std::optional<ProductId> find_sku(std::string_view sku) const;

  // After a durable write. Writes of one product may arrive in any order: an older version and a product that was
  // removed change nothing.
  void put(const Product& product);
  void remove(ProductId product);

  bool has_room(std::size_t more) const { return count_.load(std::memory_order_relaxed) + more <= count_max_; }
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t count_max() const { return count_max_; }
  // Changes with each put and remove, after the change can be seen.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  struct Entry;
  struct EntryById;
  struct SkuReference;
  struct SkuByText;
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unique_ptr<boost::unordered_flat_set<Entry*, EntryById, EntryById>> entries;
  };
  using SkuIndex = boost::unordered_flat_set<SkuReference, SkuByText, SkuByText>;
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kRemovedKept = 4096;

  const Shard& shard_of(ProductId product) const;
  Shard& shard_of(ProductId product);
  void drop_skus(const Entry& entry);  // with write_mutex_

  StockLevels& levels_;
  const std::size_t count_max_;
  std::array<Shard, kShards> shards_;
  mutable std::mutex write_mutex_;  // before a shard's mutex; guards what follows and every change of an entry
  std::unique_ptr<SkuIndex> skus_;
  std::map<std::string, ProductId, std::less<>> claimed_;
  std::deque<ProductId> removed_;  // the last ones, in order
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace jangteo
