#include "services/product/product_catalogue.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/assert.h"

namespace jangteo {

// One block of memory per product:
//   Entry | Row (one per variant) | name | sku | per variant with texts of its own: name, sku
// A variant that shares the product's sku or has no name of its own stores no text.
struct ProductCatalogue::Entry {
  struct Row {
    VariantId id;
    const StockLevels::Cell* cell;
    std::int64_t price_amount;  // own price, or the product's
    std::uint32_t text_offset;  // of its name, the sku follows
    std::uint16_t name_bytes;
    std::uint8_t sku_bytes;  // 0: shares the product's sku
  };
  ProductId id;
  std::int64_t version;
  std::int64_t price_amount;
  Currency currency;
  std::uint8_t sku_bytes;
  std::uint16_t name_bytes;
  std::uint16_t variant_count;
  std::uint32_t block_bytes;

  static Entry* make(const Product& product, StockLevels& levels);
  void free() {
    this->~Entry();
    std::free(this);
  }

  const Row* rows() const { return reinterpret_cast<const Row*>(this + 1); }
  const char* texts() const { return reinterpret_cast<const char*>(rows() + variant_count); }
  std::string_view name() const { return {texts(), name_bytes}; }
  std::string_view sku() const { return {texts() + name_bytes, sku_bytes}; }
  std::string_view variant_name(const Row& row) const { return {texts() + row.text_offset, row.name_bytes}; }
  std::string_view variant_sku(const Row& row) const {
    if (row.sku_bytes == 0) return sku();
    return {texts() + row.text_offset + row.name_bytes, row.sku_bytes};
  }
};

ProductCatalogue::Entry* ProductCatalogue::Entry::make(const Product& product, StockLevels& levels) {
  std::size_t text_bytes = product.name.size() + product.sku.size();
  for (const auto& variant : product.variants) {
    text_bytes += variant.name.size() + (variant.sku == product.sku ? 0 : variant.sku.size());
  }
  const std::size_t bytes = sizeof(Entry) + product.variants.size() * sizeof(Row) + text_bytes;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  auto* entry = new (memory) Entry;
  entry->id = product.id;
  entry->version = product.version;
  entry->price_amount = product.price.amount;
  entry->currency = product.price.currency;
  entry->sku_bytes = static_cast<std::uint8_t>(product.sku.size());
  entry->name_bytes = static_cast<std::uint16_t>(product.name.size());
  entry->variant_count = static_cast<std::uint16_t>(product.variants.size());
  entry->block_bytes = static_cast<std::uint32_t>(bytes);
  auto* rows = const_cast<Row*>(entry->rows());
  auto* text = const_cast<char*>(entry->texts());
  char* at = text;
  const auto append = [&](const std::string& part) { at = std::copy(part.begin(), part.end(), at); };
  append(product.name);
  append(product.sku);
  for (const auto& variant : product.variants) {
    Row row{};
    row.id = variant.id;
    row.cell = &levels.cell(variant.id);
    row.price_amount = variant.price ? variant.price->amount : product.price.amount;
    row.text_offset = static_cast<std::uint32_t>(at - text);
    row.name_bytes = static_cast<std::uint16_t>(variant.name.size());
    append(variant.name);
    if (variant.sku != product.sku) {
      row.sku_bytes = static_cast<std::uint8_t>(variant.sku.size());
      append(variant.sku);
    }
    new (rows++) Row(row);
  }
  return entry;
}

struct ProductCatalogue::EntryById {
  using is_transparent = void;
  std::size_t operator()(const Entry* entry) const { return std::hash<ProductId>()(entry->id); }
  std::size_t operator()(const ProductId& id) const { return std::hash<ProductId>()(id); }
  bool operator()(const Entry* a, const Entry* b) const { return a->id == b->id; }
  bool operator()(const ProductId& a, const Entry* b) const { return a == b->id; }
  bool operator()(const Entry* a, const ProductId& b) const { return a->id == b; }
};

// A sku where it stands: the product's own (variant < 0) or a variant's.
struct ProductCatalogue::SkuReference {
  const Entry* entry;
  std::int32_t variant;
  std::string_view text() const { return variant < 0 ? entry->sku() : entry->variant_sku(entry->rows()[variant]); }
};

struct ProductCatalogue::SkuByText {
  using is_transparent = void;
  std::size_t operator()(const SkuReference& reference) const { return (*this)(reference.text()); }
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  bool operator()(const SkuReference& a, const SkuReference& b) const { return a.text() == b.text(); }
  bool operator()(std::string_view a, const SkuReference& b) const { return a == b.text(); }
  bool operator()(const SkuReference& a, std::string_view b) const { return a.text() == b; }
};

ProductCatalogue::ProductCatalogue(StockLevels& levels, std::size_t count_max)
    : levels_(levels), count_max_(count_max), skus_(std::make_unique<SkuIndex>()) {
  for (auto& shard : shards_) {
    shard.entries = std::make_unique<boost::unordered_flat_set<Entry*, EntryById, EntryById>>();
  }
}

ProductCatalogue::~ProductCatalogue() {
  for (auto& shard : shards_) {
    for (auto* entry : *shard.entries) entry->free();
  }
}

// The random end of a UUIDv7 chooses the shard.
ProductCatalogue::Shard& ProductCatalogue::shard_of(ProductId product) {
  return shards_[product.bytes()[15] % kShards];
}
const ProductCatalogue::Shard& ProductCatalogue::shard_of(ProductId product) const {
  return shards_[product.bytes()[15] % kShards];
}

std::optional<QuotedItem> ProductCatalogue::quote(const WantedItem& item) const {
  const auto& shard = shard_of(item.product);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.entries->find(item.product);
  if (found == shard.entries->end()) return {};
  const Entry& entry = **found;
  const auto* row = entry.rows();
  if (!item.variant.empty()) {
    const auto* end = row + entry.variant_count;
    while (row != end && row->id != item.variant) ++row;
    if (row == end) return {};
  }
  QuotedItem quoted;
  quoted.product = entry.id;
  quoted.variant = row->id;
  quoted.sku = entry.variant_sku(*row);
  quoted.name = entry.name();
  if (const auto own = entry.variant_name(*row); !own.empty()) quoted.name.append(", ").append(own);
  quoted.unit_price = {row->price_amount, entry.currency};
  quoted.quantity = item.quantity;
  quoted.available = row->cell->load(std::memory_order_relaxed);
  return quoted;
}

std::optional<std::string> ProductCatalogue::claim(ProductId product, const std::vector<std::string>& skus) {
  const std::lock_guard lock(write_mutex_);
  for (const auto& sku : skus) {
    const auto owner = skus_->find(std::string_view(sku));
    if (owner != skus_->end() && owner->entry->id != product) return sku;
    const auto other = claimed_.find(sku);
    if (other != claimed_.end() && other->second != product) return sku;
  }
  for (const auto& sku : skus) claimed_.emplace(sku, product);
  return {};
}

void ProductCatalogue::release(ProductId product, const std::vector<std::string>& skus) {
  const std::lock_guard lock(write_mutex_);
  for (const auto& sku : skus) {
    const auto found = claimed_.find(sku);
    if (found != claimed_.end() && found->second == product) claimed_.erase(found);
  }
}

std::optional<ProductId> ProductCatalogue::find_sku(std::string_view sku) const {
  const std::lock_guard lock(write_mutex_);
  const auto found = skus_->find(sku);
  if (found == skus_->end()) return {};
  return found->entry->id;
}

void ProductCatalogue::drop_skus(const Entry& entry) {
  const auto drop = [&](std::string_view sku) {
    const auto found = skus_->find(sku);
    if (found != skus_->end() && found->entry == &entry) skus_->erase(found);
  };
  drop(entry.sku());
  for (std::uint16_t i = 0; i < entry.variant_count; ++i) drop(entry.variant_sku(entry.rows()[i]));
}

void ProductCatalogue::put(const Product& product) {
  JT_ASSERT(!product.variants.empty() && product.name.size() <= UINT16_MAX && product.sku.size() <= UINT8_MAX,
            "a product was checked before it is kept");
  Entry* fresh = Entry::make(product, levels_);
  Entry* old = nullptr;
  {
    const std::lock_guard write_lock(write_mutex_);
    auto& shard = shard_of(product.id);
    const auto found = shard.entries->find(product.id);
    if (found != shard.entries->end()) old = *found;
    const bool gone = std::find(removed_.begin(), removed_.end(), product.id) != removed_.end();
    if (gone || (old != nullptr && old->version > fresh->version)) {
      fresh->free();
      return;
    }
    if (old != nullptr) drop_skus(*old);
    {
      const std::unique_lock lock(shard.mutex);
      if (old != nullptr) shard.entries->erase(product.id);
      shard.entries->insert(fresh);
    }
    skus_->insert(SkuReference{fresh, -1});
    for (std::uint16_t i = 0; i < fresh->variant_count; ++i) skus_->insert(SkuReference{fresh, i});
    bytes_ += fresh->block_bytes;
    if (old == nullptr) ++count_;
    if (old != nullptr) bytes_ -= old->block_bytes;
    generation_.fetch_add(1, std::memory_order_release);
  }
  if (old != nullptr) old->free();
}

void ProductCatalogue::remove(ProductId product) {
  const std::lock_guard write_lock(write_mutex_);
  removed_.push_back(product);
  if (removed_.size() > kRemovedKept) removed_.pop_front();
  auto& shard = shard_of(product);
  const auto found = shard.entries->find(product);
  if (found == shard.entries->end()) return;
  Entry* old = *found;
  drop_skus(*old);
  {
    const std::unique_lock lock(shard.mutex);
    shard.entries->erase(product);
  }
  --count_;
  bytes_ -= old->block_bytes;
  old->free();
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace jangteo
