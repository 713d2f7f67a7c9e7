// Carries out payment commands: asks the provider, records what it did, replies. A command whose provider answers at
// once costs one share of one transaction per batch; a slow one is parked as a task (durable) and waits outside, so
// that it delays nobody else. Commands of one order are carried out one behind the other. A crash between the
// provider's effect and ours is healed by asking again with the same key; an authorization that comes too late for its
// payment is voided at the provider.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
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
  void wake() { finished_event_.set(); }  // after the scope's stop()

 protected:
  Task<Status> apply(const LogBatch* batch, std::int64_t next_offset) override;

 private:
  struct Work {
    PaymentCommand command;
    std::string body;
    ProviderOutcome outcome;
    bool done = false;
    bool parked = false;
    bool last_of_task = false;     // no other command under way shares its row
    bool undo = false;             // the provider holds money for what is voided or failed here
    std::shared_ptr<Work> before;  // the order's command before this one, until that is done
  };
  using WorkPointer = std::shared_ptr<Work>;
  static constexpr std::size_t kParkedCountMax = 10'000;  // with so many, no further commands are taken

  Task<void> carry_out(WorkPointer work);
  Task<ProviderOutcome> authorize(WorkPointer work);
  Task<ProviderOutcome> capture(WorkPointer work);
  Task<ProviderOutcome> give_back(WorkPointer work);
  Task<Result<std::optional<PaymentState>>> state_of(OrderId order);
  Task<bool> pause_unless_stopping(Millis pause);
  static void log_retry(const Work& work, std::string_view why);
  Task<void> serve(TaskScope* scope);
  Task<void> resume_parked(TaskScope* scope);
  Task<void> record_finished(TaskScope* scope);
  void begin(WorkPointer work);
  void park(Work& work);
  void record(SqlTx& tx, Work& work);
  void void_at_provider(SqlTx& tx, Work& work);
  void begin_undoing(const std::vector<WorkPointer>& works);
  void reply(SqlTx& tx, const Work& work, PaymentReply::Type type, std::string_view reason = {});

  PaymentProvider& provider_;
  TaskScope* scope_ = nullptr;
  std::uint32_t reply_partitions_;
  std::unordered_map<OrderId, WorkPointer> last_;  // of every order that has commands under way
  std::size_t parked_count_ = 0;                   // of these, outside a batch
  // Commands per row of payment_task (a command that came twice shares one), from parking to recording.
  std::map<std::pair<OrderId, PaymentCommand::Type>, std::size_t> tasks_;
  std::vector<WorkPointer> finished_;  // parked ones whose provider has answered
  AsyncEvent finished_event_;
  Counter& authorized_;
  Counter& declined_;
  Counter& captured_;
  Counter& refunded_;
};

}  // namespace jangteo
