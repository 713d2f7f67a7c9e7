#include "engine/segment_log/log_checkpoint.h"

#include <gtest/gtest.h>

#include <string>

#include "support/segment_log_fixture.h"

namespace jangteo {
namespace {

LogCheckpoint example() {
  LogCheckpoint checkpoint;
  checkpoint.journal_sequence = 12;
  checkpoint.journal_position = 32;
  checkpoint.partitions["order.events/0"] = {4711, 10485776, 5120, Timestamp{1764150000000}};
  checkpoint.partitions["order.events/1"] = {0, 32, 0, {}};
  return checkpoint;
}

TEST(LogCheckpoint, TextStaysAsItIs) {
  EXPECT_EQ(to_text(example()),
            "jangteo event log checkpoint 1\n"
            "journal 12 32\n"
            "order.events/0 4711 10485776 5120 1764150000000\n"
            "order.events/1 0 32 0 0\n"
            "crc32c f6126e25\n");
}

TEST(LogCheckpoint, ReadsBackWhatItWrote) {
  const LogCheckpoint empty;
  EXPECT_EQ(parse_checkpoint(to_text(empty)).value(), empty);
  EXPECT_EQ(parse_checkpoint(to_text(example())).value(), example());
}

TEST(LogCheckpoint, RefusesEveryChangedByteAndEveryCut) {
  const std::string text = to_text(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(parse_checkpoint(changed).has_value()) << i;
    EXPECT_FALSE(parse_checkpoint(text.substr(0, i)).has_value()) << i;
  }
  EXPECT_FALSE(parse_checkpoint(text + "x").has_value());
}

TEST(LogCheckpoint, IsAbsentOrWholeInItsDirectory) {
  const TemporaryLogDirectory directory;
  EXPECT_EQ(load_checkpoint(directory.path()).error().code, ErrorCode::not_found);
  ASSERT_TRUE(store_checkpoint(directory.path(), example()));
  EXPECT_EQ(load_checkpoint(directory.path()).value(), example());
  replace_file(directory.path() + "/checkpoint", to_text(example()).substr(1));
  EXPECT_EQ(load_checkpoint(directory.path()).error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace jangteo
