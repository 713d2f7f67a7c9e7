#include "services/product/import_reader.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace jangteo {

namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

ImportReader::Format format_of(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return ImportReader::Format::csv;
  if (text[first] == '[') return ImportReader::Format::json_array;
  return text[first] == '{' ? ImportReader::Format::json_lines : ImportReader::Format::csv;
}

}  // namespace

ImportReader::ImportReader(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  format_ = format_of(rest_);
  if (format_ == Format::json_array) array_ = std::make_unique<RecordParser>(RecordParser::Shape::array);
  if (format_ == Format::csv) number_ = 1;
}

ImportedRecord ImportReader::refuse(std::uint64_t number, std::string detail, bool end) {
  if (end) rest_ = {};
  return {number, fail(ErrorCode::malformed, std::move(detail))};
}

std::optional<ImportedRecord> ImportReader::next() {
  switch (format_) {
    case Format::json_array:
      return next_of_array();
    case Format::json_lines:
      return next_line();
    case Format::csv:
      break;
  }
  return next_row();
}

std::optional<ImportedRecord> ImportReader::next_of_array() {
  const RecordParser::Sink sink = [this](Result<ProductRecord> record) {
    ready_.push_back({number_++, std::move(record)});
  };
  while (ready_.empty() && array_ != nullptr) {
    const auto piece = rest_.substr(0, kPieceBytes);
    rest_.remove_prefix(piece.size());
    const bool last = rest_.empty();
    const auto status = array_->feed(piece, last, sink);
    if (!status) ready_.push_back(refuse(number_, status.error().detail, true));
    if (!status || last) array_.reset();
  }
  if (ready_.empty()) return {};
  auto out = std::move(ready_.front());
  ready_.pop_front();
  return out;
}

std::optional<ImportedRecord> ImportReader::next_line() {
  while (!rest_.empty()) {
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (line.size() > kRecordBytesMax) return refuse(number_, "is longer than 1 MiB");
    return ImportedRecord{number_, parse_record(line)};
  }
  return {};
}

Result<std::vector<std::string>> ImportReader::read_cells() {
  std::vector<std::string> cells(1);
  std::size_t at = 0;
  bool quoted = false;
  bool was_quoted = false;  // the cell's closing quote was read
  std::string problem;
  std::size_t bytes = 0;
  for (; at < rest_.size(); ++at) {
    const char c = rest_[at];
    if (quoted) {
      if (c == '\n') ++number_;
      if (c == '"' && at + 1 < rest_.size() && rest_[at + 1] == '"') {
        ++at;
      } else if (c == '"') {
        quoted = false;
        was_quoted = true;
        continue;
      }
    } else if (c == '\n') {
      break;
    } else if (c == '\r' && (at + 1 == rest_.size() || rest_[at + 1] == '\n')) {
      continue;
    } else if (c == ',') {
      if (cells.size() < kColumnsMax) {
        cells.emplace_back();
      } else if (problem.empty()) {
        problem = "has more than " + std::to_string(kColumnsMax) + " columns";
      }
      was_quoted = false;
      continue;
    } else if (c == '"' && cells.back().empty() && !was_quoted) {
      quoted = true;
      continue;
    } else if (c == '"' || was_quoted) {
      if (problem.empty()) problem = "has a quote inside of a cell that is not quoted";
    }
    if (++bytes <= kRecordBytesMax) cells.back() += c;
  }
  rest_.remove_prefix(std::min(at + 1, rest_.size()));
  ++number_;
  if (quoted) {
    rest_ = {};
    return fail(ErrorCode::malformed, "has a quote that never ends");
  }
  if (bytes > kRecordBytesMax) return fail(ErrorCode::malformed, "is longer than 1 MiB");
  if (!problem.empty()) return fail(ErrorCode::malformed, problem);
  if (!std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return is_utf8(cell); })) {
    return fail(ErrorCode::malformed, "is not UTF-8");
  }
  return cells;
}

std::optional<ImportedRecord> ImportReader::next_row() {
  if (columns_.empty() && !rest_.empty()) {
    auto header = read_cells();
    if (!header) return refuse(1, "the header " + header.error().detail, true);
    columns_ = std::move(*header);
    auto sorted = columns_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) return refuse(1, "the header names the column '" + *twice + "' twice", true);
  }
  while (!rest_.empty()) {
    const std::uint64_t line = number_;
    auto cells = read_cells();
    if (!cells) return refuse(line, cells.error().detail);
    if (cells->size() == 1 && cells->front().empty()) continue;  // an empty line
    if (cells->size() != columns_.size()) {
      return refuse(line,
                    "has " + std::to_string(cells->size()) + " cells, the header " + std::to_string(columns_.size()));
    }
    ProductRecord record;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      record.add({RecordField::Kind::text, columns_[i], std::move((*cells)[i])});
    }
    return ImportedRecord{line, std::move(record)};
  }
  return {};
}

}  // namespace jangteo
