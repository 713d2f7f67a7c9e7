#include "services/product/stock_shard.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "contract/sql_database_harness.h"
#include "services/product/stock_fixture.h"
#include "support/task_runner.h"

namespace jangteo {

bool operator==(const StockReply& a, const StockReply& b) {
  return a.type == b.type && a.order == b.order && a.shard == b.shard && a.variant == b.variant &&
         a.requested == b.requested && a.available == b.available && a.trace == b.trace;
}
void PrintTo(const StockReply& reply, std::ostream* out) {
  std::string text;
  write_stock_reply(text, reply);
  *out << text;
}

namespace {

using enum StockCommand::Type;

class StockShardTest : public StockTest {
 protected:
  StockShardTest() {
    open_databases();
    database().set_commit_hook(&shard_);
  }
  SqlDatabase& database() { return *databases_[0]; }
  // One unit of work around a batch.
  std::vector<StockReply> apply(std::vector<StockCommand> commands) {
    std::vector<StockReply> replies;
    EXPECT_TRUE(database().write_blocking([&](SqlTx& tx) -> Status {
      for (const auto& one : commands) replies.push_back(shard_.apply(tx, one));
      shard_.flush(tx);
      return {};
    }));
    return replies;
  }
  StockReply apply_one(StockCommand one) { return apply({std::move(one)}).front(); }
  Status adjust(const StockAdjustment& adjustment) {
    return database().write_blocking([&](SqlTx& tx) -> Status {
      JT_TRY(shard_.adjust(tx, adjustment));
      shard_.flush(tx);
      return {};
    });
  }
  Counters stored(VariantId variant) { return stored_levels(database())[variant]; }

