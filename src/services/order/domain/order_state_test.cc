#include "services/order/domain/order_state.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace jangteo {
namespace {

constexpr OrderStatus kAll[] = {OrderStatus::pending,   OrderStatus::confirmed,  OrderStatus::rejected,
                                OrderStatus::cancelled, OrderStatus::fulfilling, OrderStatus::fulfilled,
                                OrderStatus::completed, OrderStatus::returned};

// Rows: 8
TEST(OrderState, HasExactlyTheEdgesOfTheContract) {
  using enum OrderStatus;
  const std::set<std::pair<OrderStatus, OrderStatus>> edges{
      {pending, confirmed},   {pending, rejected},     {pending, cancelled},   {confirmed, fulfilling},
      {confirmed, cancelled}, {fulfilling, fulfilled}, {fulfilled, completed}, {fulfilled, returned}};
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      EXPECT_EQ(may_become(from, to), from == to || edges.contains({from, to}))
          << to_string(from) << " -> " << to_string(to);
    }
  }
}

TEST(OrderState, NamesAreReadBack) {
  for (const auto status : kAll) EXPECT_EQ(parse_order_status(to_string(status)), status);
  EXPECT_FALSE(parse_order_status("shipped"));
  EXPECT_FALSE(parse_order_status(""));
}

}  // namespace
}  // namespace jangteo
