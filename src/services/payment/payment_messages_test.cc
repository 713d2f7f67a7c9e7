#include <gtest/gtest.h>

#include <string>

#include "runtime/entropy.h"
#include "services/payment/payment_api.h"

namespace jangteo {
namespace {

const OrderId kOrder = new_id<OrderId>(Timestamp{1});

TEST(PaymentMessages, CommandsComeBackAsTheyWere) {
  using enum PaymentCommand::Type;
  for (const auto type : {authorize, capture, cancel, refund}) {
    PaymentCommand command{type, kOrder, {}, {}, "trace"};
    if (type == authorize) {
      command.token = "tok_\"ok\"";
      command.amount = Money{1299, *Currency::parse("KRW")};
    }
    std::string text;
    write_payment_command(text, command);
    const auto read = read_payment_command(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->order, kOrder);
    EXPECT_EQ(read->token, command.token);
    EXPECT_EQ(read->amount.amount, command.amount.amount);
    EXPECT_EQ(read->trace, "trace");
  }
}

TEST(PaymentMessages, RepliesComeBackAsTheyWere) {
  using enum PaymentReply::Type;
  for (const auto type : {authorized, declined, captured, voided, refunded}) {
    const PaymentReply reply{type, kOrder, type == declined ? "card_declined" : "", "trace"};
    std::string text;
    write_payment_reply(text, reply);
    const auto read = read_payment_reply(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->order, kOrder);
    EXPECT_EQ(read->reason, reply.reason);
    EXPECT_EQ(read->trace, "trace");
  }
}

TEST(PaymentMessages, WhatIsNoMessageIsMalformed) {
  const std::string order = "\"orderId\":\"" + kOrder.str() + "\"";
  const std::string authorize = R"({"type":"payment.authorize",)" + order;
  for (const auto& text :
       {std::string(), std::string("{}"), std::string(R"({"type":"payment.capture"})"),
        R"({"type":"payment.steal",)" + order + "}", authorize + "}", authorize + R"(,"token":"t"})",
        authorize + R"(,"token":"t","amount":5})", authorize + R"(,"token":"t","amount":{"amount":1}})",
        authorize + R"(,"token":"t","amount":{"amount":1.5,"currency":"KRW"}})",
        authorize + R"(,"token":"t","amount":{"amount":1,"currency":"NOPE"}})",
        authorize + R"(,"token":5,"amount":{"amount":1,"currency":"KRW"}})"}) {
    const auto read = read_payment_command(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::malformed) << text;
  }
  EXPECT_FALSE(read_payment_reply(R"({"type":"payment.authorize",)" + order + "}").has_value());
  EXPECT_FALSE(read_payment_reply(R"({"type":"payment.captured"})").has_value());
}

}  // namespace
}  // namespace jangteo
