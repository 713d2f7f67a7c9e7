// What tests of payments need: the payment database, a segment log with the payment topics, and a background loop.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/local/local_event_log.h"
#include "adapters/sqlite/sqlite_database.h"
#include "delivery/outbox.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/metrics.h"
#include "services/payment/payment_module.h"
#include "support/background_scope.h"
#include "support/eventually.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {

class PaymentTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kReplyPartitions = 3;

  PaymentTest() {
    SegmentLogSettings settings;
    settings.directory = directory_.file("log");
    auto opened = LocalEventLog::open(settings, SystemClock::instance(), log_metrics_);
    EXPECT_TRUE(opened.has_value());
    log_ = std::move(*opened);
    for (const auto& [topic, partitions] :
         {std::pair{kPaymentCommandsTopic, 1U}, {kPaymentRepliesTopic, kReplyPartitions}}) {
      TopicSettings topic_settings;
      topic_settings.name = topic;
      topic_settings.partitions = partitions;
      EXPECT_TRUE(log_->create_topic(topic_settings).has_value());
    }
  }
  void open_database() {
    SqliteSettings settings;
    settings.path = directory_.file("payments.db");
    settings.name = "payments";
    auto opened = SqliteDatabase::open(settings, readers_);
    ASSERT_TRUE(opened.has_value());
    database_ = std::move(*opened);
    ASSERT_TRUE(PaymentModule::migrate(*database_).has_value());
  }

  static PaymentCommand authorize(OrderId order, const std::string& token, std::int64_t amount = 1000) {
    return {PaymentCommand::Type::authorize, order, token, Money{amount, *Currency::parse("KRW")}, "trace"};
  }
  static PaymentCommand capture(OrderId order) { return {PaymentCommand::Type::capture, order, {}, {}, "trace"}; }
  static PaymentCommand cancel(OrderId order) { return {PaymentCommand::Type::cancel, order, {}, {}, "trace"}; }
  static PaymentCommand refund(OrderId order) { return {PaymentCommand::Type::refund, order, {}, {}, "trace"}; }

  void send(const std::vector<PaymentCommand>& commands) {
    std::vector<std::string> bodies(commands.size());
    std::vector<LogEntry> entries;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      write_payment_command(bodies[i], commands[i]);
      entries.push_back({kPaymentCommandsTopic, 0, "key", bodies[i]});
    }
    ASSERT_TRUE(runner_.run(log_->append(std::move(entries))).has_value());
  }
  // What was answered about an order, in order: "authorized", "declined card_declined" ...
  std::vector<std::string> answers(OrderId order) {
    static const std::vector<std::string> kNames{"authorized", "declined", "captured", "voided", "refunded"};
    std::vector<std::string> all;
    for (std::int64_t offset = 0;;) {
      auto batch = runner_.run(log_->read(std::string(kPaymentRepliesTopic), order.route() % kReplyPartitions, offset,
                                          100'000, 64 << 20, Millis{0}));
      if (!batch || batch->records.empty()) return all;
      for (const auto& record : batch->records) {
        const auto reply = read_payment_reply(record.value);
        EXPECT_TRUE(reply.has_value());
        EXPECT_EQ(reply->trace, "trace");
        if (reply->order != order) continue;
        auto text = kNames[static_cast<std::size_t>(reply->type)];
        all.push_back(reply->reason.empty() ? text : text + " " + reply->reason);
      }
      offset = batch->next_offset;
    }
  }
  bool answered(OrderId order, std::size_t count) {
    return eventually([&] { return answers(order).size() >= count; });
  }
  // "captured 1000 1000 0": state, amount, captured, refunded; empty without a payment.
  std::string payment(OrderId order) {
    return text("SELECT state || ' ' || amount || ' ' || captured || ' ' || refunded FROM payment WHERE order_id = '" +
                order.str() + "'");
  }
  std::string text(const std::string& query) {
    std::string found;
    EXPECT_TRUE(database_
                    ->read_blocking([&](SqlReader& reader) -> Status {
                      reader.query_text(query, {}, [&](const SqlRow& row) { found = row.text(0); });
                      return {};
                    })
                    .has_value());
    return found;
  }

  TaskRunner runner_;  // goes last: its loop outlives the threads that post to it
  TemporaryDirectory directory_;
  MetricsRegistry log_metrics_;
  SqliteReadPool readers_{2, 1024};
  std::unique_ptr<LocalEventLog> log_;
  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace jangteo
