#include "services/order/order_view.h"

#include "base/json.h"

namespace jangteo {

namespace {

void write_placed(JsonWriter& writer, const OrderFacts& facts, OrderStatus status, std::string_view self_link) {
  writer.field("id", std::string_view(facts.id.text())).field("status", to_string(status));
  writer.key("items").raw(facts.items);
  writer.field("total", facts.total).field("createdAt", facts.created_at);
  writer.key("links").begin_object().field("self", self_link).end_object();
}

}  // namespace

std::string placed_view(const OrderFacts& facts, OrderStatus status, std::string_view self_link) {
  std::string out;
  out.reserve(facts.items.size() + 320);
  JsonWriter writer(out);
  writer.begin_object();
  write_placed(writer, facts, status, self_link);
  writer.end_object();
  return out;
}

std::string order_view(const OrderRecord& record, std::string_view self_link) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  write_placed(writer, record.facts, record.status, self_link);
  if (!record.reason.empty()) writer.field("reason", record.reason);
  writer.key("timeline").begin_array();
  for (const auto& entry : read_timeline(record.saga.timeline)) {
    writer.begin_object()
        .field("at", Timestamp{(record.saga.started_us + entry.offset_us) / 1000})
        .field("event", to_string(entry.event))
        .field("elapsedMs", static_cast<double>(entry.offset_us) / 1000.0)
        .end_object();
  }
  writer.end_array();
  writer.key("saga").begin_object().field("state", to_string(record.saga.state.phase)).end_object();
  if (!record.saga.trace.empty()) writer.field("traceId", record.saga.trace);
  writer.end_object();
  return out;
}

}  // namespace jangteo
