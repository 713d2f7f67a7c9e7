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
constexpr Millis kTurnPause{20};
constexpr Millis kRoomPause{50};

// Not decided: the command stays, or becomes, a parked task and is carried out at the next start.
ProviderOutcome stopping() { return {ProviderOutcome::Kind::failed, "stopping"}; }

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
  scope.spawn(serve(&scope));
  scope.spawn(record_finished(&scope));
}

// Parked tasks first: a void that is new must not overtake the authorization that an earlier run parked.
Task<void> PaymentService::serve(TaskScope* scope) {
  co_await resume_parked(scope);
  if (!scope->stopping()) start(*scope);
}

void PaymentService::begin(WorkPointer work) {
  auto& last = last_[work->command.order];
  work->before = std::exchange(last, work);
  scope_->spawn(carry_out(std::move(work)));
}

void PaymentService::park(Work& work) {
  work.parked = true;
  ++parked_count_;
  ++tasks_[{work.command.order, work.command.type}];
}

Task<void> PaymentService::carry_out(WorkPointer work) {
  while (work->before) {
    if (work->before->done) {
      work->before.reset();
    } else {
      co_await sleep_for(kTurnPause);
    }
  }
  if (work->command.type == PaymentCommand::Type::authorize) {
    work->outcome = co_await authorize(work);
  } else if (work->command.type == PaymentCommand::Type::capture) {
    work->outcome = co_await capture(work);
  } else {
    work->outcome = co_await give_back(work);
  }
  work->done = true;
  const auto last = last_.find(work->command.order);
  if (last != last_.end() && last->second == work) last_.erase(last);
  if (work->parked) {
    --parked_count_;
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
    log_retry(*work, outcome.reason);
    const bool go_on = co_await pause_unless_stopping(pause);
    if (!go_on) co_return stopping();
    pause = std::min(pause * 2, kPauseMax);
  }
  auto cancelled = co_await provider_.cancel(key);  // whatever it may have done after all
  if (cancelled.kind != ProviderOutcome::Kind::done) {
    log_error("payment.cancel_unsure", {{"order", work->command.order.text()}, {"why", cancelled.reason}});
  }
  co_return ProviderOutcome{ProviderOutcome::Kind::declined, "provider_unavailable"};
}

// A capture is repeated until the provider has done it. `declined`: of a payment that is given up.
Task<ProviderOutcome> PaymentService::capture(WorkPointer work) {
  const std::string key = work->command.order.str();
  for (Millis pause = kFirstPause;; pause = std::min(pause * 2, kPauseMax)) {
    auto outcome = co_await provider_.capture(key);
    if (outcome.kind == ProviderOutcome::Kind::done) co_return outcome;
    log_retry(*work, outcome.reason);
    const bool go_on = co_await pause_unless_stopping(pause);
    if (!go_on) co_return stopping();
    const auto found = co_await provider_.find(key);
    if (found == PaymentProvider::Found::captured) co_return ProviderOutcome{};
    auto state = co_await state_of(work->command.order);
    if (!state) continue;
    // An authorization that has just been made may not be recorded yet.
    const bool authorized = *state ? **state == PaymentState::authorized || **state == PaymentState::captured
                                   : found != PaymentProvider::Found::nothing;
    if (!authorized) co_return ProviderOutcome{ProviderOutcome::Kind::declined, "not authorized"};
  }
}

// A void, or a refund when the money was captured, is repeated until the provider holds nothing any more.
Task<ProviderOutcome> PaymentService::give_back(WorkPointer work) {
  const std::string key = work->command.order.str();
  bool asked = false;
  for (Millis pause = kFirstPause;; pause = std::min(pause * 2, kPauseMax)) {
    std::string why;
    auto state = co_await state_of(work->command.order);
    if (!state) {
      why = state.error().detail;
    } else if (*state == PaymentState::refunded) {
      co_return ProviderOutcome{};
    } else {
      bool captured = *state == PaymentState::captured;
      if (asked) {  // it was of another opinion
        const auto found = co_await provider_.find(key);
        if (found == PaymentProvider::Found::nothing) co_return ProviderOutcome{};
        if (found != PaymentProvider::Found::unreachable) captured = found == PaymentProvider::Found::captured;
      }
      ProviderOutcome outcome;
      if (captured) {
        outcome = co_await provider_.refund(key);
      } else {
        outcome = co_await provider_.cancel(key);
      }
      if (outcome.kind == ProviderOutcome::Kind::done) co_return outcome;
      asked = true;
      why = outcome.reason;
    }
    log_retry(*work, why);
    const bool go_on = co_await pause_unless_stopping(pause);
    if (!go_on) co_return stopping();
  }
}

// What is recorded, if anything.
Task<Result<std::optional<PaymentState>>> PaymentService::state_of(OrderId order) {
  CallContext context;
  auto look = [order](SqlReader& reader) -> Result<std::optional<PaymentState>> {
    const auto payment = PaymentStore::find(reader, order);
    return payment ? std::optional(payment->state) : std::nullopt;
  };
  auto state = co_await read(database_, context, std::move(look));
  co_return state;
}

Task<bool> PaymentService::pause_unless_stopping(Millis pause) {
  if (!scope_->stopping()) co_await sleep_for(pause);
  co_return !scope_->stopping();
}

