// Carries out payment commands: asks the provider, records what it did, replies. A command whose provider answers at
// once costs one share of one transaction per batch; a slow one is parked as a task (durable) and waits outside, so
// that it delays nobody else. A crash between the provider's effect and ours is healed by asking again with the same
// key.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "delivery/subscriber.h"
#include "runtime/async_event.h"
#include "services/payment/payment_provider.h"
#include "services/payment/payment_store.h"

namespace jangteo {

class PaymentService final : public SubscriberBase {
 public:
  PaymentService(SqlDatabase& database, EventLog& log, PaymentProvider& provider, Clock& clock,
                 MetricsRegistry& metrics);

  // On the background loop: takes up parked tasks, then commands.
  void start_all(TaskScope& scope);
  void wake() { finished_event_.set(); }

 protected:
  Task<Status> apply(const LogBatch* batch, std::int64_t next_offset) override;

 private:
  struct Work {
    PaymentCommand command;
    std::string body;
    ProviderOutcome outcome;
    bool done = false;
    bool parked = false;
  };
  using WorkPointer = std::shared_ptr<Work>;

  Task<void> carry_out(WorkPointer work);
  Task<ProviderOutcome> authorize(WorkPointer work);
  Task<ProviderOutcome> until_done(WorkPointer work);
  Task<void> resume_parked(TaskScope* scope);
  Task<void> record_finished(TaskScope* scope);
  void begin(WorkPointer work);
  void record(SqlTx& tx, const Work& work);
  void reply(SqlTx& tx, const Work& work, PaymentReply::Type type, std::string_view reason = {});

  PaymentProvider& provider_;
  TaskScope* scope_ = nullptr;
  std::uint32_t reply_partitions_;
  std::unordered_set<OrderId> in_flight_;
  std::vector<WorkPointer> finished_;  // parked ones whose provider has answered
  AsyncEvent finished_event_;
  Counter& authorized_;
  Counter& declined_;
  Counter& captured_;
  Counter& refunded_;
};

}  // namespace jangteo
