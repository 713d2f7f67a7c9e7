#include "services/payment/payment_service.h"

#include <algorithm>

#include "delivery/outbox.h"
#include "runtime/entropy.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr int kAuthorizeTriesMax = 6;
constexpr Millis kFirstPause{50};
constexpr Millis kPauseMax{2000};

Counter& outcome_counter(MetricsRegistry& metrics, const char* outcome) {
  return metrics.counter("jangteo_payments_total", "Payments by what became of them", {{"outcome", outcome}});
}

}  // namespace

PaymentService::PaymentService(SqlDatabase& database, EventLog& log, PaymentProvider& provider, Clock& clock,
                               MetricsRegistry& metrics)
    : SubscriberBase(SubscriberSettings{"payment", std::string(kPaymentCommandsTopic), 0}, database, log, clock,
                     metrics),
      provider_(provider),
      reply_partitions_(log.partitions(kPaymentRepliesTopic)),
      authorized_(outcome_counter(metrics, "authorized")),
      declined_(outcome_counter(metrics, "declined")),
      captured_(outcome_counter(metrics, "captured")),
      refunded_(outcome_counter(metrics, "refunded")) {
  JT_ASSERT(reply_partitions_ > 0, "topic payment.replies exists before the payment service");
}

void PaymentService::start_all(TaskScope& scope) {
  scope_ = &scope;
  scope.spawn(resume_parked(&scope));
  scope.spawn(record_finished(&scope));
  start(scope);
}

void PaymentService::begin(WorkPointer work) { scope_->spawn(carry_out(std::move(work))); }

Task<void> PaymentService::carry_out(WorkPointer work) {
  while (in_flight_.contains(work->command.order)) co_await sleep_for(Millis{20});
  in_flight_.insert(work->command.order);
  if (work->command.type == PaymentCommand::Type::authorize) {
    work->outcome = co_await authorize(work);
  } else {
    work->outcome = co_await until_done(work);
  }
  in_flight_.erase(work->command.order);
  work->done = true;
  if (work->parked) {
    finished_.push_back(work);
    finished_event_.set();
  }
}

