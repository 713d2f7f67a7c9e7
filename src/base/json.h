// JSON (RFC 8259): a writer that appends to a string, and a bounded strict reader on Boost.JSON.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/result.h"
#include "base/time.h"

namespace jangteo {

// Appends `"text"` with escapes.
void append_json_string(std::string& out, std::string_view text);
void append_decimal(std::string& out, std::int64_t value);

// Writes one document front to back; commas are its own business. Keys must be plain ASCII without escapes.
//   JsonWriter w(out); w.begin_object().field("id", id.text()).field("n", 3).end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(double number);  // finite; others are written as null
  JsonWriter& value(bool truth);
  JsonWriter& value(Timestamp at);
  JsonWriter& value(Money money);  // {"amount":1299,"currency":"KRW"}
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // already JSON

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }
  template <std::size_t N>
  JsonWriter& field(std::string_view name, const char (&content)[N]) {
    key(name);
    return value(std::string_view(content, N - 1));
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool comma_ = false;
};

struct JsonLimits {
  std::size_t depth_max = 32;
};

// Strict RFC 8259; refuses invalid UTF-8, depth over the limit and trailing text: `malformed` with the byte position.
Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits = {});

// Reads a member of an object; null pointer when absent. `value` may be anything (not only an object).
const boost::json::value* json_member(const boost::json::value& value, std::string_view name);

}  // namespace jangteo
