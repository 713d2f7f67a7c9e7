#include "runtime/trace.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

constexpr const char* kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, ReadsAndWritesTheExampleOfTheStandard) {
  const auto trace = parse_traceparent(kExample);
  ASSERT_TRUE(trace);
  EXPECT_TRUE(trace->sampled);
  EXPECT_EQ(trace->trace_id_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace->traceparent(), kExample);
}

TEST(Trace, AChildKeepsTheTraceAndTheSamplingWithASpanOfItsOwn) {
  const auto parent = parse_traceparent(kExample).value();
  const auto child = child_of(parent);
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_EQ(child.sampled, parent.sampled);
  EXPECT_NE(child.span_id, parent.span_id);
}

TEST(Trace, ANewTraceReadsBackAndDiffersFromTheNext) {
  const auto trace = new_trace();
  EXPECT_FALSE(trace.empty());
  EXPECT_EQ(parse_traceparent(trace.traceparent())->trace_id, trace.trace_id);
  EXPECT_NE(new_trace().trace_id, trace.trace_id);
}

TEST(Trace, RefusesWhatBreaksTheFormat) {
  for (const char* header : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                             "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                             "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                             "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"}) {
    EXPECT_FALSE(parse_traceparent(header)) << header;
  }
}

TEST(Trace, AcceptsLaterVersionsWithMoreBehind) {
  EXPECT_TRUE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-more"));
  EXPECT_FALSE(parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03more"));
}

}  // namespace
}  // namespace jangteo
