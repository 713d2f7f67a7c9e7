// Points in time and lengths of time as types: UTC milliseconds since 1970 and std::chrono durations. No clock here
// (runtime/clock.h).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jangteo {

using Millis = std::chrono::milliseconds;

struct Timestamp {
  std::int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  auto operator<=>(const Timestamp&) const = default;
  Timestamp operator+(Millis length) const { return {ms + length.count()}; }
  Timestamp operator-(Millis length) const { return {ms - length.count()}; }
  Millis operator-(Timestamp other) const { return Millis{ms - other.ms}; }
};

// RFC 3339 with milliseconds, "2026-11-26T10:00:00.123Z".
std::string to_rfc3339(Timestamp at);
void append_rfc3339(std::string& out, Timestamp at);

// Accepts RFC 3339 with "Z" or a numeric offset and 0-9 fraction digits (cut to milliseconds). Empty on anything else.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace jangteo
