#include "base/json.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <charconv>
#include <cmath>

namespace jangteo {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, clean, text.size() - clean);
  out += '"';
}

void append_decimal(std::string& out, std::int64_t number) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out.append(text, static_cast<std::size_t>(end.ptr - text));
}

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  separate();
  append_decimal(out_, number);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out_.append(text, static_cast<std::size_t>(end.ptr - text));
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out_.append(text, static_cast<std::size_t>(end.ptr - text));
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::value(Timestamp at) {
  separate();
  out_ += '"';
  append_rfc3339(out_, at);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::value(Money money) {
  return begin_object().field("amount", money.amount).field("currency", money.currency.code()).end_object();
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::error_code error;
  boost::json::parser parser({}, options);
  const std::size_t used = parser.write(text.data(), text.size(), error);
  if (error) {
    return fail(ErrorCode::malformed, "not JSON at byte " + std::to_string(used) + ": " + error.message());
  }
  return parser.release();
}

const boost::json::value* json_member(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

}  // namespace jangteo