  StockLevels levels_;
  StockShard shard_{3, levels_, SystemClock::instance()};
  const VariantId pen_ = new_id<VariantId>(Timestamp{1});
  const VariantId ink_ = new_id<VariantId>(Timestamp{2});
  const OrderId order_ = new_id<OrderId>(Timestamp{1});
};

// Rows: 14
TEST_F(StockShardTest, ReservesAllLinesOrNone) {
  ASSERT_TRUE(adjust(receipt(pen_, 10)));
  ASSERT_TRUE(adjust(receipt(ink_, 1)));
  const auto refused = apply_one(command(reserve, order_, {{pen_, 3}, {ink_, 2}}));
  EXPECT_EQ(refused.type, StockReply::Type::refused);
  EXPECT_EQ(refused.variant, ink_);
  EXPECT_EQ(refused.requested, 2);
  EXPECT_EQ(refused.available, 1);
  EXPECT_EQ(refused.shard, 3U);
  EXPECT_EQ(refused.trace, "trace of " + order_.str());
  EXPECT_EQ(stored(pen_), (Counters{10, 0}));
  const auto taken = apply_one(command(reserve, new_id<OrderId>(Timestamp{2}), {{pen_, 3}, {ink_, 1}}));
  EXPECT_EQ(taken.type, StockReply::Type::reserved);
  EXPECT_EQ(stored(pen_), (Counters{10, 3}));
  EXPECT_EQ(stored(ink_), (Counters{1, 1}));
  EXPECT_EQ(levels_.available(pen_), 7);
  EXPECT_EQ(levels_.available(ink_), 0);
}

TEST_F(StockShardTest, WhatWasRefusedStaysRefusedThoughPiecesAreBack) {
  ASSERT_TRUE(adjust(receipt(pen_, 1)));
  const auto first = apply_one(command(reserve, order_, {{pen_, 2}}));
  EXPECT_EQ(first.type, StockReply::Type::refused);
  ASSERT_TRUE(adjust(receipt(pen_, 100)));
  EXPECT_EQ(apply_one(command(reserve, order_, {{pen_, 2}})), first) << "the same command, come twice";
  EXPECT_EQ(stored(pen_), (Counters{101, 0}));
  EXPECT_EQ(apply_one(command(release, order_)).type, StockReply::Type::released);
  EXPECT_EQ(apply_one(command(commit, order_)).type, StockReply::Type::committed);
  EXPECT_EQ(stored(pen_), (Counters{101, 0}));
}

TEST_F(StockShardTest, ACommandThatComesTwiceHasOneEffectAndOneAnswer) {
  ASSERT_TRUE(adjust(receipt(pen_, 5)));
  const auto reserving = command(reserve, order_, {{pen_, 5}});
  const auto twice = apply({reserving, reserving});
  EXPECT_EQ(twice[0].type, StockReply::Type::reserved);
  EXPECT_EQ(twice[1], twice[0]) << "although nothing is left";
  EXPECT_EQ(stored(pen_), (Counters{5, 5}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(apply_one(command(commit, order_)).type, StockReply::Type::committed);
    EXPECT_EQ(stored(pen_), (Counters{0, 0}));
  }
  EXPECT_EQ(apply_one(reserving), twice[0]);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(apply_one(command(restock, order_)).type, StockReply::Type::restocked);
    EXPECT_EQ(stored(pen_), (Counters{5, 0}));
  }
  EXPECT_EQ(apply_one(reserving), twice[0]);
  EXPECT_EQ(stored(pen_), (Counters{5, 0}));
  EXPECT_EQ(number(database(), "SELECT COUNT(*) FROM stock_movement"), 3) << "receipt, sale, restock";
}

TEST_F(StockShardTest, AReleasedHoldIsNoLongerCommitted) {
  ASSERT_TRUE(adjust(receipt(pen_, 5)));
  apply({command(reserve, order_, {{pen_, 4}}), command(release, order_), command(commit, order_)});
  EXPECT_EQ(stored(pen_), (Counters{5, 0}));
  EXPECT_EQ(levels_.available(pen_), 5);
}

TEST_F(StockShardTest, AnUnknownVariantHasNothing) {
  const auto refused = apply_one(command(reserve, order_, {{pen_, 1}}));
  EXPECT_EQ(refused.type, StockReply::Type::refused);
  EXPECT_EQ(refused.available, 0);
  EXPECT_TRUE(stored_levels(database()).empty());
}

TEST_F(StockShardTest, CorrectionsTakeNothingThatIsReserved) {
  ASSERT_TRUE(adjust(receipt(pen_, 10)));
  apply_one(command(reserve, order_, {{pen_, 6}}));
  const auto refused = adjust(correction(pen_, -5));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_TRUE(adjust(correction(pen_, -4)));
  EXPECT_EQ(stored(pen_), (Counters{6, 6}));
  EXPECT_FALSE(adjust(receipt(pen_, -1)).has_value());
  EXPECT_FALSE(adjust(receipt(pen_, INT64_MAX)).has_value());
  EXPECT_TRUE(adjust(receipt(ink_, 0))) << "a variant without pieces is known";
  EXPECT_EQ(stored_levels(database()).size(), 2U);
  EXPECT_EQ(levels_.available(pen_), 0);
}

TEST_F(StockShardTest, KnowsWhetherAVariantEverMoved) {
  const auto moved = [&](VariantId variant) {
    bool found = false;
    EXPECT_TRUE(database().write_blocking([&](SqlTx& tx) -> Status {
      found = shard_.has_movement(tx, variant);
      return {};
    }));
    return found;
  };
  EXPECT_FALSE(moved(pen_));
  ASSERT_TRUE(adjust(receipt(pen_, 0)));
  EXPECT_FALSE(moved(pen_));
  ASSERT_TRUE(adjust(receipt(pen_, 1)));
  EXPECT_TRUE(moved(pen_));
  EXPECT_FALSE(moved(ink_));
}

TEST_F(StockShardTest, AfterARestartEverythingIsAsItWas) {
  ASSERT_TRUE(adjust(receipt(pen_, 10)));
  apply_one(command(reserve, order_, {{pen_, 4}}));
  StockLevels levels;
  StockShard restarted(3, levels, SystemClock::instance());
  database().set_commit_hook(&restarted);
  ASSERT_TRUE(database().read_blocking([&](SqlReader& reader) { return restarted.load(reader); }));
  EXPECT_EQ(levels.available(pen_), 6);
  ASSERT_TRUE(database().write_blocking([&](SqlTx& tx) -> Status {
    restarted.commit(tx, command(commit, order_));
    restarted.flush(tx);
    return {};
  }));
  EXPECT_EQ(stored(pen_), (Counters{6, 0}));
  EXPECT_EQ(levels.available(pen_), 6);
  database().set_commit_hook(&shard_);
}

TEST_F(StockShardTest, ALostCommitLeavesNoTraceInTheCache) {
  ASSERT_TRUE(adjust(receipt(pen_, 10)));
  EXPECT_FALSE(database().write_blocking([&](SqlTx& tx) -> Status {
    shard_.apply(tx, command(reserve, order_, {{pen_, 10}}));
    shard_.flush(tx);
    return fail(ErrorCode::unavailable, "the position could not be stored");
  }));
  EXPECT_EQ(levels_.available(pen_), 10);
  EXPECT_EQ(apply_one(command(reserve, order_, {{pen_, 10}})).type, StockReply::Type::reserved);
  EXPECT_EQ(stored(pen_), (Counters{10, 10}));
}

// The rules once more, without database, cache and batches.
class StockModel {
 public:
  StockReply apply(const StockCommand& command) {
    StockReply reply;
    reply.order = command.order;
    reply.shard = 3;
    reply.trace = command.trace;
    auto& reservation = reservations[command.order];
    switch (command.type) {
      case reserve: {
        if (reservation.answered) return reservation.answer;
        for (const auto& line : command.lines) {
          const auto& level = levels[line.variant];
          if (level.on_hand - level.reserved >= line.quantity) continue;
          reply.type = StockReply::Type::refused;
          reply.variant = line.variant;
          reply.requested = line.quantity;
          reply.available = level.on_hand - level.reserved;
          break;
        }
        if (reply.type == StockReply::Type::reserved) {
          for (const auto& line : command.lines) levels[line.variant].reserved += line.quantity;
          reservation.lines = command.lines;
          reservation.state = "held";
        }
        reservation.answered = true;
        reservation.answer = reply;
        return reply;
      }
      case commit:
        if (reservation.state == "held") {
          for (const auto& line : reservation.lines) {
            levels[line.variant].on_hand -= line.quantity;
            levels[line.variant].reserved -= line.quantity;
          }
          reservation.state = "committed";
        }
        reply.type = StockReply::Type::committed;
        return reply;
      case release:
        free_held(reservation);
        reply.type = StockReply::Type::released;
        return reply;
      case restock:
        if (reservation.state == "committed") {
          for (const auto& line : reservation.lines) levels[line.variant].on_hand += line.quantity;
          reservation.state = "restocked";
        }
        free_held(reservation);
        reply.type = StockReply::Type::restocked;
        return reply;
    }
    return reply;
  }
  bool adjust(const StockAdjustment& adjustment) {
    auto& level = levels[adjustment.variant];
    if (level.on_hand + adjustment.quantity < level.reserved) return false;
    level.on_hand += adjustment.quantity;
    return true;
  }

