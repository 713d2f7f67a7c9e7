#include "services/payment/payment_service.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/payment/ledger_provider_fixture.h"
#include "services/payment/payment_fixture.h"

namespace jangteo {
namespace {

using Kind = ProviderOutcome::Kind;
using Holds = LedgerProvider::Holds;
using Answers = std::vector<std::string>;

class PaymentServiceTest : public PaymentTest {
 protected:
  PaymentServiceTest() { start_service(); }
  ~PaymentServiceTest() override { stop_service(); }
  void start_service() {
    open_database();
    metrics_ = std::make_unique<MetricsRegistry>();
    relay_ = std::make_unique<OutboxRelay>(*database_, *log_, *metrics_);
    ASSERT_TRUE(relay_->open().has_value());
    service_ = std::make_unique<PaymentService>(*database_, *log_, *provider_, SystemClock::instance(), *metrics_);
    ASSERT_TRUE(service_->open().has_value());
    background_ = std::make_unique<BackgroundScope>();
    background_->run([this](TaskScope& scope) {
      relay_->start(scope);
      service_->start_all(scope);
    });
  }
  void stop_service() {
    if (!background_) return;
    background_->close([this] {
      provider_->stop();
      relay_->wake();
      service_->wake();
    });
    database_.reset();
    background_.reset();
    service_.reset();
    relay_.reset();
  }
  bool no_tasks() {
    return eventually([&] { return text("SELECT COUNT(*) FROM payment_task") == "0"; });
  }
  Holds holds(OrderId order) { return provider_->holds(order.str()); }

  std::unique_ptr<LedgerProvider> provider_ = std::make_unique<LedgerProvider>();
  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<OutboxRelay> relay_;
  std::unique_ptr<PaymentService> service_;
  std::unique_ptr<BackgroundScope> background_;
  const OrderId order_ = new_id<OrderId>(Timestamp{1});
};

// Rows: 9
TEST_F(PaymentServiceTest, WhatIsAuthorizedIsCapturedAndRefundedInFull) {
  send({authorize(order_, "tok_ok", 1299)});
  ASSERT_TRUE(answered(order_, 1));
  EXPECT_EQ(payment(order_), "authorized 1299 0 0");
  send({capture(order_)});
  ASSERT_TRUE(answered(order_, 2));
  EXPECT_EQ(payment(order_), "captured 1299 1299 0");
  EXPECT_EQ(holds(order_), Holds::captured);
  send({cancel(order_)});
  ASSERT_TRUE(answered(order_, 3));
  EXPECT_EQ(payment(order_), "refunded 1299 1299 1299");
  EXPECT_EQ(holds(order_), Holds::refunded);
  EXPECT_EQ(answers(order_), (Answers{"authorized", "captured", "refunded"}));
  EXPECT_EQ(text("SELECT COUNT(*) || ' ' || SUM(amount) || ' ' || currency FROM refund"), "1 1299 KRW");
}

TEST_F(PaymentServiceTest, WhatIsNotCapturedIsVoided) {
  send({authorize(order_, "tok_ok"), cancel(order_)});
  ASSERT_TRUE(answered(order_, 2));
  EXPECT_EQ(answers(order_), (Answers{"authorized", "voided"}));
  EXPECT_EQ(payment(order_), "voided 1000 0 0");
  EXPECT_EQ(holds(order_), Holds::nothing);
  const auto other = new_id<OrderId>(Timestamp{2});
  send({authorize(other, "tok_ok"), refund(other)});
  ASSERT_TRUE(answered(other, 2));
  EXPECT_EQ(payment(other), "voided 1000 0 0");
  EXPECT_EQ(holds(other), Holds::nothing);
  EXPECT_EQ(text("SELECT COUNT(*) FROM refund"), "0");
}

// Rows: 9, 13
TEST_F(PaymentServiceTest, ACommandThatComesAgainHasOneEffectAndIsAnsweredAgain) {
  for (int i = 0; i < 3; ++i) send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 3));
  for (int i = 0; i < 3; ++i) send({capture(order_)});
  ASSERT_TRUE(answered(order_, 6));
  for (int i = 0; i < 3; ++i) send({refund(order_)});
  ASSERT_TRUE(answered(order_, 9));
  EXPECT_EQ(answers(order_), (Answers{"authorized", "authorized", "authorized", "captured", "captured", "captured",
                                      "refunded", "refunded", "refunded"}));
  EXPECT_EQ(payment(order_), "refunded 1000 1000 1000");
  EXPECT_EQ(text("SELECT COUNT(*) || ' ' || SUM(amount) FROM refund"), "1 1000");
}

