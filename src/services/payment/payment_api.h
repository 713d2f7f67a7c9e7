// The door of the payment service: the messages of its topics (schemas in api/events.yaml) and what a payment method
// may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/money.h"
#include "base/result.h"

namespace jangteo {

inline constexpr std::string_view kPaymentCommandsTopic =
    "payment.commands";                                                      // one partition per payment database (one)
inline constexpr std::string_view kPaymentRepliesTopic = "payment.replies";  // partition of the order

struct PaymentCommand {
  enum class Type : std::uint8_t {
    authorize,
    capture,
    cancel,
    refund
  } type = Type::authorize;  // cancel: void, or refund when captured
  OrderId order;
  std::string token;  // authorize
  Money amount;       // authorize
  std::string trace;
};

struct PaymentReply {
  enum class Type : std::uint8_t { authorized, declined, captured, voided, refunded } type = Type::authorized;
  OrderId order;
  std::string reason;  // declined: card_declined, insufficient_funds, provider_unavailable
  std::string trace;
};

std::string_view to_string(PaymentCommand::Type type);
void write_payment_command(std::string& out, const PaymentCommand& command);
void write_payment_reply(std::string& out, const PaymentReply& reply);
Result<PaymentCommand> read_payment_command(std::string_view json);
Result<PaymentReply> read_payment_reply(std::string_view json);

struct PaymentMethod {
  std::string method;  // "card"
  std::string token;
};

class PaymentApi {
 public:
  virtual ~PaymentApi() = default;
  // `invalid` when no configured provider takes such a method.
  virtual Status validate(const PaymentMethod& method) const = 0;
  // The card that the short order form uses; empty when the provider is a real one.
  virtual std::string test_token() const = 0;
};

}  // namespace jangteo
