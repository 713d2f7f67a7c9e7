#include "services/product/stock_messages.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/entropy.h"

namespace jangteo {
namespace {

const VariantId kPen = new_id<VariantId>(Timestamp{1});
const VariantId kInk = new_id<VariantId>(Timestamp{2});
const OrderId kOrder = new_id<OrderId>(Timestamp{1});

TEST(StockMessages, CommandsComeBackAsTheyWere) {
  for (const auto type : {StockCommand::Type::reserve, StockCommand::Type::commit, StockCommand::Type::release,
                          StockCommand::Type::restock}) {
    StockCommand command{type, kOrder, {}, "00-trace-\"quoted\"-01"};
    if (type == StockCommand::Type::reserve) command.lines = {{kPen, 1}, {kInk, INT64_MAX}};
    std::string text;
    write_stock_command(text, command);
    const auto read = read_stock_command(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->order, kOrder);
    EXPECT_EQ(read->trace, command.trace);
    ASSERT_EQ(read->lines.size(), command.lines.size());
    for (std::size_t i = 0; i < command.lines.size(); ++i) {
      EXPECT_EQ(read->lines[i].variant, command.lines[i].variant);
      EXPECT_EQ(read->lines[i].quantity, command.lines[i].quantity);
    }
  }
}

TEST(StockMessages, RepliesComeBackAsTheyWere) {
  for (const auto type : {StockReply::Type::reserved, StockReply::Type::refused, StockReply::Type::committed,
                          StockReply::Type::released, StockReply::Type::restocked}) {
    StockReply reply;
    reply.type = type;
    reply.order = kOrder;
    reply.shard = 7;
    reply.trace = "trace";
    if (type == StockReply::Type::refused) {
      reply.variant = kInk;
      reply.requested = 5;
      reply.available = 2;
    }
    std::string text;
    write_stock_reply(text, reply);
    const auto read = read_stock_reply(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->order, kOrder);
    EXPECT_EQ(read->shard, 7U);
    EXPECT_EQ(read->variant, reply.variant);
    EXPECT_EQ(read->requested, reply.requested);
    EXPECT_EQ(read->available, reply.available);
    EXPECT_EQ(read->trace, "trace");
  }
}

std::string reserve_text(const std::string& lines) {
  return R"({"type":"stock.reserve","orderId":")" + kOrder.str() + R"(","lines":[)" + lines + "]}";
}
std::string line(VariantId variant, const std::string& quantity) {
  return R"({"variantId":")" + variant.str() + R"(","quantity":)" + quantity + "}";
}

TEST(StockMessages, LinesAreSortedAndAVariantNamedTwiceIsOneLine) {
  const auto read = read_stock_command(reserve_text(line(kInk, "2") + "," + line(kPen, "1") + "," + line(kInk, "3")));
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].variant, kPen);
  EXPECT_EQ(read->lines[0].quantity, 1);
  EXPECT_EQ(read->lines[1].variant, kInk);
  EXPECT_EQ(read->lines[1].quantity, 5);
}

TEST(StockMessages, WhatIsNoCommandIsMalformed) {
  const std::string order = "\"orderId\":\"" + kOrder.str() + "\"";
  for (const auto& text :
       {std::string(), std::string("{}"), "{" + order + "}", R"({"type":"stock.reserve"})" + std::string(),
        R"({"type":"stock.sell",)" + order + "}", R"({"type":"stock.commit","orderId":"ord_1"})" + std::string(),
        R"({"type":"stock.reserve",)" + order + "}", reserve_text(""), reserve_text("1"), reserve_text("{}"),
        reserve_text(line(kPen, "0")), reserve_text(line(kPen, "-1")), reserve_text(line(kPen, "1.5")),
        reserve_text(line(kPen, "9223372036854775808")), reserve_text(line(kPen, "\"1\"")),
        reserve_text(R"({"variantId":"var_x","quantity":1})"),
        reserve_text(line(kPen, "9223372036854775807") + "," + line(kPen, "1"))}) {
    const auto read = read_stock_command(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::malformed) << text;
  }
}

TEST(StockMessages, WhatIsNoReplyIsMalformed) {
  const std::string order = "\"orderId\":\"" + kOrder.str() + "\"";
  for (const auto& text :
       {std::string("[]"), R"({"type":"stock.reserved",)" + order + "}",
        R"({"type":"stock.refused","shard":1,)" + order + "}", R"({"type":"stock.reserve","shard":1,)" + order + "}"}) {
    EXPECT_FALSE(read_stock_reply(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace jangteo