// Rows: 13
TEST_F(PaymentServiceTest, AnAuthorizationThatComesAfterItsVoidIsDeclinedAndHoldsNoMoney) {
  send({cancel(order_)});
  ASSERT_TRUE(answered(order_, 1));
  send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 2));
  EXPECT_EQ(answers(order_)[0], "voided");
  EXPECT_EQ(answers(order_)[1], "declined cancelled");
  EXPECT_TRUE(no_tasks());
  EXPECT_EQ(holds(order_), Holds::nothing);
  EXPECT_TRUE(payment(order_).starts_with("voided")) << payment(order_);
}

TEST_F(PaymentServiceTest, AVoidWaitsForTheAuthorizationBeforeIt) {
  provider_->delay_ms = 50;
  send({authorize(order_, "tok_ok"), cancel(order_)});
  ASSERT_TRUE(answered(order_, 2));
  EXPECT_EQ(answers(order_), (Answers{"authorized", "voided"}));
  EXPECT_EQ(holds(order_), Holds::nothing);
  EXPECT_TRUE(no_tasks());
}

TEST_F(PaymentServiceTest, ACaptureWithoutAuthorizationTakesNoMoneyAndIsGivenUp) {
  send({authorize(order_, "tok_declined"), capture(order_)});
  ASSERT_TRUE(answered(order_, 1));
  EXPECT_TRUE(no_tasks());
  const auto unknown = new_id<OrderId>(Timestamp{2});
  const auto voided = new_id<OrderId>(Timestamp{3});
  send({capture(unknown), authorize(voided, "tok_ok"), cancel(voided), capture(voided)});
  ASSERT_TRUE(answered(voided, 2));
  EXPECT_TRUE(no_tasks());
  EXPECT_EQ(payment(order_), "failed 1000 0 0");
  EXPECT_EQ(payment(unknown), "");
  EXPECT_EQ(payment(voided), "voided 1000 0 0");
  EXPECT_EQ(holds(voided), Holds::nothing);
}

TEST_F(PaymentServiceTest, AnAnswerThatIsLostIsLookedUpByTheKey) {
  provider_->fate = [](const std::string& call, const std::string&) {
    return call == "authorize" ? Kind::unknown : Kind::done;
  };
  send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 1));
  EXPECT_EQ(answers(order_), Answers{"authorized"});
  EXPECT_EQ(provider_->calls, 1) << "asked once, then looked up";
}

TEST_F(PaymentServiceTest, AProviderThatStaysAwayIsADeclinedPaymentWithoutMoney) {
  provider_->fate = [](const std::string& call, const std::string&) {
    return call == "authorize" ? Kind::failed : Kind::done;
  };
  send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 1));
  EXPECT_EQ(answers(order_), Answers{"declined provider_unavailable"});
  EXPECT_EQ(payment(order_), "failed 1000 0 0");
  EXPECT_EQ(holds(order_), Holds::nothing);
}

TEST_F(PaymentServiceTest, CapturesAndRefundsAreRepeatedUntilTheyAreDone) {
  provider_->fate = [tries = std::map<std::string, int>()](const std::string& call, const std::string&) mutable {
    return call != "authorize" && ++tries[call] < 4 ? Kind::failed : Kind::done;
  };
  send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 1));
  send({capture(order_)});
  ASSERT_TRUE(answered(order_, 2));
  send({cancel(order_)});
  ASSERT_TRUE(answered(order_, 3));
  EXPECT_EQ(payment(order_), "refunded 1000 1000 1000");
  EXPECT_EQ(holds(order_), Holds::refunded);
}