  struct Level {
    std::int64_t on_hand = 0, reserved = 0;
  };
  struct Reservation {
    std::vector<StockLine> lines;
    std::string state;
    bool answered = false;
    StockReply answer;
  };
  std::map<VariantId, Level> levels;
  std::map<OrderId, Reservation> reservations;

 private:
  void free_held(Reservation& reservation) {
    if (reservation.state != "held") return;
    for (const auto& line : reservation.lines) levels[line.variant].reserved -= line.quantity;
    reservation.state = "released";
  }
};

class StockShardModelTest : public StockShardTest, public testing::WithParamInterface<int> {
 protected:
  // What one unit of work does; `fails`: at which point it is given up.
  struct Step {
    std::vector<StockCommand> commands;
    std::vector<StockAdjustment> adjustments;
    enum { never, before_flush, after_flush, by_statement } fails = never;
  };
  Step random_step() {
    Step step;
    const auto count = random_() % 6;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [order, lines] = orders_[random_() % orders_.size()];
      const auto type = static_cast<StockCommand::Type>(std::min<std::size_t>(random_() % 6, 3));
      step.commands.push_back(command(type, order, type == reserve ? lines : std::vector<StockLine>{}));
    }
    if (random_() % 3 == 0) {
      const auto variant = variants_[random_() % variants_.size()];
      const auto quantity = static_cast<std::int64_t>(random_() % 12) - 4;
      step.adjustments.push_back(quantity >= 0 ? receipt(variant, quantity) : correction(variant, quantity));
    }
    const auto luck = random_() % 12;
    if (luck == 0) step.fails = Step::before_flush;
    if (luck == 1) step.fails = Step::after_flush;
    if (luck == 2) step.fails = Step::by_statement;
    return step;
  }
  // Carries a step out on the shard; what was answered goes to `replies`.
  Status carry_out(SqlTx& tx, const Step& step, std::vector<StockReply>& replies) {
    static const SqlStatement kBroken{"INSERT INTO stock_level(variant_id, on_hand, reserved) VALUES ('x', 1, 2)"};
    for (const auto& one : step.commands) replies.push_back(shard_.apply(tx, one));
    for (const auto& adjustment : step.adjustments) JT_TRY(shard_.adjust(tx, adjustment));
    if (step.fails == Step::before_flush) return fail(ErrorCode::invalid, "given up");
    if (step.fails == Step::by_statement) tx.exec(kBroken, {});
    shard_.flush(tx);
    if (step.fails == Step::after_flush) return fail(ErrorCode::invalid, "given up");
    return {};
  }

