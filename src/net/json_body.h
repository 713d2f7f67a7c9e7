// Reading a JSON request body: each reader gives the member's value, or a harmless default after noting what is wrong;
// finish() tells everything at once (422 `invalid` with one entry per parameter). Unknown members are ignored; null is
// the same as absent.
//   auto body = BodyReader::parse(*request);
//   if (!body) co_return problem(body.error(), *request);
//   const auto product = body->id<ProductId>("productId");
//   const auto quantity = body->integer_or("quantity", 1, {1, 1000});
//   if (auto status = body->finish(); !status) co_return problem(status.error(), *request);
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "net/http_message.h"

namespace jangteo {

// In Unicode characters.
struct TextLimits {
  std::size_t length_min = 1;
  std::size_t length_max = 1000;
};

struct IntegerLimits {
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;
};

class BodyReader {
 public:
  // `unsupported_media_type` unless Content-Type is absent or application/json; `malformed` when the body is no JSON
  // object.
  static Result<BodyReader> parse(const HttpRequest& request);
  // The same for JSON that came another way (files, events).
  static Result<BodyReader> parse_text(std::string_view json);

  // Required members: absent is noted as "required".
  std::string text(std::string_view name, TextLimits limits = {});
  std::int64_t integer(std::string_view name, IntegerLimits limits = {});
  bool flag(std::string_view name);
  Money money(std::string_view name, IntegerLimits limits = {});  // {"amount":1299,"currency":"KRW"}
  template <class IdType>
  IdType id(std::string_view name) {
    return checked_id<IdType>(name, text(name, {1, 200}));
  }
  BodyReader object(std::string_view name);
  std::vector<BodyReader> objects(std::string_view name, std::size_t count_min, std::size_t count_max);

  // Optional ones.
  std::optional<std::string> optional_text(std::string_view name, TextLimits limits = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, IntegerLimits limits = {});
  std::int64_t integer_or(std::string_view name, std::int64_t absent, IntegerLimits limits = {});
  std::optional<bool> optional_flag(std::string_view name);
  std::optional<Money> optional_money(std::string_view name, IntegerLimits limits = {});
  template <class IdType>
  std::optional<IdType> optional_id(std::string_view name) {
    if (!has(name)) return {};
    return id<IdType>(name);
  }
  std::optional<BodyReader> optional_object(std::string_view name);
  std::optional<std::vector<BodyReader>> optional_objects(std::string_view name, std::size_t count_max);
  std::optional<std::vector<std::string>> optional_texts(std::string_view name, std::size_t count_max,
                                                         TextLimits limits = {});

  bool has(std::string_view name) const;             // present and not null
  std::string path_of(std::string_view name) const;  // "items[0].quantity"
  const boost::json::value& value() const { return *value_; }

  // Notes a failure of a rule that the readers do not know.
  void refuse(std::string_view name, std::string detail, std::string code = "invalid");
  // What was noted by this reader, its children and its parents.
  Status finish() const;

 private:
  struct Document;  // the parsed text and what was noted; shared by a body and its parts
  BodyReader(std::shared_ptr<Document> document, const boost::json::value* value, std::string path)
      : document_(std::move(document)), value_(value), path_(std::move(path)) {}

  const boost::json::value* member(std::string_view name) const;  // null when absent or null
  const boost::json::value* required(std::string_view name);      // notes absence
  std::string read_text(std::string_view path, const boost::json::value& value, TextLimits limits);
  std::int64_t read_integer(std::string_view path, const boost::json::value& value, IntegerLimits limits);
  Money read_money(std::string_view name, const boost::json::value& value, IntegerLimits limits);
  std::vector<BodyReader> read_objects(std::string_view name, const boost::json::value& value, std::size_t count_min,
                                       std::size_t count_max);
  BodyReader nothing(std::string_view name) const;  // an empty object that notes nothing more
  void note(std::string path, std::string code, std::string detail);
  template <class IdType>
  IdType checked_id(std::string_view name, const std::string& text) {
    const auto parsed = IdType::parse(text);
    if (!parsed && !text.empty()) {
      refuse(name, "is no id that starts with '" + std::string(IdType::kPrefix) + "'");
    }
    return parsed.value_or(IdType{});
  }

  std::shared_ptr<Document> document_;
  const boost::json::value* value_;
  std::string path_;
  bool silent_ = false;  // its own absence is noted; its members' would only repeat it
};

}  // namespace jangteo