// Rows: 9, 13
TEST_F(PaymentServiceTest, WhatTheProviderHasNotAnsweredIsAskedAgainAfterARestart) {
  const auto captured = new_id<OrderId>(Timestamp{2});
  send({authorize(captured, "tok_ok")});
  ASSERT_TRUE(answered(captured, 1));
  provider_->hangs = true;
  send({authorize(order_, "tok_ok"), capture(captured)});
  EXPECT_TRUE(eventually([&] { return text("SELECT COUNT(*) FROM payment_task") == "2"; }));
  stop_service();
  auto fresh = std::make_unique<LedgerProvider>();
  ASSERT_EQ(runner_.run(fresh->authorize(captured.str(), "tok_ok", Money{})).kind, Kind::done);
  provider_ = std::move(fresh);
  send({cancel(order_)});
  start_service();
  ASSERT_TRUE(answered(captured, 2));
  ASSERT_TRUE(answered(order_, 2));
  EXPECT_EQ(answers(captured), (Answers{"authorized", "captured"}));
  EXPECT_EQ(answers(order_), (Answers{"authorized", "voided"})) << "what is new does not overtake what was parked";
  EXPECT_TRUE(no_tasks());
  EXPECT_EQ(holds(order_), Holds::nothing);
}

TEST_F(PaymentServiceTest, AnEndAmongFailuresDecidesNothing) {
  provider_->fate = [](const std::string&, const std::string&) { return Kind::failed; };
  send({authorize(order_, "tok_ok")});
  EXPECT_TRUE(eventually([&] { return provider_->calls >= 2; }));
  stop_service();
  open_database();
  EXPECT_EQ(payment(order_), "") << "neither authorized nor declined";
  EXPECT_EQ(text("SELECT COUNT(*) FROM payment_task"), "1");
}

TEST_F(PaymentServiceTest, WhatIsNoCommandBecomesADeadLetter) {
  std::vector<LogEntry> entries{{kPaymentCommandsTopic, 0, "key", "{\"type\":\"payment.steal\"}"}};
  ASSERT_TRUE(runner_.run(log_->append(std::move(entries))).has_value());
  send({authorize(order_, "tok_ok")});
  ASSERT_TRUE(answered(order_, 1));
  EXPECT_EQ(text("SELECT COUNT(*) FROM dead_letter"), "1");
}

class PaymentHistoryTest : public PaymentServiceTest, public testing::WithParamInterface<int> {};

// Rows: 9, 13
TEST_P(PaymentHistoryTest, WhateverHappensTheProviderHoldsWhatIsRecorded) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  provider_->fate = [luck = std::mt19937(static_cast<unsigned>(GetParam()) + 100)](const std::string&,
                                                                                   const std::string&) mutable {
    const auto number = luck() % 10;
    return number == 0 ? Kind::failed : number == 1 ? Kind::unknown : Kind::done;
  };
  std::vector<OrderId> orders;
  for (int i = 0; i < 20; ++i) orders.push_back(new_id<OrderId>(Timestamp{i}));
  for (int round = 0; round < 8; ++round) {
    std::vector<PaymentCommand> commands;
    for (int i = 0; i < 15; ++i) {
      const auto order = orders[random() % orders.size()];
      switch (random() % 5) {
        case 0:
        case 1:
          commands.push_back(authorize(order, random() % 4 == 0 ? "tok_declined" : "tok_ok"));
          break;
        case 2:
          commands.push_back(cancel(order));
          break;
        default:
          commands.push_back(capture(order));
      }
    }
    send(commands);
    provider_->delay_ms = random() % 3 == 0 ? 5 : 0;
  }
  const auto end = std::to_string(log_->range(kPaymentCommandsTopic, 0)->end);
  ASSERT_TRUE(eventually([&] {
    return text("SELECT next_offset FROM consumer_position") == end && text("SELECT COUNT(*) FROM payment_task") == "0";
  }));
  for (const auto& order : orders) {
    const auto stored = payment(order);
    const auto state = stored.substr(0, stored.find(' '));
    const auto held = holds(order);
    if (state == "authorized") {
      EXPECT_EQ(held, Holds::authorized) << stored;
    } else if (state == "captured") {
      EXPECT_EQ(held, Holds::captured) << stored;
    } else {
      EXPECT_TRUE(held == Holds::nothing || held == Holds::refunded) << stored << " but the provider holds money";
    }
  }
  EXPECT_EQ(text("SELECT COUNT(*) FROM payment WHERE refunded <> (SELECT COALESCE(SUM(amount), 0) FROM refund r WHERE "
                 "r.order_id = payment.order_id) OR captured NOT IN (0, amount)"),
            "0");
}

INSTANTIATE_TEST_SUITE_P(Seeds, PaymentHistoryTest, testing::Range(1, 6));

}  // namespace
}  // namespace jangteo
