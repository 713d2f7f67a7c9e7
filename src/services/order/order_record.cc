#include "services/order/order_record.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

void append_timeline(std::string& timeline, TimelineEvent event, std::int64_t offset_us) {
  append_le<std::int64_t>(timeline, std::max<std::int64_t>(offset_us, 0) << 8 | static_cast<std::int64_t>(event));
}

std::vector<TimelineEntry> read_timeline(std::string_view timeline) {
  std::vector<TimelineEntry> entries;
  for (; timeline.size() >= 8; timeline.remove_prefix(8)) {
    const auto packed = load_le<std::int64_t>(timeline.data());
    entries.push_back(TimelineEntry{static_cast<TimelineEvent>(packed & 0xff), packed >> 8});
  }
  return entries;
}

std::string items_json(const std::vector<QuotedItem>& items) {
  std::string out;
  out.reserve(items.size() * 256);
  JsonWriter writer(out);
  writer.begin_array();
  for (const auto& item : items) {
    writer.begin_object()
        .field("productId", std::string_view(item.product.text()))
        .field("variantId", std::string_view(item.variant.text()))
        .field("sku", item.sku)
        .field("name", item.name)
        .field("quantity", item.quantity)
        .field("unitPrice", item.unit_price)
        .field("total", Money{item.unit_price.amount * item.quantity, item.unit_price.currency})
        .end_object();
  }
  writer.end_array();
  return out;
}

std::vector<StockLine> stock_lines(std::string_view items, std::uint32_t shard, std::uint32_t shards) {
  const auto parsed = parse_json(items);
  JT_ASSERT(parsed && parsed->is_array(), "stored items are a JSON array");
  std::vector<StockLine> lines;
  for (const auto& item : parsed->get_array()) {
    const auto* variant = json_member(item, "variantId");
    const auto* quantity = json_member(item, "quantity");
    JT_ASSERT(variant && variant->is_string() && quantity && quantity->is_int64(),
              "a stored item has variant and quantity");
    const auto id = VariantId::parse(std::string_view(variant->get_string().data(), variant->get_string().size()));
    JT_ASSERT(id.has_value(), "a stored item has a variant id");
    if (stock_partition(*id, shards) != shard) continue;
    const auto same =
        std::find_if(lines.begin(), lines.end(), [&](const StockLine& line) { return line.variant == *id; });
    if (same != lines.end()) {
      same->quantity += quantity->get_int64();
    } else {
      lines.push_back(StockLine{*id, quantity->get_int64()});
    }
  }
  std::sort(lines.begin(), lines.end(), [](const StockLine& a, const StockLine& b) { return a.variant < b.variant; });
  return lines;
}

}  // namespace jangteo
