#include "engine/segment_log/segment_verify.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

class SegmentVerifyTest : public SegmentLogFixture {
 protected:
  static constexpr std::size_t kFrame = kFrameHeaderBytes + kRecordHeaderBytes + 1000;

  void SetUp() override {
    settings_.segment_bytes = 4096;
    open(2);
    for (int i = 0; i < 11; ++i) ASSERT_TRUE(append(std::string(1000, 'x')));
    ASSERT_TRUE(append({{partition(1), "", "other"}}));
    log_.reset();
  }
  std::vector<std::string> verify() { return verify_segment_log(directory_.path()); }
  static void flip(const std::string& path, std::size_t byte) {
    std::string bytes = file_bytes(path);
    bytes[byte] ^= 0x40;
    replace_file(path, bytes);
  }
};

TEST_F(SegmentVerifyTest, FindsNothingInAWholeLog) { EXPECT_EQ(verify(), std::vector<std::string>{}); }

TEST_F(SegmentVerifyTest, TellsWhereEachPartitionEnds) {
  const auto ends = segment_log_ends(directory_.path());
  ASSERT_TRUE(ends);
  const std::map<std::string, std::int64_t> expected{{topic_settings_.name + "/0", 11},
                                                     {topic_settings_.name + "/1", 1}};
  EXPECT_EQ(*ends, expected);
}

TEST_F(SegmentVerifyTest, NamesFileAndByteOfDamageInAFullSegment) {
  const std::string path = segment_paths()[1];
  flip(path, kSegmentHeaderBytes + 2 * kFrame + 500);
  const auto findings = verify();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].find(path + ": byte " + std::to_string(kSegmentHeaderBytes + 2 * kFrame) + ": "), 0U)
      << findings[0];
}

TEST_F(SegmentVerifyTest, NamesEachDamagedFile) {
  flip(segment_paths()[0], 3);
  flip(segment_paths()[2], kSegmentHeaderBytes);
  EXPECT_EQ(verify().size(), 2U);
}

TEST_F(SegmentVerifyTest, NamesDamageInTheLastSegment) {
  flip(segment_paths()[3], kSegmentHeaderBytes + kFrame + 100);
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(SegmentVerifyTest, WhatIsBehindTheCheckpointIsNoDamage) {
  const std::string path = segment_paths()[3];
  replace_file(path, file_bytes(path) + "what a crash left");
  replace_file(partition_directory() + "/" + segment_name(4711), "and here");
  EXPECT_EQ(verify(), std::vector<std::string>{});
}

TEST_F(SegmentVerifyTest, ALastSegmentThatIsCutIsDamage) {
  const std::string path = segment_paths()[3];
  replace_file(path, file_bytes(path).substr(0, kSegmentHeaderBytes + kFrame));
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(SegmentVerifyTest, AFullSegmentThatIsCutIsDamage) {
  const std::string path = segment_paths()[0];
  replace_file(path, file_bytes(path).substr(0, kSegmentHeaderBytes + kFrame + 10));
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(SegmentVerifyTest, AFrameThatIsMissingAtTheEndOfAFullSegmentIsDamage) {
  const std::string path = segment_paths()[0];
  replace_file(path, file_bytes(path).substr(0, kSegmentHeaderBytes + 2 * kFrame));
  const auto findings = verify();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings[0].find(segment_paths()[1]), std::string::npos);
}

TEST_F(SegmentVerifyTest, NamesASegmentThatIsMissing) {
  std::filesystem::remove(segment_paths()[1]);
  EXPECT_EQ(verify().size(), 1U);
}

TEST_F(SegmentVerifyTest, NamesAPartitionThatIsMissing) {
  std::filesystem::remove_all(partition_directory(0));
  const auto findings = verify();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0], partition_directory(0) + ": is missing");
}

TEST_F(SegmentVerifyTest, NamesADirectoryThatIsMissing) {
  EXPECT_EQ(verify_segment_log(directory_.path() + "/none").size(), 1U);
}

}  // namespace
}  // namespace jangteo
