#include "services/payment/sandbox_provider.h"

#include <gtest/gtest.h>

#include <string>

#include "support/task_runner.h"

namespace jangteo {
namespace {

using Kind = ProviderOutcome::Kind;
using Found = PaymentProvider::Found;

class SandboxProviderTest : public testing::Test {
 protected:
  ProviderOutcome authorize(const std::string& key, const std::string& token) {
    return runner_.run(provider_.authorize(key, token, Money{100, Currency{}}));
  }
  Found find(const std::string& key) { return runner_.run(provider_.find(key)); }
  SandboxProvider provider_{Millis{20}};
  TaskRunner runner_;
};

// Rows: 9
TEST_F(SandboxProviderTest, AnswersByTheToken) {
  EXPECT_EQ(authorize("a", "tok_ok").kind, Kind::done);
  EXPECT_EQ(authorize("b", "tok_declined").reason, "card_declined");
  EXPECT_EQ(authorize("c", "tok_insufficient").reason, "insufficient_funds");
  EXPECT_EQ(authorize("d", "tok_slow_5").kind, Kind::done);
  EXPECT_EQ(authorize("e", "tok_nonsense").kind, Kind::declined);
  EXPECT_EQ(authorize("f", "tok_timeout").kind, Kind::unknown);
  EXPECT_EQ(find("f"), Found::authorized) << "it was authorized, only the answer is missing";
  EXPECT_EQ(find("never asked"), Found::nothing);
  EXPECT_EQ(authorize("g", "tok_error_then_ok").kind, Kind::failed);
  EXPECT_EQ(authorize("h", "tok_error_then_ok").kind, Kind::failed) << "once per key";
  EXPECT_EQ(authorize("g", "tok_error_then_ok").kind, Kind::done);
}

TEST_F(SandboxProviderTest, TakesOnlyItsCards) {
  for (const char* token : {"tok_ok", "tok_declined", "tok_insufficient", "tok_timeout", "tok_error_then_ok",
                            "tok_slow_0", "tok_slow_10000"}) {
    EXPECT_TRUE(provider_.validate({"card", token}).has_value()) << token;
  }
  for (const char* token : {"", "tok_", "tok_OK", "tok_slow_", "tok_slow_10001", "tok_slow_-1", "tok_slow_1x",
                            "tok_slow_99999999999", "4242424242424242"}) {
    const auto refused = provider_.validate({"card", token});
    ASSERT_FALSE(refused.has_value()) << token;
    EXPECT_EQ(refused.error().fields.at(0).param, "payment.token");
  }
  const auto cash = provider_.validate({"cash", "tok_ok"});
  ASSERT_FALSE(cash.has_value());
  EXPECT_EQ(cash.error().fields.at(0).param, "payment.method");
}

TEST_F(SandboxProviderTest, DeclinesTheShareThatIsAskedForAndAlwaysTheSameKeys) {
  provider_.set_decline_percent(30);
  int declined = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto first = authorize("key " + std::to_string(i), "tok_ok").kind;
    EXPECT_EQ(authorize("key " + std::to_string(i), "tok_ok").kind, first);
    declined += first == Kind::declined ? 1 : 0;
  }
  EXPECT_GT(declined, 230);
  EXPECT_LT(declined, 370);
}

TEST_F(SandboxProviderTest, AStopEndsWhatIsSlow) {
  auto slow = runner_.start_on(0, provider_.authorize("a", "tok_slow_10000", Money{100, Currency{}}));
  runner_.loop().post([this] { provider_.stop(); });
  EXPECT_EQ(slow.get().kind, Kind::unknown);
  EXPECT_EQ(find("a"), Found::nothing);
}

}  // namespace
}  // namespace jangteo
