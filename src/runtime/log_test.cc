#include "runtime/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <thread>

#include "base/json.h"
#include "runtime/file.h"

namespace jangteo {
namespace {

class Log : public testing::Test {
 protected:
  Log() {
    std::string pattern = testing::TempDir() + "jangteo-log-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    settings_.file = folder_ + "/log";
  }
  ~Log() override {
    stop_log();
    std::filesystem::remove_all(folder_);
  }

  std::vector<boost::json::object> lines() {
    stop_log();
    std::istringstream text(read_file(settings_.file).value());
    std::vector<boost::json::object> out;
    for (std::string line; std::getline(text, line);) {
      auto value = parse_json(line);
      EXPECT_TRUE(value) << line;
      if (value) out.push_back(value->as_object());
    }
    return out;
  }

  std::string folder_;
  LogSettings settings_;
};

TEST_F(Log, WritesOneJsonObjectALine) {
  ASSERT_TRUE(start_log(settings_));
  log_warn("payment.provider_timeout", {{"order", OrderId{}.text()},
                                        {"ms", 12},
                                        {"share", 0.5},
                                        {"final", false},
                                        {"text", "a \"quoted\"\nline 장터"},
                                        {"bytes", std::uint64_t{18446744073709551615ULL}}});
  log_info("server.started");
  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  const auto& first = written[0];
  EXPECT_EQ(first.at("level").as_string(), "warn");
  EXPECT_EQ(first.at("event").as_string(), "payment.provider_timeout");
  EXPECT_TRUE(parse_rfc3339(std::string_view(first.at("at").as_string())));
  EXPECT_EQ(first.at("order").as_string(), std::string_view(OrderId{}.text()));
  EXPECT_EQ(first.at("ms").as_int64(), 12);
  EXPECT_EQ(first.at("share").as_double(), 0.5);
  EXPECT_EQ(first.at("final").as_bool(), false);
  EXPECT_EQ(first.at("text").as_string(), "a \"quoted\"\nline 장터");
  EXPECT_EQ(first.at("bytes").as_uint64(), 18446744073709551615ULL);
  EXPECT_EQ(written[1].at("event").as_string(), "server.started");
}

TEST_F(Log, CarriesTheTraceAsItsId) {
  ASSERT_TRUE(start_log(settings_));
  const auto trace = new_trace();
  log_info("a.b", {{"trace", trace}});
  EXPECT_EQ(lines().at(0).at("trace").as_string(), trace.trace_id_hex());
}

TEST_F(Log, LeavesOutWhatIsLessImportantThanItsLevel) {
  settings_.level = LogLevel::warn;
  ASSERT_TRUE(start_log(settings_));
  EXPECT_FALSE(log_enabled(LogLevel::info));
  log_debug("a.debug");
  log_info("a.info");
  log_error("a.error");
  const auto written = lines();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].at("event").as_string(), "a.error");
}

TEST_F(Log, StaysJsonWithHostileTexts) {
  ASSERT_TRUE(start_log(settings_));
  log_info("a.b",
           {{"broken", "caf\xc3 \xff"}, {"long", std::string(100'000, 'x')}, {"zero", std::string_view("a\0b", 3)}});
  std::string wide;
  for (int i = 0; i < 3000; ++i) wide += "장";
  log_info("a.b", {{"wide", wide}});
  const auto written = lines();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0].at("broken").as_string(), "caf? ?");
  EXPECT_LT(written[0].at("long").as_string().size(), 5000U);
  EXPECT_TRUE(std::string_view(written[1].at("wide").as_string()).ends_with("장..."));
}

TEST_F(Log, KeepsEveryLineOfEveryThreadWhole) {
  settings_.queue_count_max = 100'000;
  ASSERT_TRUE(start_log(settings_));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int k = 0; k < 1000; ++k) log_info("a.b", {{"thread", i}, {"k", k}});
    });
  }
  for (auto& thread : threads) thread.join();
  const auto written = lines();
  EXPECT_EQ(written.size(), 4000U);
  std::vector<std::int64_t> next(4, 0);
  for (const auto& line : written) EXPECT_EQ(line.at("k").as_int64(), next[line.at("thread").as_int64()]++);
}

TEST_F(Log, DropsAndCountsLinesInsteadOfGrowing) {
  // A pipe nobody reads is full after 64 KiB; then only the queue has room.
  ASSERT_EQ(mkfifo(settings_.file.c_str(), 0600), 0);
  const int reader = open(settings_.file.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  settings_.queue_count_max = 10;
  ASSERT_TRUE(start_log(settings_));
  const auto before = log_lines_dropped();
  for (int i = 0; i < 2000; ++i) log_info("a.b", {{"text", std::string(4000, 'x')}});
  EXPECT_GT(log_lines_dropped(), before);
  std::atomic<bool> reading = true;
  std::thread drain([&] {
    char chunk[65536];
    while (reading || read(reader, chunk, sizeof chunk) > 0) {
      if (read(reader, chunk, sizeof chunk) <= 0) std::this_thread::yield();
    }
  });
  stop_log();
  reading = false;
  drain.join();
  close(reader);
}

TEST_F(Log, AFileThatCannotBeOpenedIsNamed) {
  settings_.file = folder_ + "/none/log";
  const auto refused = start_log(settings_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(settings_.file), std::string::npos);
}

TEST_F(Log, BeforeItsStartLinesGoToStandardError) {
  testing::internal::CaptureStderr();
  log_error("a.b", {{"n", 1}});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.ends_with("\"event\":\"a.b\",\"n\":1}\n")) << text;
}

}  // namespace
}  // namespace jangteo
