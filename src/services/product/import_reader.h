// ImportReader: the records of somebody's file, one after another. The first byte behind a byte order mark tells the
// format: '[' a JSON array, '{' one JSON object per line (NDJSON), anything else CSV with a header (RFC 4180; line ends
// may be LF). A record that cannot be read is one failed record; reading goes on where the format allows it (not behind
// broken JSON of an array and not behind a quote that never ends).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/product_record.h"

namespace jangteo {

struct ImportedRecord {
  std::uint64_t number = 0;  // line where it starts, from 1; in a JSON array its index, from 0
  Result<ProductRecord> record;
};

class ImportReader {
 public:
  enum class Format : std::uint8_t { json_array, json_lines, csv };
  static constexpr std::size_t kRecordBytesMax = 1 << 20;
  static constexpr std::size_t kColumnsMax = 500;

  explicit ImportReader(std::string_view text);  // the text outlives the reader

  std::optional<ImportedRecord> next();  // empty at the end
  Format format() const { return format_; }
  std::string_view unit() const { return format_ == Format::json_array ? "index" : "line"; }

 private:
  std::optional<ImportedRecord> next_of_array();
  std::optional<ImportedRecord> next_line();
  std::optional<ImportedRecord> next_row();
  // Reads the cells of one CSV record; advances behind it and counts its lines.
  Result<std::vector<std::string>> read_cells();
  ImportedRecord refuse(std::uint64_t number, std::string detail, bool end = false);

  std::string_view rest_;
  Format format_;
  std::uint64_t number_ = 0;
  std::unique_ptr<RecordParser> array_;
  std::deque<ImportedRecord> ready_;
  std::vector<std::string> columns_;
};

}  // namespace jangteo