void PaymentService::log_retry(const Work& work, std::string_view why) {
  log_warn("payment.provider_retry", {{"order", work.command.order.text()},
                                      {"type", to_string(work.command.type)},
                                      {"why", why},
                                      {"trace", work.command.trace}});
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
void PaymentService::record(SqlTx& tx, Work& work) {
  work.undo = false;
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
        if (is_authorized) void_at_provider(tx, work);
        reply(tx, work, PaymentReply::Type::declined, payment.reason);
      } else {
        reply(tx, work, PaymentReply::Type::authorized);
      }
      return;
    }
    case PaymentCommand::Type::capture: {
      const bool is_captured = work.outcome.kind == ProviderOutcome::Kind::done;
      if (is_captured && PaymentStore::capture(tx, command.order, now)) {
        captured_.add();
      } else {
        const auto payment = PaymentStore::find(tx, command.order);
        if (!payment || payment->captured == 0) {
          if (is_captured) void_at_provider(tx, work);
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

// The provider holds money for a payment that was given up before: to be given back, whatever happens meanwhile.
void PaymentService::void_at_provider(SqlTx& tx, Work& work) {
  PaymentCommand command;
  command.type = PaymentCommand::Type::cancel;
  command.order = work.command.order;
  command.trace = work.command.trace;
  std::string body;
  write_payment_command(body, command);
  PaymentStore::add_task(tx, command, body, clock_.now());
  work.undo = true;
}

void PaymentService::begin_undoing(const std::vector<WorkPointer>& works) {
  for (const auto& work : works) {
    if (!work->undo) continue;
    auto undoing = std::make_shared<Work>();
    undoing->command.type = PaymentCommand::Type::cancel;
    undoing->command.order = work->command.order;
    undoing->command.trace = work->command.trace;
    park(*undoing);
    begin(std::move(undoing));
  }
}

Task<Status> PaymentService::apply(const LogBatch* batch, std::int64_t next_offset) {
  while (parked_count_ >= kParkedCountMax) {
    if (scope_->stopping()) co_return fail(ErrorCode::unavailable, "stopping");
    co_await sleep_for(kRoomPause);
  }
  std::vector<WorkPointer> works;
  Unreadable unreadable;
  for (const auto& record : batch->records) {
    auto command = read_payment_command(record.value);
    if (!command) {
      unreadable.emplace_back(&record, command.error().detail);
      continue;
    }
    works.push_back(std::make_shared<Work>());
    works.back()->command = std::move(*command);
    begin(works.back());
    const auto& work = *works.back();
    if (!work.done || work.outcome.kind == ProviderOutcome::Kind::failed) works.back()->body = record.value;
  }
  for (auto& work : works) {
    if (!work->done) {
      park(*work);
    } else {
      work->parked = !work->body.empty();  // by a stop: only its row is left
    }
  }
  CallContext context;
  auto unit = [this, &works, &unreadable, next_offset](SqlTx& tx) -> Status {
    bury_unreadable(tx, unreadable);
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
  if (done) {
    count_unreadable(unreadable);
    std::erase_if(works, [](const WorkPointer& work) { return work->parked; });  // record_finished() has these
    begin_undoing(works);
  }
  co_return done;
}

Task<void> PaymentService::resume_parked(TaskScope* scope) {
  std::vector<std::string> bodies;
  for (bool known = false; !known;) {
    if (scope->stopping()) co_return;
    CallContext context;
    auto look = [](SqlReader& reader) -> Result<std::vector<std::string>> {
      std::vector<std::string> found;
      PaymentStore::tasks(reader, [&](std::string_view body) { found.emplace_back(body); });
      return found;
    };
    auto found = co_await read(database_, context, std::move(look));
    known = found.has_value();
    if (known) {
      bodies = std::move(*found);
    } else {
      log_error("payment.tasks_unread", {{"why", found.error().detail}});
      co_await sleep_for(Millis{500});
    }
  }
  for (const auto& body : bodies) {
    auto command = read_payment_command(body);
    JT_ASSERT(command.has_value(), "a parked command was read before");
    auto work = std::make_shared<Work>();
    work->command = std::move(*command);
    park(*work);
    begin(std::move(work));
  }
}

Task<void> PaymentService::record_finished(TaskScope* scope) {
  while (!scope->stopping()) {
    co_await finished_event_.wait();
    std::vector<WorkPointer> works = std::exchange(finished_, {});
    std::erase_if(works, [](const WorkPointer& work) { return work->outcome.kind == ProviderOutcome::Kind::failed; });
    if (works.empty()) continue;
    for (const auto& work : works) work->last_of_task = --tasks_.at({work->command.order, work->command.type}) == 0;
    CallContext context;
    auto unit = [this, &works](SqlTx& tx) -> Status {
      for (const auto& work : works) {
        if (work->last_of_task) PaymentStore::remove_task(tx, work->command);
        record(tx, *work);
      }
      return {};
    };
    auto done = co_await write(database_, context, std::move(unit));
    if (done) {
      for (const auto& work : works) {
        const auto task = tasks_.find({work->command.order, work->command.type});
        if (task != tasks_.end() && task->second == 0) tasks_.erase(task);
      }
      begin_undoing(works);
    } else {
      for (const auto& work : works) ++tasks_.at({work->command.order, work->command.type});
      log_warn("payment.record_failed", {{"why", done.error().detail}});
      finished_.insert(finished_.begin(), works.begin(), works.end());  // an order's commands are recorded in order
      co_await sleep_for(Millis{200});
      finished_event_.set();
    }
  }
}

}  // namespace jangteo
