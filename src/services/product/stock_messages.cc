#include "services/product/stock_messages.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/json_message.h"

namespace jangteo {

namespace {

constexpr std::array<std::string_view, 4> kCommandTypes{"stock.reserve", "stock.commit", "stock.release",
                                                        "stock.restock"};
constexpr std::array<std::string_view, 5> kReplyTypes{"stock.reserved", "stock.refused", "stock.committed",
                                                      "stock.released", "stock.restocked"};

template <class Type, std::size_t N>
bool read_type(const std::array<std::string_view, N>& names, std::string_view text, Type& type) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) {
      type = static_cast<Type>(i);
      return true;
    }
  }
  return false;
}

// Sorted by variant, each variant once. False: no line, or a sum that is too large.
bool merge_lines(std::vector<StockLine>& lines) {
  std::sort(lines.begin(), lines.end(), [](const StockLine& a, const StockLine& b) { return a.variant < b.variant; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (kept > 0 && lines[kept - 1].variant == lines[i].variant) {
      auto& sum = lines[kept - 1].quantity;
      if (__builtin_add_overflow(sum, lines[i].quantity, &sum)) return false;
    } else {
      lines[kept++] = lines[i];
    }
  }
  lines.resize(kept);
  return kept > 0;
}

}  // namespace

void write_stock_command(std::string& out, const StockCommand& command) {
  JsonWriter writer(out);
  writer.begin_object()
      .field("type", kCommandTypes[static_cast<std::size_t>(command.type)])
      .field("orderId", std::string_view(command.order.text()));
  if (command.type == StockCommand::Type::reserve) {
    writer.key("lines").begin_array();
    for (const auto& line : command.lines) {
      writer.begin_object()
          .field("variantId", std::string_view(line.variant.text()))
          .field("quantity", line.quantity)
          .end_object();
    }
    writer.end_array();
  }
  writer.field("trace", command.trace).end_object();
}

void write_stock_reply(std::string& out, const StockReply& reply) {
  JsonWriter writer(out);
  writer.begin_object()
      .field("type", kReplyTypes[static_cast<std::size_t>(reply.type)])
      .field("orderId", std::string_view(reply.order.text()))
      .field("shard", static_cast<std::int64_t>(reply.shard));
  if (reply.type == StockReply::Type::refused) {
    writer.field("variantId", std::string_view(reply.variant.text()))
        .field("requested", reply.requested)
        .field("available", reply.available);
  }
  writer.field("trace", reply.trace).end_object();
}

Result<StockCommand> read_stock_command(std::string_view json) {
  JsonMessage message(json);
  StockCommand command;
  if (!read_type(kCommandTypes, message.text("type"), command.type)) message.missing("type");
  command.order = message.id<OrderId>("orderId");
  command.trace = message.text_or_empty("trace");
  if (command.type == StockCommand::Type::reserve) {
    for (const auto& entry : message.array("lines")) {
      const auto* object = entry.if_object();
      const auto* variant = object == nullptr ? nullptr : object->if_contains("variantId");
      const auto* quantity = object == nullptr ? nullptr : object->if_contains("quantity");
      if (variant == nullptr || !variant->is_string() || quantity == nullptr || !quantity->is_int64()) {
        message.missing("lines");
        break;
      }
      const auto id = VariantId::parse(std::string_view(variant->get_string().data(), variant->get_string().size()));
      if (!id || quantity->get_int64() < 1) {
        message.missing("lines");
        break;
      }
      command.lines.push_back(StockLine{*id, quantity->get_int64()});
    }
    if (!merge_lines(command.lines)) message.missing("lines");
  }
  if (!message.good()) return message.error();
  return command;
}

Result<StockReply> read_stock_reply(std::string_view json) {
  JsonMessage message(json);
  StockReply reply;
  if (!read_type(kReplyTypes, message.text("type"), reply.type)) message.missing("type");
  reply.order = message.id<OrderId>("orderId");
  reply.shard = static_cast<std::uint32_t>(message.integer("shard"));
  reply.trace = message.text_or_empty("trace");
  if (reply.type == StockReply::Type::refused) {
    reply.variant = message.id<VariantId>("variantId");
    reply.requested = message.integer("requested");
    reply.available = message.integer("available");
  }
  if (!message.good()) return message.error();
  return reply;
}

}  // namespace jangteo
