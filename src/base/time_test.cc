#include "base/time.h"

#include <gtest/gtest.h>

#include <random>

namespace jangteo {
namespace {

TEST(Time, WritesRfc3339WithMilliseconds) {
  EXPECT_EQ(to_rfc3339(Timestamp{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(Timestamp{951'827'696'789}), "2000-02-29T12:34:56.789Z");
  EXPECT_EQ(to_rfc3339(Timestamp{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, EveryMomentReadsBack) {
  std::mt19937_64 random(1);
  const std::int64_t first = parse_rfc3339("0001-01-01T00:00:00Z")->ms;
  const std::int64_t last = parse_rfc3339("9999-12-31T23:59:59.999Z")->ms;
  std::uniform_int_distribution<std::int64_t> moments(first, last);
  for (int round = 0; round < 20'000; ++round) {
    const Timestamp at{moments(random)};
    EXPECT_EQ(parse_rfc3339(to_rfc3339(at)), at) << at.ms;
  }
}

TEST(Time, TextsOrderAsTheirMoments) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 5000; ++round) {
    const Timestamp a{static_cast<std::int64_t>(random() >> 22)}, b{static_cast<std::int64_t>(random() >> 22)};
    EXPECT_EQ(to_rfc3339(a) < to_rfc3339(b), a < b);
  }
}

TEST(Time, ReadsOffsetsAndFractions) {
  const auto utc = parse_rfc3339("2026-11-26T01:00:00.120Z");
  EXPECT_EQ(parse_rfc3339("2026-11-26T10:00:00.12+09:00"), utc);
  EXPECT_EQ(parse_rfc3339("2026-11-25T20:30:00.120999999-04:30"), utc);
  EXPECT_EQ(parse_rfc3339("2026-11-26t01:00:00.12z"), utc);
}

TEST(Time, RefusesWhatIsNoMoment) {
  for (const char* text :
       {"", "2026-11-26", "2026-11-26T10:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-26T24:00:00Z",
        "2026-11-26T10:60:00Z", "2026-11-26T10:00:61Z", "2026-11-26T10:00:00.Z", "2026-11-26T10:00:00.0123456789Z",
        "2026-11-26T10:00:00Z ", "2026-11-26T10:00:00+0900", "2026-11-26T10:00:00+24:00", "2026-11-26T10:00:00+09",
        "2026-11-26T10:00:00+09:000", "2026/11/26T10:00:00Z", "-026-11-26T10:00:00Z", "2026-11-26T10:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, LengthsAddAndSubtract) {
  const Timestamp at{1000};
  EXPECT_EQ((at + Millis{5}).ms, 1005);
  EXPECT_EQ((at - Millis{5}).ms, 995);
  EXPECT_EQ(at + Millis{5} - at, Millis{5});
}

}  // namespace
}  // namespace jangteo
