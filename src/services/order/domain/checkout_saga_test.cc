#include "services/order/domain/checkout_saga.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

namespace jangteo {
namespace {

bool has(const SagaActions& actions, TimelineEvent event) {
  return std::find(actions.timeline.begin(), actions.timeline.end(), event) != actions.timeline.end();
}

SagaState started(std::uint64_t shards) {
  SagaActions actions;
  return begin_saga(shards, actions);
}

// Rows: 13
TEST(CheckoutSaga, ReservesThenAuthorizesThenConfirmsThenCommitsAndCaptures) {
  SagaActions begin;
  auto state = begin_saga(0b101, begin);
  EXPECT_EQ(begin.reserve, 0b101U);
  auto actions = on_stock(state, 0, StockOutcome::reserved, "");
  EXPECT_FALSE(actions.authorize);
  actions = on_stock(state, 2, StockOutcome::reserved, "");
  EXPECT_TRUE(actions.authorize);
  EXPECT_FALSE(actions.capture) << "nothing is captured before the pivot";
  actions = on_payment(state, PaymentOutcome::authorized, "");
  EXPECT_TRUE(actions.confirm);
  EXPECT_TRUE(actions.capture);
  EXPECT_EQ(actions.commit, 0b101U);
  on_stock(state, 2, StockOutcome::committed, "");
  on_payment(state, PaymentOutcome::captured, "");
  EXPECT_FALSE(state.ended());
  actions = on_stock(state, 0, StockOutcome::committed, "");
  EXPECT_TRUE(has(actions, TimelineEvent::stock_committed));
  EXPECT_EQ(state.phase, SagaPhase::completed);
}

// Rows: 13
TEST(CheckoutSaga, ReleasesWhatOtherShardsHoldWhenOneRefuses) {
  auto state = started(0b11);
  auto actions = on_stock(state, 0, StockOutcome::refused, "out_of_stock");
  EXPECT_FALSE(actions.reject) << "the other shard has not answered yet";
  actions = on_stock(state, 1, StockOutcome::reserved, "");
  EXPECT_EQ(actions.release, 0b10U);
  EXPECT_FALSE(actions.authorize);
  actions = on_stock(state, 1, StockOutcome::released, "");
  EXPECT_TRUE(actions.reject);
  EXPECT_EQ(state.reason, "out_of_stock");
  EXPECT_EQ(state.phase, SagaPhase::compensated);
}

// Rows: 13
TEST(CheckoutSaga, DeclinedPaymentGivesThePiecesBackAndNeverCaptures) {
  auto state = started(0b1);
  on_stock(state, 0, StockOutcome::reserved, "");
  auto actions = on_payment(state, PaymentOutcome::declined, "card_declined");
  EXPECT_EQ(actions.release, 0b1U);
  EXPECT_FALSE(actions.cancel_payment);
  actions = on_stock(state, 0, StockOutcome::released, "");
  EXPECT_TRUE(actions.reject);
  EXPECT_EQ(state.reason, "card_declined");
}

TEST(CheckoutSaga, ARefusedSingleShardIsRejectedAtOnce) {
  auto state = started(0b1);
  const auto actions = on_stock(state, 0, StockOutcome::refused, "out_of_stock");
  EXPECT_TRUE(actions.reject);
  EXPECT_EQ(state.phase, SagaPhase::compensated);
}

TEST(CheckoutSaga, CancelAfterConfirmationRestocksAndRefunds) {
  auto state = started(0b1);
  on_stock(state, 0, StockOutcome::reserved, "");
  on_payment(state, PaymentOutcome::authorized, "");
  on_stock(state, 0, StockOutcome::committed, "");
  on_payment(state, PaymentOutcome::captured, "");
  auto actions = on_cancel(state, "cancelled");
  EXPECT_EQ(actions.restock, 0b1U);
  EXPECT_TRUE(actions.cancel_payment);
  on_stock(state, 0, StockOutcome::restocked, "");
  actions = on_payment(state, PaymentOutcome::refunded, "");
  EXPECT_FALSE(actions.reject) << "a cancelled order is cancelled, not rejected";
  EXPECT_EQ(state.phase, SagaPhase::compensated);
}

TEST(CheckoutSaga, CancelWhileReservingWaitsForTheShardsAndReleases) {
  auto state = started(0b1);
  auto actions = on_cancel(state, "cancelled");
  EXPECT_EQ(actions.release, 0U);
  actions = on_stock(state, 0, StockOutcome::reserved, "");
  EXPECT_EQ(actions.release, 0b1U);
  EXPECT_FALSE(actions.authorize);
  actions = on_stock(state, 0, StockOutcome::released, "");
  EXPECT_FALSE(actions.reject);
  EXPECT_TRUE(state.ended());
}

TEST(CheckoutSaga, ASuccessThatComesTooLateIsUndone) {
  auto state = started(0b1);
  on_stock(state, 0, StockOutcome::refused, "out_of_stock");
  EXPECT_EQ(on_stock(state, 0, StockOutcome::reserved, "").release, 0b1U);
  EXPECT_TRUE(on_payment(state, PaymentOutcome::authorized, "").cancel_payment);
}

TEST(CheckoutSaga, ExpiresBeforeThePivotOnly) {
  auto state = started(0b11);
  on_stock(state, 0, StockOutcome::reserved, "");
  auto actions = on_expired(state);
  EXPECT_EQ(actions.release, 0b11U) << "also the shard that never answered";
  EXPECT_EQ(state.reason, "expired");
  auto confirmed = started(0b1);
  on_stock(confirmed, 0, StockOutcome::reserved, "");
  on_payment(confirmed, PaymentOutcome::authorized, "");
  EXPECT_FALSE(on_expired(confirmed).changed);
}

// What stock shards and the payment do with commands that may come twice: the world around the saga.
struct World {
  enum class Hold { none, held, committed, released, refused } stock[2] = {Hold::none, Hold::none};
  enum class Pay { none, authorized, captured, undone, declined } pay = Pay::none;
  bool refuse_stock[2] = {false, false};
  bool decline = false;
};

// Rows: 13
TEST(CheckoutSaga, EveryHistoryWithDuplicatesAndCancelsEndsConsistent) {
  for (std::uint32_t seed = 1; seed <= 20'000; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](std::uint32_t percent) { return random() % 100 < percent; };
    World world;
    world.refuse_stock[0] = chance(20);
    world.refuse_stock[1] = chance(20);
    world.decline = chance(20);
    const std::uint64_t shards = chance(50) ? 0b11 : 0b01;
    SagaActions actions;
    SagaState state = begin_saga(shards, actions);
    OrderStatus order = OrderStatus::pending;
    std::deque<std::pair<char, int>> queues[3];  // commands for stock 0, stock 1, payment: order holds in each
    std::deque<std::pair<char, int>> replies;    // of anybody; 's' or 'p' with an outcome and shard
    const auto obey = [&](const SagaActions& done) {
      for (int shard = 0; shard < 2; ++shard) {
        const std::uint64_t bit = 1ULL << shard;
        if (done.reserve & bit) queues[shard].push_back({'r', shard});
        if (done.commit & bit) queues[shard].push_back({'c', shard});
        if (done.release & bit) queues[shard].push_back({'l', shard});
        if (done.restock & bit) queues[shard].push_back({'k', shard});
      }
      if (done.authorize) queues[2].push_back({'a', 0});
      if (done.capture) queues[2].push_back({'t', 0});
      if (done.cancel_payment) queues[2].push_back({'v', 0});
      if (done.confirm) {
        ASSERT_TRUE(may_become(order, OrderStatus::confirmed)) << "seed " << seed;
        order = OrderStatus::confirmed;
      }
      if (done.reject) {
        ASSERT_TRUE(may_become(order, OrderStatus::rejected)) << "seed " << seed;
        order = OrderStatus::rejected;
      }
    };
    obey(actions);
    const auto serve = [&](std::size_t queue) {
      const auto command = queues[queue].front();
      if (!chance(15)) queues[queue].pop_front();  // else it comes again
      if (queue < 2) {
        auto& hold = world.stock[queue];
        const int shard = static_cast<int>(queue);
        StockOutcome outcome{};
        switch (command.first) {
          case 'r':
            if (hold == World::Hold::none) hold = world.refuse_stock[queue] ? World::Hold::refused : World::Hold::held;
            outcome = hold == World::Hold::refused || hold == World::Hold::released ? StockOutcome::refused
                                                                                    : StockOutcome::reserved;
            break;
          case 'c':
            if (hold == World::Hold::held) hold = World::Hold::committed;
            outcome = StockOutcome::committed;
            break;
          case 'l':
            if (hold == World::Hold::held) hold = World::Hold::released;
            outcome = StockOutcome::released;
            break;
          default:
            if (hold == World::Hold::held || hold == World::Hold::committed) hold = World::Hold::released;
            outcome = StockOutcome::restocked;
        }
        replies.push_back({'s', static_cast<int>(outcome) * 2 + shard});
      } else {
        PaymentOutcome outcome{};
        switch (command.first) {
          case 'a':
            if (world.pay == World::Pay::none)
              world.pay = world.decline ? World::Pay::declined : World::Pay::authorized;
            outcome = world.pay == World::Pay::declined || world.pay == World::Pay::undone ? PaymentOutcome::declined
                                                                                           : PaymentOutcome::authorized;
            break;
          case 't':
            if (world.pay == World::Pay::authorized) world.pay = World::Pay::captured;
            outcome = PaymentOutcome::captured;
            break;
          default:
            outcome = world.pay == World::Pay::captured ? PaymentOutcome::refunded : PaymentOutcome::voided;
            if (world.pay != World::Pay::declined) world.pay = World::Pay::undone;
        }
        replies.push_back({'p', static_cast<int>(outcome)});
      }
    };
    bool cancelled = false;
    for (int step = 0; step < 400; ++step) {
      if (!cancelled && chance(3) && may_become(order, OrderStatus::cancelled)) {
        cancelled = true;
        order = OrderStatus::cancelled;
        obey(on_cancel(state, "cancelled"));
        continue;
      }
      const std::size_t pick = random() % 4;
      if (pick < 3) {
        if (!queues[pick].empty()) serve(pick);
        continue;
      }
      if (replies.empty()) continue;
      const auto reply = replies.front();
      if (!chance(15)) replies.pop_front();
      if (reply.first == 's') {
        obey(on_stock(state, static_cast<std::uint32_t>(reply.second % 2), static_cast<StockOutcome>(reply.second / 2),
                      "out_of_stock"));
      } else {
        obey(on_payment(state, static_cast<PaymentOutcome>(reply.second), "card_declined"));
      }
    }
    ASSERT_TRUE(state.ended()) << "seed " << seed << " phase " << static_cast<int>(state.phase);
    const bool both = shards == 0b11;
    const bool holds = world.stock[0] == World::Hold::held || world.stock[0] == World::Hold::committed ||
                       (both && (world.stock[1] == World::Hold::held || world.stock[1] == World::Hold::committed));
    const bool money = world.pay == World::Pay::authorized || world.pay == World::Pay::captured;
    if (order == OrderStatus::confirmed) {
      ASSERT_EQ(state.phase, SagaPhase::completed) << "seed " << seed;
      ASSERT_EQ(world.pay, World::Pay::captured) << "seed " << seed;
      ASSERT_EQ(world.stock[0], World::Hold::committed) << "seed " << seed;
      if (both) ASSERT_EQ(world.stock[1], World::Hold::committed) << "seed " << seed;
    } else {
      ASSERT_TRUE(order == OrderStatus::rejected || order == OrderStatus::cancelled) << "seed " << seed;
      ASSERT_FALSE(holds) << "seed " << seed;
      ASSERT_FALSE(money) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace jangteo
