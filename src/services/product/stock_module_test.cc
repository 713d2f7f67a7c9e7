#include "services/product/stock_module.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/product/stock_fixture.h"
#include "support/background_scope.h"
#include "support/eventually.h"
#include "support/faulty_event_log.h"
#include "support/task_runner.h"

namespace jangteo {
namespace {

class StockModuleTest : public StockTest {
 protected:
  static constexpr std::uint32_t kReplyPartitions = 3;

  StockModuleTest() {
    SegmentLogSettings settings;
    settings.directory = directory_.file("log");
    auto opened = LocalEventLog::open(settings, SystemClock::instance(), metrics_);
    EXPECT_TRUE(opened.has_value());
    local_log_ = std::move(*opened);
    log_ = std::make_unique<FaultyEventLog>(*local_log_);
    for (const auto& [topic, partitions] :
         {std::pair{kStockCommandsTopic, std::uint32_t{kShards}}, {kStockRepliesTopic, kReplyPartitions}}) {
      TopicSettings topic_settings;
      topic_settings.name = topic;
      topic_settings.partitions = partitions;
      EXPECT_TRUE(log_->create_topic(topic_settings).has_value());
    }
    start_module();
  }
  ~StockModuleTest() override { stop_module(); }

  void start_module() {
    open_databases();
    module_metrics_ = std::make_unique<MetricsRegistry>();
    module_ = std::make_unique<StockModule>(
        StockDependencies{databases(), log_.get(), &SystemClock::instance(), module_metrics_.get()});
    ASSERT_TRUE(module_->open().has_value());
    background_ = std::make_unique<BackgroundScope>();
    background_->run([this](TaskScope& scope) { module_->start(scope); });
  }
  void stop_module() {
    if (!background_) return;
    background_->close([this] { module_->wake(); });
    databases_.clear();
    background_.reset();
    module_.reset();
  }
  void give(VariantId variant, std::int64_t pieces) {
    ASSERT_TRUE(module_->service().adjust_blocking({receipt(variant, pieces)}).has_value());
  }
  void send(const std::vector<StockCommand>& commands, VariantId variant) {
    const auto shard = static_cast<std::uint32_t>(module_->service().shard_of(variant));
    std::vector<std::string> bodies(commands.size());
    std::vector<LogEntry> entries;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      write_stock_command(bodies[i], commands[i]);
      entries.push_back({kStockCommandsTopic, shard, "key", bodies[i]});
    }
    ASSERT_TRUE(runner_.run(local_log_->append(std::move(entries))).has_value());
  }
  std::size_t reply_count() {
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < kReplyPartitions; ++i) {
      count += static_cast<std::size_t>(local_log_->range(kStockRepliesTopic, i)->end);
    }
    return count;
  }
  std::vector<StockReply> replies() {
    std::vector<StockReply> all;
    for (std::uint32_t partition = 0; partition < kReplyPartitions; ++partition) {
      for (std::int64_t offset = 0;;) {
        auto batch = runner_.run(
            local_log_->read(std::string(kStockRepliesTopic), partition, offset, 100'000, 64 << 20, Millis{0}));
        if (!batch || batch->records.empty()) break;
        for (const auto& record : batch->records) {
          auto reply = read_stock_reply(record.value);
          EXPECT_TRUE(reply.has_value());
          EXPECT_EQ(reply->order.route() % kReplyPartitions, partition) << "a reply goes to its order's partition";
          EXPECT_EQ(record.key, std::string_view(reply->order.text()));
          all.push_back(std::move(*reply));
        }
        offset = batch->next_offset;
      }
    }
    return all;
  }

  std::unique_ptr<LocalEventLog> local_log_;
  std::unique_ptr<FaultyEventLog> log_;
  std::unique_ptr<MetricsRegistry> module_metrics_;
  std::unique_ptr<StockModule> module_;
  std::unique_ptr<BackgroundScope> background_;
  const VariantId pen_ = new_id<VariantId>(Timestamp{1});
};

// Rows: 14
TEST_F(StockModuleTest, TenThousandBuyersOfOneHundredPiecesReserveExactlyOneHundred) {
  constexpr int kBuyers = 10'000;
  give(pen_, 100);
  std::vector<StockCommand> commands;
  for (int i = 0; i < kBuyers; ++i) {
    commands.push_back(command(StockCommand::Type::reserve, new_id<OrderId>(Timestamp{i}), {{pen_, 1}}));
  }
  for (int i = 0; i < 10; ++i) {
    send({commands.begin() + i * (kBuyers / 10), commands.begin() + (i + 1) * (kBuyers / 10)}, pen_);
  }
  ASSERT_TRUE(eventually([&] { return reply_count() >= kBuyers; }));
  std::set<OrderId> reserved;
  std::set<OrderId> refused;
  for (const auto& reply : replies()) {
    (reply.type == StockReply::Type::reserved ? reserved : refused).insert(reply.order);
  }
  EXPECT_EQ(reserved.size(), 100U);
  EXPECT_EQ(refused.size(), kBuyers - 100U);
  auto& database = *databases_[module_->service().shard_of(pen_)];
  EXPECT_EQ(stored_levels(database)[pen_], (Counters{100, 100}));
  EXPECT_EQ(summed_levels(database)[pen_], (Counters{100, 100}));
  EXPECT_EQ(module_->levels().available(pen_), 0);
}

// Rows: 13, 14
TEST_F(StockModuleTest, AnOrderRunsThroughReserveCommitAndRestockAcrossRestarts) {
  const auto order = new_id<OrderId>(Timestamp{1});
  give(pen_, 10);
  std::size_t expected = 0;
  for (const auto type : {StockCommand::Type::reserve, StockCommand::Type::commit, StockCommand::Type::restock}) {
    send({command(type, order, {{pen_, 4}})}, pen_);
    ++expected;
    ASSERT_TRUE(eventually([&] { return reply_count() >= expected; }));
    stop_module();
    start_module();
  }
  const auto all = replies();
  ASSERT_EQ(all.size(), 3U) << "nothing is applied again after a restart";
  EXPECT_EQ(all[0].type, StockReply::Type::reserved);
  EXPECT_EQ(all[1].type, StockReply::Type::committed);
  EXPECT_EQ(all[2].type, StockReply::Type::restocked);
  EXPECT_EQ(all[2].trace, "trace of " + order.str());
  EXPECT_EQ(module_->levels().available(pen_), 10);
}

TEST_F(StockModuleTest, CommandsSentTwiceAreAnsweredTwiceAndCountOnce) {
  give(pen_, 50);
  std::vector<StockCommand> commands;
  for (int i = 0; i < 100; ++i) {
    commands.push_back(command(StockCommand::Type::reserve, new_id<OrderId>(Timestamp{i}), {{pen_, 1}}));
  }
  send(commands, pen_);
  send(commands, pen_);
  ASSERT_TRUE(eventually([&] { return reply_count() >= 200; }));
  std::map<OrderId, std::set<StockReply::Type>> answers;
  for (const auto& reply : replies()) answers[reply.order].insert(reply.type);
  EXPECT_EQ(answers.size(), 100U);
  for (const auto& [order, types] : answers) EXPECT_EQ(types.size(), 1U) << order.str();
  EXPECT_EQ(module_->levels().available(pen_), 0);
}

TEST_F(StockModuleTest, RepliesOutliveALogThatIsAway) {
  give(pen_, 1);
  log_->appends_lost = 1'000'000;
  send({command(StockCommand::Type::reserve, new_id<OrderId>(Timestamp{1}), {{pen_, 1}})}, pen_);
  ASSERT_TRUE(eventually([&] { return module_->levels().available(pen_) == 0; }));
  stop_module();
  log_->appends_lost = 0;
  EXPECT_EQ(reply_count(), 0U);
  start_module();
  EXPECT_TRUE(eventually([&] { return reply_count() == 1; }));
}

TEST_F(StockModuleTest, WhatIsNoCommandBecomesADeadLetterAndStopsNothing) {
  give(pen_, 1);
  std::vector<LogEntry> entries;
  const auto shard = static_cast<std::uint32_t>(module_->service().shard_of(pen_));
  entries.push_back({kStockCommandsTopic, shard, "key", R"({"type":"stock.steal"})"});
  ASSERT_TRUE(runner_.run(local_log_->append(std::move(entries))).has_value());
  send({command(StockCommand::Type::reserve, new_id<OrderId>(Timestamp{1}), {{pen_, 1}})}, pen_);
  ASSERT_TRUE(eventually([&] { return reply_count() >= 1; }));
  EXPECT_EQ(number(*databases_[shard], "SELECT COUNT(*) FROM dead_letter"), 1);
}

}  // namespace
}  // namespace jangteo
