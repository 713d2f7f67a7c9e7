#include "adapters/local/local_event_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "contract/event_log_contract.h"

namespace jangteo {
namespace {

// The machine's clock, moved ahead.
class ShiftedClock final : public Clock {
 public:
  Timestamp now() const override { return SystemClock::instance().now() + Millis{shift_ms_.load()}; }
  std::int64_t monotonic_us() const override { return SystemClock::instance().monotonic_us(); }
  void advance(Millis length) { shift_ms_ += length.count(); }

 private:
  std::atomic<std::int64_t> shift_ms_{0};
};

class LocalEventLogHarness final : public EventLogHarness {
 public:
  LocalEventLogHarness() {
    std::string path = testing::TempDir() + "local-event-log-XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    settings_.directory = path;
    settings_.queue_bytes_max = kHarnessQueueBytes;
    settings_.retention_interval = Millis{10};
    settings_.before_sync = [this]() -> Status {
      const std::lock_guard held(hold_);
      return {};
    };
    open();
  }
  ~LocalEventLogHarness() override {
    log_.reset();
    std::filesystem::remove_all(settings_.directory);
  }
  EventLog& log() override { return *log_; }
  void reopen() override { open(); }
  bool hold() override {
    hold_.lock();
    return true;
  }
  void release() override { hold_.unlock(); }
  bool expire(const std::string& topic) override {
    clock_.advance(Millis{8LL * 24 * 3600 * 1000});
    for (int tries = 0; tries < 2000; ++tries) {
      auto range = log_->range(topic, 0);
      if (range && range->begin == range->end) return true;
      std::this_thread::sleep_for(Millis{5});
    }
    return false;
  }

 private:
  void open() {
    log_.reset();
    metrics_ = std::make_unique<MetricsRegistry>();
    auto opened = LocalEventLog::open(settings_, clock_, *metrics_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    log_ = std::move(*opened);
  }
  ShiftedClock clock_;
  std::mutex hold_;
  SegmentLogSettings settings_;
  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<LocalEventLog> log_;
};

// Rows: 12
INSTANTIATE_TEST_SUITE_P(Local, EventLogContract,
                         testing::Values(EventLogFactory([] { return std::make_unique<LocalEventLogHarness>(); })));

}  // namespace
}  // namespace jangteo
