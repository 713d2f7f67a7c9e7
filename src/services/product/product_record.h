// ProductRecord: one object of a request or of a file, flat: each scalar under its path ("price.amount",
// "variants[0].sku"). Numbers keep their text, so that 109.99 stays exact. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jangteo {

struct RecordField {
  enum class Kind : std::uint8_t { text, number, truth, null, empty_array, empty_object } kind = Kind::text;
  std::string path;
  std::string text;  // of a number: exactly as written; "true", "false"
};

class ProductRecord {
 public:
  static constexpr std::size_t kFieldsMax = 2000;

  void add(RecordField field) { fields_.push_back(std::move(field)); }
  const RecordField* find(std::string_view path) const;  // the last one when a name came twice
  bool has_below(std::string_view path) const;           // the path itself, or "path." or "path[" anything
  std::size_t count_items(std::string_view path) const;  // n when the highest is "path[n-1]"; 0 without any
  const std::vector<RecordField>& fields() const { return fields_; }

 private:
  std::vector<RecordField> fields_;
};

// Reads JSON piece by piece: one object, or an array of objects. RFC 8259 strictly, UTF-8 checked, depth at most 8,
// strings at most 64 KiB. Records come out as soon as their object is closed.
class RecordParser {
 public:
  enum class Shape : std::uint8_t { object, array };
  explicit RecordParser(Shape shape);
  ~RecordParser();

  using Sink = std::function<void(Result<ProductRecord>)>;
  // `malformed` with the position in all bytes so far. `last`: nothing follows, the text must be complete.
  Status feed(std::string_view piece, bool last, const Sink& sink);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// One whole JSON object.
Result<ProductRecord> parse_record(std::string_view json);

}  // namespace jangteo
