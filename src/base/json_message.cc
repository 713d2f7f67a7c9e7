#include "base/json_message.h"

namespace jangteo {

namespace {
const boost::json::object kNoObject;
const boost::json::array kNoArray;
}  // namespace

JsonMessage::JsonMessage(std::string_view text) : memory_(buffer_, sizeof buffer_), object_(&kNoObject) {
  boost::json::error_code error;
  value_ = boost::json::parse(boost::json::string_view(text.data(), text.size()), error, &memory_);
  if (error || !value_.is_object()) {
    good_ = false;
    problem_ = "no JSON object";
    return;
  }
  object_ = &value_.get_object();
}

std::unexpected<Error> JsonMessage::error() const { return fail(ErrorCode::malformed, "message: " + problem_); }

void JsonMessage::missing(std::string_view name) {
  if (good_) problem_ = "member " + std::string(name) + " is absent or of another kind";
  good_ = false;
}

std::string_view JsonMessage::text(std::string_view name) {
  const auto* member = object_->if_contains(name);
  if (member == nullptr || !member->is_string()) {
    missing(name);
    return {};
  }
  const auto& string = member->get_string();
  return {string.data(), string.size()};
}

std::string_view JsonMessage::text_or_empty(std::string_view name) {
  const auto* member = object_->if_contains(name);
  return member == nullptr || member->is_null() ? std::string_view() : text(name);
}

std::int64_t JsonMessage::integer(std::string_view name) {
  const auto* member = object_->if_contains(name);
  if (member == nullptr || !member->is_int64()) {
    missing(name);
    return 0;
  }
  return member->get_int64();
}

bool JsonMessage::truth_or_false(std::string_view name) {
  const auto* member = object_->if_contains(name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

const boost::json::array& JsonMessage::array(std::string_view name) {
  const auto* member = object_->if_contains(name);
  if (member == nullptr || !member->is_array()) {
    missing(name);
    return kNoArray;
  }
  return member->get_array();
}

}  // namespace jangteo
