#include "services/order/domain/checkout_saga.h"

#include <array>

namespace jangteo {

namespace {

constexpr std::array<std::string_view, 14> kTimelineNames{
    "order.pending",   "stock.reserved",  "stock.refused",    "payment.authorized", "payment.declined",
    "order.confirmed", "stock.committed", "payment.captured", "stock.released",     "order.rejected",
    "order.cancelled", "payment.voided",  "payment.refunded", "stock.restocked"};

void end_compensation(SagaState& state, SagaActions& actions) {
  state.phase = SagaPhase::compensated;
  if ((state.flags & SagaState::kCancelledFlag) == 0) {
    actions.reject = true;
    actions.timeline.push_back(TimelineEvent::order_rejected);
  }
}

// Undoes what was done before the pivot: holds are released, an authorization is voided.
void compensate(SagaState& state, SagaActions& actions, bool payment_too) {
  state.phase = SagaPhase::compensating;
  state.pending = state.reserved | (payment_too ? SagaState::kPaymentBit : 0);
  actions.release = state.reserved;
  actions.cancel_payment = payment_too;
  if (state.pending == 0) end_compensation(state, actions);
}

bool take(std::uint64_t& pending, std::uint64_t bit) {
  if ((pending & bit) == 0) return false;
  pending &= ~bit;
  return true;
}

// All stock shards have answered the reservation.
void reserving_done(SagaState& state, SagaActions& actions) {
  if ((state.flags & (SagaState::kRefusedFlag | SagaState::kCancelledFlag)) != 0) {
    compensate(state, actions, false);
    return;
  }
  actions.timeline.push_back(TimelineEvent::stock_reserved);
  state.phase = SagaPhase::authorizing;
  state.pending = SagaState::kPaymentBit;
  actions.authorize = true;
}

void undone(SagaState& state, SagaActions& actions, std::uint64_t bit, TimelineEvent event) {
  if (state.phase != SagaPhase::compensating || !take(state.pending, bit)) return;
  actions.changed = true;
  const bool last_of_kind = bit == SagaState::kPaymentBit || (state.pending & ~SagaState::kPaymentBit) == 0;
  if (last_of_kind) actions.timeline.push_back(event);
  if (state.pending == 0) end_compensation(state, actions);
}

void finished(SagaState& state, SagaActions& actions, std::uint64_t bit, TimelineEvent event) {
  if (state.phase != SagaPhase::finishing || !take(state.pending, bit)) return;
  actions.changed = true;
  const bool last_of_kind = bit == SagaState::kPaymentBit || (state.pending & ~SagaState::kPaymentBit) == 0;
  if (last_of_kind) actions.timeline.push_back(event);
  if (state.pending == 0) state.phase = SagaPhase::completed;
}

}  // namespace

std::string_view to_string(SagaPhase phase) {
  switch (phase) {
    case SagaPhase::reserving:
    case SagaPhase::authorizing:
    case SagaPhase::finishing:
      return "running";
    case SagaPhase::completed:
      return "completed";
    case SagaPhase::compensating:
      return "compensating";
    case SagaPhase::compensated:
      return "compensated";
    case SagaPhase::stuck:
      return "stuck";
  }
  return "stuck";
}

std::string_view to_string(TimelineEvent event) { return kTimelineNames[static_cast<std::size_t>(event)]; }

SagaState begin_saga(std::uint64_t stock_shards, SagaActions& actions) {
  SagaState state;
  state.stock_shards = stock_shards;
  state.pending = stock_shards;
  actions.reserve = stock_shards;
  actions.timeline.push_back(TimelineEvent::order_pending);
  actions.changed = true;
  return state;
}

SagaActions on_stock(SagaState& state, std::uint32_t shard, StockOutcome outcome, std::string_view reason) {
  SagaActions actions;
  const std::uint64_t bit = 1ULL << shard;
  switch (outcome) {
    case StockOutcome::reserved:
      if (state.phase != SagaPhase::reserving) {
        if ((state.reserved & bit) == 0) actions.release = bit;  // too late: nobody needs these pieces
        return actions;
      }
      if (!take(state.pending, bit)) return actions;
      actions.changed = true;
      state.reserved |= bit;
      if (state.pending == 0) reserving_done(state, actions);
      return actions;
    case StockOutcome::refused:
      if (state.phase != SagaPhase::reserving || !take(state.pending, bit)) return actions;
      actions.changed = true;
      if ((state.flags & SagaState::kRefusedFlag) == 0) actions.timeline.push_back(TimelineEvent::stock_refused);
      state.flags |= SagaState::kRefusedFlag;
      if (state.reason.empty()) state.reason = reason;
      if (state.pending == 0) reserving_done(state, actions);
      return actions;
    case StockOutcome::committed:
      finished(state, actions, bit, TimelineEvent::stock_committed);
      return actions;
    case StockOutcome::released:
      undone(state, actions, bit, TimelineEvent::stock_released);
      return actions;
    case StockOutcome::restocked:
      undone(state, actions, bit, TimelineEvent::stock_restocked);
      return actions;
  }
  return actions;
}

SagaActions on_payment(SagaState& state, PaymentOutcome outcome, std::string_view reason) {
  SagaActions actions;
  switch (outcome) {
    case PaymentOutcome::authorized:
      if (state.phase == SagaPhase::authorizing) {
        actions.changed = true;
        actions.timeline = {TimelineEvent::payment_authorized, TimelineEvent::order_confirmed};
        actions.confirm = true;  // the pivot: from here on forward only
        state.phase = SagaPhase::finishing;
        state.pending = state.reserved | SagaState::kPaymentBit;
        actions.commit = state.reserved;
        actions.capture = true;
      } else if (state.phase == SagaPhase::compensated) {
        actions.cancel_payment = true;  // money that nobody waits for any more
      }
      return actions;
    case PaymentOutcome::declined:
      if (state.phase == SagaPhase::compensating) {
        undone(state, actions, SagaState::kPaymentBit, TimelineEvent::payment_declined);
        return actions;
      }
      if (state.phase != SagaPhase::authorizing) return actions;
      actions.changed = true;
      actions.timeline.push_back(TimelineEvent::payment_declined);
      state.flags |= SagaState::kRefusedFlag;
      if (state.reason.empty()) state.reason = reason;
      compensate(state, actions, false);
      return actions;
    case PaymentOutcome::captured:
      finished(state, actions, SagaState::kPaymentBit, TimelineEvent::payment_captured);
      return actions;
    case PaymentOutcome::voided:
      undone(state, actions, SagaState::kPaymentBit, TimelineEvent::payment_voided);
      return actions;
    case PaymentOutcome::refunded:
      undone(state, actions, SagaState::kPaymentBit, TimelineEvent::payment_refunded);
      return actions;
  }
  return actions;
}

SagaActions on_cancel(SagaState& state, std::string_view reason) {
  SagaActions actions;
  actions.changed = true;
  actions.timeline.push_back(TimelineEvent::order_cancelled);
  state.flags |= SagaState::kCancelledFlag;
  if (state.reason.empty()) state.reason = reason;
  switch (state.phase) {
    case SagaPhase::reserving:
      break;  // as soon as every shard has answered
    case SagaPhase::authorizing:
      compensate(state, actions, true);
      break;
    case SagaPhase::finishing:
    case SagaPhase::completed:
      // Behind the commit and the capture in their queues, so both are done, or undone, in order.
      state.phase = SagaPhase::compensating;
      state.pending = state.stock_shards | SagaState::kPaymentBit;
      actions.restock = state.stock_shards;
      actions.cancel_payment = true;
      break;
    case SagaPhase::compensating:
    case SagaPhase::compensated:
    case SagaPhase::stuck:
      break;
  }
  return actions;
}

SagaActions on_expired(SagaState& state) {
  SagaActions actions;
  if (state.phase != SagaPhase::reserving && state.phase != SagaPhase::authorizing) return actions;
  actions.changed = true;
  if (state.reason.empty()) state.reason = "expired";
  const bool payment_too = state.phase == SagaPhase::authorizing;
  state.reserved = state.stock_shards;  // a shard that never answered releases what it may hold
  compensate(state, actions, payment_too);
  return actions;
}

SagaActions repeat(const SagaState& state) {
  SagaActions actions;
  const std::uint64_t stock = state.pending & ~SagaState::kPaymentBit;
  const bool payment = (state.pending & SagaState::kPaymentBit) != 0;
  switch (state.phase) {
    case SagaPhase::reserving:
      actions.reserve = stock;
      break;
    case SagaPhase::authorizing:
      actions.authorize = payment;
      break;
    case SagaPhase::finishing:
      actions.commit = stock;
      actions.capture = payment;
      break;
    case SagaPhase::compensating:
      actions.restock = stock;  // takes back what was committed and releases what is held
      actions.cancel_payment = payment;
      break;
    case SagaPhase::completed:
    case SagaPhase::compensated:
    case SagaPhase::stuck:
      break;
  }
  return actions;
}

}  // namespace jangteo
