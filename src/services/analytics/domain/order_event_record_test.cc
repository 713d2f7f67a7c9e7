#include "services/analytics/domain/order_event_record.h"

#include <gtest/gtest.h>

#include <random>

#include "base/json.h"

namespace jangteo {
namespace {

constexpr std::string_view kConfirmed =
    R"({"id":"evt_1","type":"order.confirmed","at":1767225600123,"orderId":"ord_1","userId":null,)"
    R"("total":{"amount":1299,"currency":"KRW"},"items":[{"productId":"prd_1","name":"배추김치 \"1kg\"","quantity":1}],)"
    R"("trace":"00-x"})";

TEST(OrderEventRecord, ReadsWhatTheOrderServiceWrites) {
  const auto record = read_order_record(kConfirmed);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->change, OrderChange::confirmed);
  EXPECT_EQ(record->at.ms, 1767225600123);
  EXPECT_EQ(record->order_id, "ord_1");
  EXPECT_EQ(record->total, (Money{1299, Currency::parse("KRW").value()}));
  EXPECT_FALSE(record->was_confirmed);
  EXPECT_EQ(first_item_name(kConfirmed), "배추김치 \"1kg\"");
}

TEST(OrderEventRecord, SeesThatACancelledOrderWasConfirmedWhereverItIsSaid) {
  const std::string head =
      R"({"type":"order.cancelled","at":1,"orderId":"ord_1","total":{"currency":"USD","amount":5})";
  EXPECT_FALSE(read_order_record(head + "}")->was_confirmed);
  EXPECT_FALSE(read_order_record(head + R"(,"wasConfirmed":false})")->was_confirmed);
  EXPECT_TRUE(read_order_record(head + R"(,"items":[{"a":"}]\""}],"wasConfirmed": true})")->was_confirmed);
  EXPECT_TRUE(read_order_record(R"({"wasConfirmed":true,)" + head.substr(1) + "}")->was_confirmed);
}

TEST(OrderEventRecord, KnowsForeignTypesAsOther) {
  const auto record =
      read_order_record(R"({"type":"order.fulfilled","at":1,"orderId":"ord_1","total":{"amount":5,"currency":"USD"}})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->change, OrderChange::other);
}

TEST(OrderEventRecord, MembersInsideOthersAreNotTakenForItsOwn) {
  const auto record = read_order_record(
      R"({"items":[{"type":"order.rejected","at":9,"orderId":"ord_9"}],"note":"\"type\":\"order.rejected\"",)"
      R"("type":"order.pending","at":1,"orderId":"ord_1","total":{"amount":5,"currency":"USD"}})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->change, OrderChange::pending);
  EXPECT_EQ(record->order_id, "ord_1");
}

TEST(OrderEventRecord, OrderAndSpaceOfMembersDoNotMatter) {
  std::mt19937 random(1);
  std::vector<std::string> members = {R"("type" : "order.rejected")",
                                      R"("at":7)",
                                      R"("orderId":"ord_7")",
                                      R"("total": { "currency" : "USD" , "amount" : -3 })",
                                      R"("items":[[],{},{"a":[1,{"b":"]}"}]}])",
                                      R"("reason":"out_of_stock")",
                                      R"("x":null)"};
  for (int round = 0; round < 500; ++round) {
    std::shuffle(members.begin(), members.end(), random);
    std::string json = " {";
    for (std::size_t i = 0; i < members.size(); ++i) json += (i == 0 ? "\n" : " ,\t") + members[i];
    json += " } ";
    ASSERT_TRUE(parse_json(json)) << json;
    const auto record = read_order_record(json);
    ASSERT_TRUE(record) << json;
    EXPECT_EQ(record->change, OrderChange::rejected);
    EXPECT_EQ(record->at.ms, 7);
    EXPECT_EQ(record->order_id, "ord_7");
    EXPECT_EQ(record->total.amount, -3);
  }
}

TEST(OrderEventRecord, RefusesWhatMissesAMemberOrHoldsAnotherType) {
  for (const char* json : {"", "{", "{}", "[]", "null", "\"x\"", R"({"type":"order.pending"})",
                           R"({"type":"order.pending","at":"1","orderId":"o","total":{"amount":5,"currency":"USD"}})",
                           R"({"type":"order.pending","at":1.5,"orderId":"o","total":{"amount":5,"currency":"USD"}})",
                           R"({"type":"order.pending","at":1,"orderId":5,"total":{"amount":5,"currency":"USD"}})",
                           R"({"type":"order.pending","at":1,"orderId":"o","total":5})",
                           R"({"type":"order.pending","at":1,"orderId":"o","total":{"amount":5}})",
                           R"({"type":"order.pending","at":1,"orderId":"o","total":{"amount":5,"currency":"ZZZ"}})",
                           R"({"type":null,"at":1,"orderId":"o","total":{"amount":5,"currency":"USD"}})"}) {
    EXPECT_FALSE(read_order_record(json)) << json;
  }
}

TEST(OrderEventRecord, SurvivesEveryCutAndDamage) {
  std::mt19937 random(2);
  for (std::size_t size = 0; size < kConfirmed.size(); ++size) read_order_record(kConfirmed.substr(0, size));
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged(kConfirmed);
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = "{}[]\",:\\x0"[random() % 10];
    read_order_record(damaged);
    first_item_name(damaged);
  }
}

TEST(OrderEventRecord, ARecordWithoutItemsHasNoName) {
  EXPECT_EQ(first_item_name("{}"), "");
  EXPECT_EQ(first_item_name(R"({"items":[]})"), "");
  EXPECT_EQ(first_item_name(R"({"items":[{"name":5}]})"), "");
  EXPECT_EQ(first_item_name("nonsense"), "");
}

}  // namespace
}  // namespace jangteo
