#include "runtime/trace.h"

#include <cstring>

#include "base/bytes.h"
#include "runtime/entropy.h"

namespace jangteo {

namespace {

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return to_hex({reinterpret_cast<const char*>(bytes.data()), N});
}

// Lower-case digits only, as the format demands.
bool read_hex(std::string_view text, std::uint8_t* out) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::array<std::uint8_t, 8> new_span() {
  std::array<std::uint8_t, 8> span{};
  std::uint64_t value;
  do {
    value = random_u64();
  } while (value == 0);  // all zero means "no span"
  std::memcpy(span.data(), &value, sizeof value);
  return span;
}

}  // namespace

std::string TraceContext::trace_id_hex() const { return hex(trace_id); }

std::string TraceContext::traceparent() const {
  return "00-" + hex(trace_id) + "-" + hex(span_id) + (sampled ? "-01" : "-00");
}

TraceContext new_trace() {
  TraceContext trace;
  do {
    trace.trace_id = random_id_bytes();
  } while (trace.empty());
  trace.span_id = new_span();
  return trace;
}

TraceContext child_of(const TraceContext& parent) {
  TraceContext child = parent;
  child.span_id = new_span();
  return child;
}

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  // 2 version - 32 trace id - 16 span id - 2 flags; later versions may append "-...".
  constexpr std::size_t kSize = 55;
  if (header.size() < kSize || header[2] != '-' || header[35] != '-' || header[52] != '-') return {};
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  TraceContext trace;
  if (!read_hex(header.substr(0, 2), &version) || !read_hex(header.substr(3, 32), trace.trace_id.data()) ||
      !read_hex(header.substr(36, 16), trace.span_id.data()) || !read_hex(header.substr(53, 2), &flags)) {
    return {};
  }
  if (version == 0xff || (version == 0 && header.size() != kSize)) return {};
  if (header.size() > kSize && header[kSize] != '-') return {};
  if (trace.empty() || trace.span_id == std::array<std::uint8_t, 8>{}) return {};
  trace.sampled = (flags & 1) != 0;
  return trace;
}

}  // namespace jangteo
