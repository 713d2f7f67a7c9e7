#include "services/product/product_record.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <utility>

namespace jangteo {

namespace {

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kStringBytesMax = 64 * 1024;

// Builds flat records from the events of Boost.JSON's parser.
class RecordHandler {
 public:
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = 200;
  static constexpr std::size_t max_string_size = kStringBytesMax;
  using Error = boost::json::error_code;
  using View = boost::json::string_view;

  explicit RecordHandler(RecordParser::Shape shape) : shape_(shape) {}
  void set_sink(const RecordParser::Sink* sink) { sink_ = sink; }

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    if (at_record() && !open_) {
      open_ = true;
      record_ = {};
      problem_.clear();
    }
    push(false);
    return true;
  }
  bool on_object_end(std::size_t count, Error&) {
    pop(count == 0, RecordField::Kind::empty_object);
    return true;
  }
  bool on_array_begin(Error&) {
    if (at_record() && !open_) problem_ = "is an array where an object belongs";
    push(true);
    return true;
  }
  bool on_array_end(std::size_t count, Error&) {
    pop(count == 0, RecordField::Kind::empty_array);
    return true;
  }
  bool on_key_part(View part, std::size_t, Error&) { return collect(part); }
  bool on_key(View part, std::size_t, Error&) {
    collect(part);
    levels_.back().key = std::exchange(scalar_, {});
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return collect(part); }
  bool on_string(View part, std::size_t, Error&) { return collect(part) && finish(RecordField::Kind::text); }
  bool on_number_part(View part, Error&) { return collect(part); }
  bool on_int64(std::int64_t, View part, Error&) { return collect(part) && finish(RecordField::Kind::number); }
  bool on_uint64(std::uint64_t, View part, Error&) { return collect(part) && finish(RecordField::Kind::number); }
  bool on_double(double, View part, Error&) { return collect(part) && finish(RecordField::Kind::number); }
  bool on_bool(bool truth, Error&) { return collect(truth ? "true" : "false") && finish(RecordField::Kind::truth); }
  bool on_null(Error&) { return finish(RecordField::Kind::null); }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

 private:
  struct Level {
    bool array;
    std::size_t next = 0;  // index of the next element of an array
    std::size_t prefix;    // length of the path up to here
    std::string key;
  };

  // Whether the next value stands where a record stands.
  bool at_record() const { return levels_.size() == (shape_ == RecordParser::Shape::array ? 1U : 0U); }

  bool collect(View part) {
    scalar_.append(part.data(), part.size());
    return true;
  }
  // The path of the value that begins now.
  std::string next_path() {
    std::string path = path_;
    if (levels_.empty() || (at_record() && shape_ == RecordParser::Shape::array)) return path;
    auto& level = levels_.back();
    if (level.array) {
      path += '[' + std::to_string(level.next++) + ']';
    } else {
      if (!path.empty()) path += '.';
      path += level.key;
    }
    return path;
  }
  void push(bool array) {
    const std::size_t prefix = path_.size();
    path_ = next_path();
    levels_.push_back({array, 0, prefix, {}});
  }
  void pop(bool empty, RecordField::Kind kind) {
    const std::string path = path_;
    path_.resize(levels_.back().prefix);
    levels_.pop_back();
    if (!at_record()) {
      if (open_ && empty) add({kind, path, {}});
      return;
    }
    if (levels_.empty() && shape_ == RecordParser::Shape::array) return;
    emit();
  }
  bool finish(RecordField::Kind kind) {
    std::string text = std::exchange(scalar_, {});
    if (at_record()) {
      problem_ = "is no object";
      emit();
    } else if (open_) {
      add({kind, next_path(), std::move(text)});
    }
    return true;
  }
  void add(RecordField field) {
    if (record_.fields().size() >= ProductRecord::kFieldsMax) {
      problem_ = "has more than " + std::to_string(ProductRecord::kFieldsMax) + " values";
      return;
    }
    record_.add(std::move(field));
  }
  void emit() {
    open_ = false;
    if (problem_.empty()) {
      (*sink_)(std::move(record_));
    } else {
      (*sink_)(fail(ErrorCode::invalid, std::exchange(problem_, {})));
    }
    record_ = {};
  }

  RecordParser::Shape shape_;
  const RecordParser::Sink* sink_ = nullptr;
  std::vector<Level> levels_;
  std::string path_;
  std::string scalar_;
  std::string problem_;
  ProductRecord record_;
  bool open_ = false;  // inside a record that is an object
};

boost::json::parse_options options() {
  boost::json::parse_options out;
  out.max_depth = kDepthMax;
  return out;
}

}  // namespace

const RecordField* ProductRecord::find(std::string_view path) const {
  const auto found =
      std::find_if(fields_.rbegin(), fields_.rend(), [&](const auto& field) { return field.path == path; });
  return found == fields_.rend() ? nullptr : &*found;
}

bool ProductRecord::has_below(std::string_view path) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const RecordField& field) {
    return field.path.starts_with(path) &&
           (field.path.size() == path.size() || field.path[path.size()] == '.' || field.path[path.size()] == '[');
  });
}

std::size_t ProductRecord::count_items(std::string_view path) const {
  std::size_t count = 0;
  for (const auto& field : fields_) {
    if (!field.path.starts_with(path) || field.path.size() <= path.size() || field.path[path.size()] != '[') continue;
    std::size_t index = 0;
    const char* begin = field.path.data() + path.size() + 1;
    const auto parsed = std::from_chars(begin, field.path.data() + field.path.size(), index);
    if (parsed.ec == std::errc() && index < kFieldsMax) count = std::max(count, index + 1);
  }
  return count;
}

struct RecordParser::Parser {
  explicit Parser(Shape shape) : parser(options(), shape) {}
  boost::json::basic_parser<RecordHandler> parser;
  std::size_t bytes = 0;
};

RecordParser::RecordParser(Shape shape) : parser_(std::make_unique<Parser>(shape)) {}
RecordParser::~RecordParser() = default;

Status RecordParser::feed(std::string_view piece, bool last, const Sink& sink) {
  auto& parser = parser_->parser;
  parser.handler().set_sink(&sink);
  boost::json::error_code error;
  std::size_t used = parser.write_some(!last, piece.data(), piece.size(), error);
  if (!error && used < piece.size()) {
    const auto rest = piece.substr(used);
    const auto text = rest.find_first_not_of(" \t\r\n");
    if (text == std::string_view::npos) {
      used = piece.size();
    } else {
      error = boost::json::make_error_code(boost::json::error::extra_data);
      used += text;
    }
  }
  parser_->bytes += used;
  if (error) {
    return fail(ErrorCode::malformed, "not JSON at byte " + std::to_string(parser_->bytes) + ": " + error.message());
  }
  return {};
}

Result<ProductRecord> parse_record(std::string_view json) {
  RecordParser parser(RecordParser::Shape::object);
  Result<ProductRecord> out = fail(ErrorCode::malformed, "there is no object");
  const RecordParser::Sink sink = [&](Result<ProductRecord> record) { out = std::move(record); };
  JT_TRY(parser.feed(json, true, sink));
  return out;
}

}  // namespace jangteo
