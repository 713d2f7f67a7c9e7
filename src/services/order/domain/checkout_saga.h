// The checkout saga as a pure state machine: it is told what happened and says what to do. Stock before money; nothing
// is captured before the pivot.
//
//   reserving ──all reserved──► authorizing ──authorized──► finishing (pivot: order confirmed) ──committed +
//   captured──► completed
//       │ refused                  │ declined                    │ cancelled by its buyer
//       └──────────────► compensating (release, void or restock, refund) ──all undone──► compensated (order rejected or
//       cancelled)
//
// Every step stands beside its compensation: reserve/release, authorize/void, commit/restock, capture/refund. A reply
// that came before, or comes after its time, changes nothing, except a success that nobody waits for any more: that is
// undone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/order_state.h"

namespace jangteo {

enum class SagaPhase : std::uint8_t { reserving, authorizing, finishing, completed, compensating, compensated, stuck };

std::string_view to_string(
    SagaPhase phase);  // the saga states of the contract: running, completed, compensating, compensated, stuck

enum class TimelineEvent : std::uint8_t {
  order_pending,
  stock_reserved,
  stock_refused,
  payment_authorized,
  payment_declined,
  order_confirmed,
  stock_committed,
  payment_captured,
  stock_released,
  order_rejected,
  order_cancelled,
  payment_voided,
  payment_refunded,
  stock_restocked,
};
std::string_view to_string(TimelineEvent event);  // "order.pending"

struct SagaState {
  static constexpr std::uint64_t kPaymentBit = 1ULL << 32;
  static constexpr std::uint32_t kStockShardsMax = 32;
  static constexpr std::uint32_t kRefusedFlag = 1;    // a stock shard or the payment said no
  static constexpr std::uint32_t kCancelledFlag = 2;  // the buyer cancelled; the order is cancelled, not rejected

  SagaPhase phase = SagaPhase::reserving;
  std::uint64_t pending = 0;       // whose replies are awaited
  std::uint64_t stock_shards = 0;  // that hold lines of this order
  std::uint64_t reserved = 0;      // that hold, or held, pieces for it
  std::uint32_t flags = 0;
  std::string reason;  // why it was refused: out_of_stock, card_declined, cancelled, expired ...

  bool ended() const {
    return phase == SagaPhase::completed || phase == SagaPhase::compensated || phase == SagaPhase::stuck;
  }
};

// What is to be done now, all in the transaction that stores the new state.
struct SagaActions {
  std::uint64_t reserve = 0;  // stock shards to send each command to
  std::uint64_t commit = 0;
  std::uint64_t release = 0;
  std::uint64_t restock = 0;
  bool authorize = false;
  bool capture = false;
  bool cancel_payment = false;  // void, or refund when it was captured
  std::vector<TimelineEvent> timeline;
  bool confirm = false;  // order → confirmed
  bool reject = false;   // order → rejected(reason)
  bool changed = false;  // the state is to be stored
};

enum class StockOutcome : std::uint8_t { reserved, refused, committed, released, restocked };
enum class PaymentOutcome : std::uint8_t { authorized, declined, captured, voided, refunded };

SagaState begin_saga(std::uint64_t stock_shards, SagaActions& actions);
SagaActions on_stock(SagaState& state, std::uint32_t shard, StockOutcome outcome, std::string_view reason);
SagaActions on_payment(SagaState& state, PaymentOutcome outcome, std::string_view reason);
// The buyer (or an operator) cancels; `status` is the order's. The caller has checked that the order may become
// cancelled.
SagaActions on_cancel(SagaState& state, std::string_view reason);
// The deadline has passed before the pivot: as a cancel, but the order is rejected.
SagaActions on_expired(SagaState& state);
// The commands that the phase waits for, once more (all are idempotent).
SagaActions repeat(const SagaState& state);

}  // namespace jangteo
