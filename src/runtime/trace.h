// W3C trace context (https://www.w3.org/TR/trace-context/): one trace id leads through gateway, saga, payment,
// notification and logs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jangteo {

struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};  // all zero: no trace
  std::array<std::uint8_t, 8> span_id{};
  bool sampled = false;

  bool empty() const { return trace_id == std::array<std::uint8_t, 16>{}; }
  std::string trace_id_hex() const;  // 32 digits
  std::string traceparent() const;   // "00-<trace>-<span>-<flags>"
};

TraceContext new_trace();                                                // random ids (runtime/entropy.h)
TraceContext child_of(const TraceContext& parent);                       // same trace, new span
std::optional<TraceContext> parse_traceparent(std::string_view header);  // empty when it breaks the format

}  // namespace jangteo