  std::mt19937 random_{static_cast<unsigned>(GetParam())};
  std::vector<VariantId> variants_;
  std::vector<std::pair<OrderId, std::vector<StockLine>>> orders_;
};

// Rows: 14
TEST_P(StockShardModelTest, DoesWhatTheModelDoesInAnyOrderWithDuplicatesAndFailures) {
  for (int i = 0; i < 6; ++i) variants_.push_back(new_id<VariantId>(Timestamp{i}));
  std::sort(variants_.begin(), variants_.end());
  for (int i = 0; i < 40; ++i) {
    std::vector<StockLine> lines;
    for (const auto& variant : variants_) {
      if (random_() % 3 == 0) lines.push_back({variant, static_cast<std::int64_t>(random_() % 5) + 1});
    }
    if (lines.empty()) lines.push_back({variants_[0], 1});
    orders_.emplace_back(new_id<OrderId>(Timestamp{i}), lines);
  }
  StockModel model;
  for (int round = 0; round < 150; ++round) {
    // A group of units that share a commit.
    std::vector<Step> steps(1 + random_() % 5);
    for (auto& step : steps) step = random_step();
    std::vector<std::vector<StockReply>> replies(steps.size());
    std::vector<std::future<Status>> units;
    {
      const WriterGate gate(database());
      for (std::size_t i = 0; i < steps.size(); ++i) {
        sql_contract::Unit unit = [this, &step = steps[i], &given = replies[i]](SqlTx& tx) {
          return carry_out(tx, step, given);
        };
        units.push_back(runner_.start_on(0, sql_contract::run_unit(&database(), std::move(unit))));
      }
      std::promise<void> queued;
      runner_.loop().post([&queued] { queued.set_value(); });
      queued.get_future().wait();
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
      auto attempt = model;
      std::vector<StockReply> expected;
      bool good = steps[i].fails == Step::never;
      for (const auto& one : steps[i].commands) expected.push_back(attempt.apply(one));
      for (const auto& adjustment : steps[i].adjustments) good = attempt.adjust(adjustment) && good;
      ASSERT_EQ(units[i].get().has_value(), good) << "round " << round;
      ASSERT_EQ(replies[i], expected) << "round " << round;
      if (good) model = attempt;
    }
    const auto stored_now = stored_levels(database());
    ASSERT_EQ(stored_now, summed_levels(database())) << "counters are the sums of movements and holds";
    for (const auto& variant : variants_) {
      const auto& level = model.levels[variant];
      const auto found = stored_now.find(variant);
      const Counters counters = found == stored_now.end() ? Counters{} : found->second;
      ASSERT_EQ(counters, (Counters{level.on_hand, level.reserved})) << "round " << round;
      ASSERT_EQ(levels_.available(variant), level.on_hand - level.reserved) << "round " << round;
      ASSERT_GE(level.on_hand, level.reserved);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StockShardModelTest, testing::Range(1, 6));

}  // namespace
}  // namespace jangteo
