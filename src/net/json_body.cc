#include "net/json_body.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"

namespace jangteo {

namespace {

constexpr std::size_t kFieldErrorCountMax = 50;

bool is_json_media_type(std::string_view content_type) {
  const std::string_view media = content_type.substr(0, content_type.find(';'));
  const std::size_t end = media.find_last_not_of(" \t");
  return end != std::string_view::npos && equal_ignoring_case(media.substr(0, end + 1), "application/json");
}

std::size_t character_count(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

struct BodyReader::Document {
  boost::json::value root;
  std::vector<FieldError> errors;
};

Result<BodyReader> BodyReader::parse(const HttpRequest& request) {
  const std::string_view content_type = request.header("Content-Type");
  if (!content_type.empty() && !is_json_media_type(content_type)) {
    return fail(ErrorCode::unsupported_media_type, "send application/json");
  }
  return parse_text(request.body);
}

Result<BodyReader> BodyReader::parse_text(std::string_view json) {
  auto root = parse_json(json);
  if (!root) return fail(std::move(root).error());
  if (!root->is_object()) return fail(ErrorCode::malformed, "the body is not a JSON object");
  auto document = std::make_shared<Document>();
  document->root = std::move(*root);
  const auto* value = &document->root;
  return BodyReader(std::move(document), value, "");
}

const boost::json::value* BodyReader::member(std::string_view name) const {
  const auto* found = json_member(*value_, name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

bool BodyReader::has(std::string_view name) const { return member(name) != nullptr; }

std::string BodyReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void BodyReader::note(std::string path, std::string code, std::string detail) {
  if (silent_ || document_->errors.size() >= kFieldErrorCountMax) return;
  document_->errors.push_back({std::move(path), std::move(code), std::move(detail)});
}

void BodyReader::refuse(std::string_view name, std::string detail, std::string code) {
  note(path_of(name), std::move(code), std::move(detail));
}

Status BodyReader::finish() const {
  if (document_->errors.empty()) return {};
  const FieldError& first = document_->errors.front();
  Error error{ErrorCode::invalid, first.param + ": " + first.detail, document_->errors, 0, {}};
  return fail(std::move(error));
}

const boost::json::value* BodyReader::required(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) refuse(name, "is required", "required");
  return found;
}

std::string BodyReader::read_text(std::string_view path, const boost::json::value& value, TextLimits limits) {
  const auto* text = value.if_string();
  if (text == nullptr) {
    note(std::string(path), "invalid", "must be a string");
    return {};
  }
  const std::string_view view(text->data(), text->size());
  const std::size_t length = character_count(view);
  if (length < limits.length_min || length > limits.length_max) {
    note(std::string(path), "invalid",
         "must have " + std::to_string(limits.length_min) + " to " + std::to_string(limits.length_max) + " characters");
    return {};
  }
  if (view.find('\0') != std::string_view::npos) {
    note(std::string(path), "invalid", "must not hold a NUL character");
    return {};
  }
  return std::string(view);
}

std::int64_t BodyReader::read_integer(std::string_view path, const boost::json::value& value, IntegerLimits limits) {
  const bool above_int64 = value.is_uint64() && value.get_uint64() > static_cast<std::uint64_t>(INT64_MAX);
  if (!value.is_int64() && !value.is_uint64()) {
    note(std::string(path), "invalid", "must be a whole number");
    return limits.minimum;
  }
  const std::int64_t number = value.is_int64() ? value.get_int64() : static_cast<std::int64_t>(value.get_uint64());
  if (above_int64 || number < limits.minimum || number > limits.maximum) {
    note(std::string(path), "invalid",
         "must be from " + std::to_string(limits.minimum) + " to " + std::to_string(limits.maximum));
    return limits.minimum;
  }
  return number;
}

Money BodyReader::read_money(std::string_view name, const boost::json::value& value, IntegerLimits limits) {
  if (!value.is_object()) {
    refuse(name, "must be an object with amount and currency");
    return {};
  }
  BodyReader inner(document_, &value, path_of(name));
  inner.silent_ = silent_;
  Money money;
  money.amount = inner.integer("amount", limits);
  const std::string code = inner.text("currency", {3, 3});
  const auto currency = Currency::parse(code);
  if (!currency && !code.empty()) inner.refuse("currency", "is not a known currency");
  money.currency = currency.value_or(Currency{});
  return money;
}

BodyReader BodyReader::nothing(std::string_view name) const {
  static const boost::json::value kEmpty = boost::json::object();
  BodyReader out(document_, &kEmpty, path_of(name));
  out.silent_ = true;
  return out;
}

std::vector<BodyReader> BodyReader::read_objects(std::string_view name, const boost::json::value& value,
                                                 std::size_t count_min, std::size_t count_max) {
  std::vector<BodyReader> out;
  const auto* array = value.if_array();
  if (array == nullptr) {
    refuse(name, "must be an array");
    return out;
  }
  if (array->size() < count_min || array->size() > count_max) {
    refuse(name, "must have " + std::to_string(count_min) + " to " + std::to_string(count_max) + " entries");
    return out;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string entry = std::string(name) + "[" + std::to_string(i) + "]";
    const auto& element = array->at(i);
    if (!element.is_object()) {
      refuse(entry, "must be an object");
      out.push_back(nothing(entry));
      continue;
    }
    out.push_back(BodyReader(document_, &element, path_of(entry)));
    out.back().silent_ = silent_;
  }
  return out;
}

std::string BodyReader::text(std::string_view name, TextLimits limits) {
  const auto* found = required(name);
  return found == nullptr ? std::string() : read_text(path_of(name), *found, limits);
}

std::int64_t BodyReader::integer(std::string_view name, IntegerLimits limits) {
  const auto* found = required(name);
  return found == nullptr ? limits.minimum : read_integer(path_of(name), *found, limits);
}

bool BodyReader::flag(std::string_view name) {
  return required(name) != nullptr && optional_flag(name).value_or(false);
}

Money BodyReader::money(std::string_view name, IntegerLimits limits) {
  const auto* found = required(name);
  return found == nullptr ? Money{} : read_money(name, *found, limits);
}

BodyReader BodyReader::object(std::string_view name) {
  return required(name) == nullptr ? nothing(name) : *optional_object(name);
}

std::vector<BodyReader> BodyReader::objects(std::string_view name, std::size_t count_min, std::size_t count_max) {
  const auto* found = required(name);
  return found == nullptr ? std::vector<BodyReader>() : read_objects(name, *found, count_min, count_max);
}

std::optional<std::string> BodyReader::optional_text(std::string_view name, TextLimits limits) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  return read_text(path_of(name), *found, limits);
}

std::optional<std::int64_t> BodyReader::optional_integer(std::string_view name, IntegerLimits limits) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  return read_integer(path_of(name), *found, limits);
}

std::int64_t BodyReader::integer_or(std::string_view name, std::int64_t absent, IntegerLimits limits) {
  return optional_integer(name, limits).value_or(absent);
}

std::optional<bool> BodyReader::optional_flag(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  if (!found->is_bool()) {
    refuse(name, "must be true or false");
    return false;
  }
  return found->get_bool();
}

std::optional<Money> BodyReader::optional_money(std::string_view name, IntegerLimits limits) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  return read_money(name, *found, limits);
}

std::optional<BodyReader> BodyReader::optional_object(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  if (!found->is_object()) {
    refuse(name, "must be an object");
    return nothing(name);
  }
  BodyReader out(document_, found, path_of(name));
  out.silent_ = silent_;
  return out;
}

std::optional<std::vector<BodyReader>> BodyReader::optional_objects(std::string_view name, std::size_t count_max) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  return read_objects(name, *found, 0, count_max);
}

std::optional<std::vector<std::string>> BodyReader::optional_texts(std::string_view name, std::size_t count_max,
                                                                   TextLimits limits) {
  const auto* found = member(name);
  if (found == nullptr) return {};
  std::vector<std::string> out;
  const auto* array = found->if_array();
  if (array == nullptr) {
    refuse(name, "must be an array");
    return out;
  }
  if (array->size() > count_max) {
    refuse(name, "must have at most " + std::to_string(count_max) + " entries");
    return out;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    out.push_back(read_text(path_of(name) + "[" + std::to_string(i) + "]", array->at(i), limits));
  }
  return out;
}

}  // namespace jangteo
