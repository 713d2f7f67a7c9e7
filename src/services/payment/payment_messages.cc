#include <array>

#include "base/json.h"
#include "base/json_message.h"
#include "services/payment/payment_api.h"

namespace jangteo {

namespace {

constexpr std::array<std::string_view, 4> kCommandTypes{"payment.authorize", "payment.capture", "payment.void",
                                                        "payment.refund"};
constexpr std::array<std::string_view, 5> kReplyTypes{"payment.authorized", "payment.declined", "payment.captured",
                                                      "payment.voided", "payment.refunded"};

}  // namespace

std::string_view to_string(PaymentCommand::Type type) { return kCommandTypes[static_cast<std::size_t>(type)]; }

void write_payment_command(std::string& out, const PaymentCommand& command) {
  JsonWriter writer(out);
  writer.begin_object().field("type", to_string(command.type)).field("orderId", std::string_view(command.order.text()));
  if (command.type == PaymentCommand::Type::authorize)
    writer.field("token", command.token).field("amount", command.amount);
  writer.field("trace", command.trace).end_object();
}

void write_payment_reply(std::string& out, const PaymentReply& reply) {
  JsonWriter writer(out);
  writer.begin_object()
      .field("type", kReplyTypes[static_cast<std::size_t>(reply.type)])
      .field("orderId", std::string_view(reply.order.text()));
  if (reply.type == PaymentReply::Type::declined) writer.field("reason", reply.reason);
  writer.field("trace", reply.trace).end_object();
}

Result<PaymentCommand> read_payment_command(std::string_view json) {
  JsonMessage message(json);
  PaymentCommand command;
  const auto type = message.text("type");
  std::size_t index = 0;
  while (index < kCommandTypes.size() && kCommandTypes[index] != type) ++index;
  if (index == kCommandTypes.size()) {
    message.missing("type");
  } else {
    command.type = static_cast<PaymentCommand::Type>(index);
  }
  command.order = message.id<OrderId>("orderId");
  command.trace = message.text_or_empty("trace");
  if (command.type == PaymentCommand::Type::authorize && message.good()) {
    command.token = message.text("token");
    const auto* money = message.object().if_contains("amount");
    const auto* amount = money == nullptr || !money->is_object() ? nullptr : money->get_object().if_contains("amount");
    const auto* currency =
        money == nullptr || !money->is_object() ? nullptr : money->get_object().if_contains("currency");
    if (amount == nullptr || !amount->is_int64() || currency == nullptr || !currency->is_string()) {
      message.missing("amount");
    } else {
      const auto parsed =
          Currency::parse(std::string_view(currency->get_string().data(), currency->get_string().size()));
      if (!parsed) message.missing("amount");
      command.amount = Money{amount->get_int64(), parsed.value_or(Currency{})};
    }
  }
  if (!message.good()) return message.error();
  return command;
}

Result<PaymentReply> read_payment_reply(std::string_view json) {
  JsonMessage message(json);
  PaymentReply reply;
  const auto type = message.text("type");
  std::size_t index = 0;
  while (index < kReplyTypes.size() && kReplyTypes[index] != type) ++index;
  if (index == kReplyTypes.size()) {
    message.missing("type");
  } else {
    reply.type = static_cast<PaymentReply::Type>(index);
  }
  reply.order = message.id<OrderId>("orderId");
  reply.reason = message.text_or_empty("reason");
  reply.trace = message.text_or_empty("trace");
  if (!message.good()) return message.error();
  return reply;
}

}  // namespace jangteo
