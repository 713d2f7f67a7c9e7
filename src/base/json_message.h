// Reading of the small JSON messages of the event log: parsed into a buffer on the stack, members taken by name and
// kind.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"

namespace jangteo {

class JsonMessage {
 public:
  explicit JsonMessage(std::string_view text);
  JsonMessage(const JsonMessage&) = delete;
  JsonMessage& operator=(const JsonMessage&) = delete;

  // False when the text was no object, or when a member asked for was absent or of another kind; then take error().
  bool good() const { return good_; }
  std::unexpected<Error> error() const;

  std::string_view text(std::string_view name);           // required
  std::string_view text_or_empty(std::string_view name);  // absent or null: empty
  std::int64_t integer(std::string_view name);
  bool truth_or_false(std::string_view name);
  const boost::json::array& array(std::string_view name);
  template <class IdType>
  IdType id(std::string_view name) {
    const auto parsed = IdType::parse(text(name));
    if (!parsed) missing(name);
    return parsed.value_or(IdType{});
  }
  const boost::json::object& object() const { return *object_; }
  void missing(std::string_view name);

 private:
  unsigned char buffer_[4096];
  boost::json::monotonic_resource memory_;
  boost::json::value value_;
  const boost::json::object* object_;
  bool good_ = true;
  std::string problem_;
};

}  // namespace jangteo
