#include "services/payment/payment_module.h"

#include <string>
#include <vector>

#include "services/payment/payment_fixture.h"

namespace jangteo {
namespace {

class PaymentModuleTest : public PaymentTest {
 protected:
  PaymentModuleTest() { start_module(); }
  ~PaymentModuleTest() override { stop_module(); }
  void start_module() {
    open_database();
    metrics_ = std::make_unique<MetricsRegistry>();
    module_ = std::make_unique<PaymentModule>(
        PaymentDependencies{database_.get(), log_.get(), &SystemClock::instance(), metrics_.get()});
    ASSERT_TRUE(module_->open().has_value());
    background_ = std::make_unique<BackgroundScope>();
    background_->run([this](TaskScope& scope) { module_->start(scope); });
  }
  void stop_module() {
    if (!background_) return;
    background_->close([this] { module_->wake(); });
    database_.reset();
    background_.reset();
    module_.reset();
  }

  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<PaymentModule> module_;
  std::unique_ptr<BackgroundScope> background_;
};

// Rows: 9
TEST_F(PaymentModuleTest, EveryCardOfTheSandboxEndsAsItsNameSays) {
  const std::vector<std::pair<std::string, std::string>> cards{{"tok_ok", "authorized"},
                                                               {"tok_declined", "declined card_declined"},
                                                               {"tok_insufficient", "declined insufficient_funds"},
                                                               {"tok_timeout", "authorized"},
                                                               {"tok_error_then_ok", "authorized"},
                                                               {"tok_slow_0", "authorized"},
                                                               {"tok_slow_60", "authorized"}};
  std::vector<OrderId> orders;
  std::vector<PaymentCommand> commands;
  for (const auto& [token, answer] : cards) {
    orders.push_back(new_id<OrderId>(Timestamp{1}));
    commands.push_back(authorize(orders.back(), token));
  }
  send(commands);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    EXPECT_TRUE(answered(orders[i], 1)) << cards[i].first;
    EXPECT_EQ(answers(orders[i]), std::vector<std::string>{cards[i].second}) << cards[i].first;
    const bool good = cards[i].second == "authorized";
    EXPECT_EQ(payment(orders[i]), good ? "authorized 1000 0 0" : "failed 1000 0 0") << cards[i].first;
  }
  EXPECT_TRUE(eventually([&] { return text("SELECT COUNT(*) FROM payment_task") == "0"; }));
}

// Rows: 9
TEST_F(PaymentModuleTest, ASlowPaymentDelaysNobodyElseAndTheEndOfTheProgram) {
  const auto slow = new_id<OrderId>(Timestamp{1});
  send({authorize(slow, "tok_slow_10000")});
  std::vector<OrderId> quick;
  for (int i = 0; i < 50; ++i) {
    quick.push_back(new_id<OrderId>(Timestamp{2}));
    send({authorize(quick.back(), "tok_ok"), capture(quick.back())});
  }
  for (const auto& order : quick) EXPECT_TRUE(answered(order, 2));
  EXPECT_TRUE(answers(slow).empty());
  stop_module();
  start_module();
  EXPECT_EQ(text("SELECT COUNT(*) FROM payment_task"), "1") << "taken up again by the next start";
  EXPECT_EQ(payment(slow), "");
}

TEST_F(PaymentModuleTest, ADemoMayDeclineSomeCards) {
  module_->sandbox().set_decline_percent(100);
  const auto order = new_id<OrderId>(Timestamp{1});
  send({authorize(order, "tok_ok")});
  EXPECT_TRUE(answered(order, 1));
  EXPECT_EQ(answers(order), std::vector<std::string>{"declined card_declined"});
  EXPECT_EQ(module_->test_token(), "tok_ok");
  EXPECT_TRUE(module_->validate({"card", module_->test_token()}).has_value());
}

}  // namespace
}  // namespace jangteo
