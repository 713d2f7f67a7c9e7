// Wiring of the payment service: its database with outbox relay, its provider, its subscriber.
#pragma once

#include <memory>

#include "delivery/outbox.h"
#include "services/payment/payment_service.h"
#include "services/payment/sandbox_provider.h"

namespace jangteo {

struct PaymentDependencies {
  SqlDatabase* database = nullptr;
  EventLog* log = nullptr;
  Clock* clock = nullptr;
  MetricsRegistry* metrics = nullptr;
};

class PaymentModule final : public PaymentApi {
 public:
  explicit PaymentModule(PaymentDependencies dependencies) : dependencies_(dependencies) {}
  Status open();  // blocking; the topics exist
  void start(TaskScope& scope);
  void wake();  // on the background loop, after the scope's stop()

  Status validate(const PaymentMethod& method) const override { return provider_.validate(method); }
  std::string test_token() const override { return "tok_ok"; }
  SandboxProvider& sandbox() { return provider_; }

  static Status migrate(SqlDatabase& database);

 private:
  PaymentDependencies dependencies_;
  SandboxProvider provider_;
  std::unique_ptr<OutboxRelay> relay_;
  std::unique_ptr<PaymentService> service_;
};

}  // namespace jangteo
