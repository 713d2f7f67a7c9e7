#include "services/payment/domain/payment_state.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace jangteo {
namespace {

using enum PaymentState;

const std::vector<PaymentState> kAll{created,  requires_action, authorized, captured, partially_refunded,
                                     refunded, voided,          failed,     expired,  disputed};

// The table of the contract.
const std::map<PaymentState, std::set<PaymentState>> kEdges{
    {created, {requires_action, authorized, failed}}, {requires_action, {authorized, failed, expired}},
    {authorized, {captured, voided, expired}},        {captured, {partially_refunded, refunded, disputed}},
    {partially_refunded, {refunded, disputed}},       {disputed, {captured, refunded}},
};

// Rows: 9
TEST(PaymentState, TakesTheEdgesOfTheContractAndNoOthers) {
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      const auto found = kEdges.find(from);
      const bool allowed = from == to || (found != kEdges.end() && found->second.contains(to));
      EXPECT_EQ(may_become(from, to), allowed) << to_string(from) << " to " << to_string(to);
    }
  }
}

TEST(PaymentState, OnlyALateSuccessRevivesWhatFailedOrExpired) {
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      const bool revived = (from == failed || from == expired) && to == captured;
      EXPECT_EQ(may_become_by_late_success(from, to), may_become(from, to) || revived)
          << to_string(from) << " to " << to_string(to);
    }
  }
}

TEST(PaymentState, NamesComeBack) {
  std::set<std::string_view> names;
  for (const auto state : kAll) {
    names.insert(to_string(state));
    EXPECT_EQ(parse_payment_state(to_string(state)), state);
  }
  EXPECT_EQ(names.size(), kAll.size());
  EXPECT_FALSE(parse_payment_state("paid"));
  EXPECT_FALSE(parse_payment_state(""));
}

}  // namespace
}  // namespace jangteo
