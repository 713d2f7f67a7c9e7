// kill -9 at random moments: a child process appends as fast as it can and notes in shared memory what was
// acknowledged; after its death everything noted must be there.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/segment_log/segment_log.h"
#include "engine/segment_log/segment_verify.h"
#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

constexpr std::size_t kAppenders = 12;
constexpr std::uint32_t kPartitions = 3;
constexpr int kRounds = 12;

struct Acknowledged {
  std::array<std::atomic<std::int64_t>, kAppenders> next;  // per appender: how many of its appends succeeded
};

// Each append has one record in its own partition and one in the next. Values: "<appender>:<number>:<padding>".
Task<void> append_for_ever(SegmentLog* log, std::size_t appender, Acknowledged* acknowledged) {
  const SegmentTopic* topic = log->find("events");
  for (std::int64_t number = acknowledged->next[appender];; ++number) {
    const std::string value = std::to_string(appender) + ":" + std::to_string(number) + ":" +
                              std::string(static_cast<std::size_t>(number * 37 % 2000), 'p');
    std::vector<SegmentEntry> entries;
    for (std::size_t i = 0; i < 2; ++i) {
      entries.push_back({topic->partitions[(appender + i) % kPartitions].get(), "key", value});
    }
    SegmentLog::Append append(*log, entries);
    const Status status = co_await append;
    if (!status) ::_exit(3);
    acknowledged->next[appender] = number + 1;
  }
}

class SegmentLogCrashTest : public SegmentLogFixture {
 protected:
  [[noreturn]] void run_child(Acknowledged* acknowledged) {
    TaskRunner loops(2);
    MetricsRegistry metrics;
    auto log = SegmentLog::open(settings_, SystemClock::instance(), metrics);
    if (!log) ::_exit(1);
    topic_settings_.partitions = kPartitions;
    if (!(*log)->create_topic(topic_settings_)) ::_exit(2);
    for (std::size_t i = 0; i < kAppenders; ++i) {
      loops.start_on(i % 2, append_for_ever(log->get(), i, acknowledged));
    }
    for (;;) ::pause();
  }

  // Per appender the numbers that `partition` holds, in order.
  std::vector<std::vector<std::int64_t>> numbers(std::size_t partition) {
    std::vector<std::vector<std::int64_t>> found(kAppenders);
    for (const std::string& value : values(0, partition)) {
      const std::size_t colon = value.find(':');
      found[std::stoul(value)].push_back(std::stoll(value.substr(colon + 1)));
    }
    return found;
  }
};

// Rows: 12
TEST_F(SegmentLogCrashTest, EveryAcknowledgedAppendSurvivesKillMinusNine) {
  auto* acknowledged = static_cast<Acknowledged*>(
      ::mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(acknowledged, MAP_FAILED);
  settings_.segment_bytes = 300000;  // many segments
  std::mt19937_64 random(std::random_device{}());
  for (int round = 0; round < kRounds; ++round) {
    runner_.reset();  // fork() takes no other thread along
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) run_child(acknowledged);
    const std::int64_t before = acknowledged->next[0];
    for (int tries = 0; tries < 2000 && acknowledged->next[0] == before; ++tries)
      std::this_thread::sleep_for(Millis{1});
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 100000));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    EXPECT_EQ(verify_segment_log(directory_.path()), std::vector<std::string>{});
    runner_ = std::make_unique<TaskRunner>(1);
    open(kPartitions);
    for (std::size_t index = 0; index < kPartitions; ++index) {
      const auto found = numbers(index);
      for (std::size_t appender = 0; appender < kAppenders; ++appender) {
        const auto count = static_cast<std::size_t>(acknowledged->next[appender]);
        const bool writes_here = appender % kPartitions == index || (appender + 1) % kPartitions == index;
        if (!writes_here) continue;
        // Appends that were not acknowledged may be there; the next run then appends the same number once more.
        std::size_t at = 0;
        for (const std::int64_t number : found[appender]) {
          if (number == static_cast<std::int64_t>(at)) {
            ++at;
          } else {
            EXPECT_EQ(number, static_cast<std::int64_t>(at) - 1) << "appender " << appender << " partition " << index;
          }
        }
        EXPECT_GE(at, count) << "appender " << appender << " partition " << index << " round " << round;
        EXPECT_LE(at, count + 1);
      }
    }
    log_.reset();
  }
  EXPECT_GT(acknowledged->next[0], kRounds);
  ::munmap(acknowledged, sizeof(Acknowledged));
}

}  // namespace
}  // namespace jangteo
