// SegmentLogFixture: a segment log in a temporary directory, with a clock that tests move ahead.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/segment_log/segment_log.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "support/task_runner.h"

namespace jangteo {

// The machine's clock, moved ahead.
class ShiftedClock final : public Clock {
 public:
  Timestamp now() const override { return SystemClock::instance().now() + Millis{shift_ms_.load()}; }
  std::int64_t monotonic_us() const override { return SystemClock::instance().monotonic_us(); }
  void advance(Millis length) { shift_ms_ += length.count(); }

 private:
  std::atomic<std::int64_t> shift_ms_{0};
};

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
inline void replace_file(const std::string& path, std::string_view bytes) {
  std::filesystem::remove(path);  // a new file: ext4 flushes one that is truncated and written again
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class TemporaryLogDirectory {
 public:
  TemporaryLogDirectory() : path_(testing::TempDir() + "segment-log-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryLogDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class SegmentLogFixture : public testing::Test {
 protected:
  static constexpr std::size_t kMany = 1 << 30;

  SegmentLogFixture() { settings_.directory = directory_.path(); }

  Status try_open(std::uint32_t partitions = 1) {
    log_.reset();
    metrics_ = std::make_unique<MetricsRegistry>();
    auto opened = SegmentLog::open(settings_, clock_, *metrics_);
    if (!opened) return fail(opened.error());
    log_ = std::move(*opened);
    topic_settings_.partitions = partitions;
    return log_->create_topic(topic_settings_);
  }
  void open(std::uint32_t partitions = 1) {
    const Status opened = try_open(partitions);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  }
  // What a power cut leaves: the directory as it is now. The log goes on there when it is opened again.
  void crash() {
    const auto state = [this] {
      std::vector<std::string> names{file_bytes(settings_.directory + "/checkpoint")};
      for (const auto& entry : std::filesystem::directory_iterator(settings_.directory)) names.push_back(entry.path());
      return names;
    };
    for (bool stable = false; !stable;) {  // not in the middle of a checkpoint
      crashed_.push_back(std::make_unique<TemporaryLogDirectory>());
      const auto before = state();
      std::error_code error;
      std::filesystem::copy(settings_.directory, crashed_.back()->path(), std::filesystem::copy_options::recursive,
                            error);
      stable = !error && state() == before;
    }
    log_.reset();
    settings_.directory = crashed_.back()->path();
  }
  LogPartition* partition(std::size_t index = 0) { return log_->find("events")->partitions[index].get(); }
  std::string partition_directory(std::size_t index = 0) const {
    return settings_.directory + "/events/" + std::to_string(index);
  }
  std::vector<std::string> segment_paths(std::size_t index = 0) const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(partition_directory(index))) {
      paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  static Task<Status> append_all(SegmentLog* log, std::vector<SegmentEntry> entries) {
    SegmentLog::Append append(*log, entries);
    co_return co_await append;
  }
  Status append(std::vector<SegmentEntry> entries) { return runner_->run(append_all(log_.get(), std::move(entries))); }
  Status append(std::string_view value) { return append({{partition(), "", value}}); }

  Result<std::vector<SegmentFrame>> read(std::int64_t offset, std::size_t count_max = kMany, Millis wait = Millis{0}) {
    return runner_->run(log_->read(partition(), offset, count_max, kMany, wait));
  }
  // Every record of the partition from `offset` on, read to the end.
  std::vector<std::string> values(std::int64_t offset = 0, std::size_t index = 0) {
    std::vector<std::string> all;
    for (;;) {
      auto frames = runner_->run(log_->read(partition(index), offset, kMany, 1 << 20, Millis{0}));
      EXPECT_TRUE(frames.has_value()) << frames.error().detail;
      if (!frames || frames->empty()) return all;
      for (const SegmentFrame& frame : *frames) {
        for (RecordCursor record(frame); record.next();) {
          if (record.offset() >= offset) all.emplace_back(record.value());
        }
        offset = frame.header.next_offset();
      }
    }
  }

  std::string journal_path() const {  // the newest
    std::uint64_t newest = 0;
    for (const auto& entry : std::filesystem::directory_iterator(settings_.directory)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("journal-")) newest = std::max<std::uint64_t>(newest, std::stoull(name.substr(8)));
    }
    return settings_.directory + "/" + log_journal_name(newest);
  }

  TemporaryLogDirectory directory_;
  std::vector<std::unique_ptr<TemporaryLogDirectory>> crashed_;
  ShiftedClock clock_;
  SegmentLogSettings settings_;
  SegmentTopicSettings topic_settings_{"events", 1, Millis{7LL * 24 * 3600 * 1000}, 1LL << 30};
  std::unique_ptr<MetricsRegistry> metrics_;
  std::unique_ptr<SegmentLog> log_;
  std::unique_ptr<TaskRunner> runner_ = std::make_unique<TaskRunner>(2);
};

}  // namespace jangteo