// Ends authorized or declined. An unknown outcome is looked up before anything else is tried.
Task<ProviderOutcome> PaymentService::authorize(WorkPointer work) {
  const std::string key = work->command.order.str();
  Millis pause = kFirstPause;
  for (int tries = 1; tries <= kAuthorizeTriesMax; ++tries) {
    auto outcome = co_await provider_.authorize(key, work->command.token, work->command.amount);
    if (outcome.kind == ProviderOutcome::Kind::done || outcome.kind == ProviderOutcome::Kind::declined)
      co_return outcome;
    if (outcome.kind == ProviderOutcome::Kind::unknown) {
      const auto found = co_await provider_.find(key);
      if (found == PaymentProvider::Found::authorized || found == PaymentProvider::Found::captured)
        co_return ProviderOutcome{};
    }
    log_warn("payment.provider_retry", {{"order", work->command.order.text()},
                                        {"tries", tries},
                                        {"why", outcome.reason},
                                        {"trace", work->command.trace}});
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
  auto cancelled = co_await provider_.cancel(key);  // whatever it may have done after all
  if (cancelled.kind != ProviderOutcome::Kind::done) {
    log_error("payment.cancel_unsure", {{"order", work->command.order.text()}, {"why", cancelled.reason}});
  }
  co_return ProviderOutcome{ProviderOutcome::Kind::declined, "provider_unavailable"};
}

// Capture, void and refund are repeated until the provider has done them.
Task<ProviderOutcome> PaymentService::until_done(WorkPointer work) {
  const std::string key = work->command.order.str();
  Millis pause = kFirstPause;
  for (;;) {
    ProviderOutcome outcome;
    if (work->command.type == PaymentCommand::Type::capture) {
      outcome = co_await provider_.capture(key);
    } else if (work->command.type == PaymentCommand::Type::refund) {
      outcome = co_await provider_.refund(key);
    } else {
      CallContext context;
      const OrderId order = work->command.order;
      auto look = [order](SqlReader& reader) -> Result<std::optional<Payment>> {
        return PaymentStore::find(reader, order);
      };
      auto payment = co_await read(database_, context, std::move(look));
      const bool captured = payment && *payment && (*payment)->state == PaymentState::captured;
      if (captured) {
        outcome = co_await provider_.refund(key);
      } else {
        outcome = co_await provider_.cancel(key);
      }
    }
    if (outcome.kind == ProviderOutcome::Kind::done) co_return outcome;
    log_warn("payment.provider_retry", {{"order", work->command.order.text()},
                                        {"type", to_string(work->command.type)},
                                        {"why", outcome.reason},
                                        {"trace", work->command.trace}});
    if (scope_->stopping())
      co_return ProviderOutcome{ProviderOutcome::Kind::failed, "stopping"};  // parked: again at the next start
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

void PaymentService::reply(SqlTx& tx, const Work& work, PaymentReply::Type type, std::string_view reason) {
  PaymentReply reply;
  reply.type = type;
  reply.order = work.command.order;
  reply.reason = reason;
  reply.trace = work.command.trace;
  std::string body;
  write_payment_reply(body, reply);
  emit(tx, kPaymentRepliesTopic, reply.order.route() % reply_partitions_, reply.order.text(), body);
}

// Writes what the provider did. A command that comes twice finds its effect there and is only answered again.
void PaymentService::record(SqlTx& tx, const Work& work) {
  const auto& command = work.command;
  const Timestamp now = clock_.now();
  switch (command.type) {
    case PaymentCommand::Type::authorize: {
      const bool is_authorized = work.outcome.kind == ProviderOutcome::Kind::done;
      Payment payment;
      payment.id = new_id<PaymentId>(now);
      payment.order = command.order;
      payment.state = is_authorized ? PaymentState::authorized : PaymentState::failed;
      payment.amount = command.amount;
      payment.reason = work.outcome.reason;
      if (PaymentStore::insert(tx, payment, now)) {
        (is_authorized ? authorized_ : declined_).add();
      } else {
        payment = *PaymentStore::find(tx, command.order);
      }
      if (payment.state == PaymentState::failed || payment.state == PaymentState::voided) {
        reply(tx, work, PaymentReply::Type::declined, payment.reason);
      } else {
        reply(tx, work, PaymentReply::Type::authorized);
      }
      return;
    }
    case PaymentCommand::Type::capture: {
      if (PaymentStore::capture(tx, command.order, now)) {
        captured_.add();
      } else {
        const auto payment = PaymentStore::find(tx, command.order);
        if (!payment || payment->captured == 0) {
          log_error("payment.capture_without_authorization", {{"order", command.order.text()}});
          return;
        }
      }
      reply(tx, work, PaymentReply::Type::captured);
      return;
    }
    case PaymentCommand::Type::cancel:
    case PaymentCommand::Type::refund: {
      const auto payment = PaymentStore::find(tx, command.order);
      if (!payment) {
        // Nothing was authorized yet: a late authorization finds this row and is refused.
        Payment none;
        none.id = new_id<PaymentId>(now);
        none.order = command.order;
        none.state = PaymentState::voided;
        none.reason = "cancelled";
        PaymentStore::insert(tx, none, now);
        reply(tx, work, PaymentReply::Type::voided);
        return;
      }
      if (payment->state == PaymentState::authorized)
        PaymentStore::move(tx, command.order, PaymentState::authorized, PaymentState::voided, now);
      if (payment->state == PaymentState::captured && PaymentStore::refund(tx, *payment, new_id<RefundId>(now), now))
        refunded_.add();
      const bool was_captured = payment->captured > 0;
      reply(tx, work, was_captured ? PaymentReply::Type::refunded : PaymentReply::Type::voided);
      return;
    }
  }
}

Task<Status> PaymentService::apply(const LogBatch* batch, std::int64_t next_offset) {
  std::vector<WorkPointer> works;
  std::vector<std::pair<const LogRecord*, std::string>> unreadable;
  for (const auto& record : batch->records) {
    auto command = read_payment_command(record.value);
    if (!command) {
      unreadable.emplace_back(&record, command.error().detail);
      continue;
    }
    works.push_back(std::make_shared<Work>());
    works.back()->command = std::move(*command);
    begin(works.back());
    if (!works.back()->done) works.back()->body = record.value;
  }
  for (auto& work : works) work->parked = !work->done;
  CallContext context;
  auto unit = [this, &works, &unreadable, next_offset](SqlTx& tx) -> Status {
    for (const auto& [record, reason] : unreadable) position_.bury(tx, *record, reason, clock_.now());
    for (const auto& work : works) {
      if (work->parked) {
        PaymentStore::add_task(tx, work->command, work->body, clock_.now());
      } else {
        record(tx, *work);
      }
    }
    position_.store(tx, next_offset);
    return {};
  };
  auto done = co_await write(database_, context, std::move(unit));
  co_return done;
}

Task<void> PaymentService::resume_parked(TaskScope* scope) {
  CallContext context;
  auto look = [](SqlReader& reader) -> Result<std::vector<std::string>> {
    std::vector<std::string> bodies;
    PaymentStore::tasks(reader, [&](std::string_view body) { bodies.emplace_back(body); });
    return bodies;
  };
  auto bodies = co_await read(database_, context, std::move(look));
  if (!bodies) {
    log_error("payment.tasks_unread", {{"why", bodies.error().detail}});
    co_return;
  }
  for (const auto& body : *bodies) {
    if (scope->stopping()) co_return;
    auto command = read_payment_command(body);
    JT_ASSERT(command.has_value(), "a parked command was read before");
    auto work = std::make_shared<Work>();
    work->command = std::move(*command);
    work->parked = true;
    begin(std::move(work));
  }
}

Task<void> PaymentService::record_finished(TaskScope* scope) {
  while (!scope->stopping()) {
    co_await finished_event_.wait();
    std::vector<WorkPointer> works = std::exchange(finished_, {});
    std::erase_if(works, [](const WorkPointer& work) { return work->outcome.kind == ProviderOutcome::Kind::failed; });
    if (works.empty()) continue;
    CallContext context;
    auto unit = [this, &works](SqlTx& tx) -> Status {
      for (const auto& work : works) {
        record(tx, *work);
        PaymentStore::remove_task(tx, work->command);
      }
      return {};
    };
    auto done = co_await write(database_, context, std::move(unit));
    if (!done) {
      log_warn("payment.record_failed", {{"why", done.error().detail}});
      finished_.insert(finished_.end(), works.begin(), works.end());
      co_await sleep_for(Millis{200});
      finished_event_.set();
    }
  }
}

}  // namespace jangteo
