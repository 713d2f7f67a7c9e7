// Collections of JSON documents found by id and by declared indexes (embedded: SQLite JSON; distributed: MongoDB). The
// catalogue and chat messages live here. A write is durable when it resumes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "runtime/call.h"
#include "runtime/task.h"

namespace jangteo {

struct Document {
  std::string id;
  std::int64_t version = 0;  // 1 when created, one more at each change; the ETag and If-Match of an object
  std::string json;          // an object; members that are indexed are read from it
};

struct DocumentIndex {
  std::string name;                // lower case letters and _
  std::vector<std::string> paths;  // members: "category", "price.amount"
  bool unique = false;             // documents without one of the members are not in a unique index
};

struct CollectionSettings {
  std::string name;  // lower case letters and _
  std::vector<DocumentIndex> indexes;
};

using DocumentValue = std::variant<std::int64_t, double, std::string, bool>;

struct DocumentFilter {
  enum class Op : std::uint8_t { equal, in, greater, greater_equal, less, less_equal };
  std::string path;
  Op op = Op::equal;
  std::vector<DocumentValue> values;  // several only with `in`
};

struct DocumentQuery {
  std::string collection;
  std::vector<DocumentFilter> filters;
  std::string sort_path;  // empty: by id
  bool descending = false;
  // Continues after the document that had this sort value and id.
  struct After {
    std::optional<DocumentValue> sort_value;
    std::string id;
  };
  std::optional<After> after;
  std::size_t limit = 20;  // 1-1000
};

class DocumentStore {
 public:
  virtual ~DocumentStore() = default;
  virtual Status create_collection(
      const CollectionSettings& settings) = 0;  // blocking, at start; idempotent, adds new indexes

  virtual Task<Result<std::optional<Document>>> get(Call call, std::string collection, std::string id) = 0;
  virtual Task<Result<std::vector<Document>>> find(Call call, DocumentQuery query) = 0;
  virtual Task<Result<std::int64_t>> count(Call call, std::string collection) = 0;

  // `conflict` when the id or a unique index is taken (Error.link names the index, "id" for the id). All or nothing.
  virtual Task<Status> insert(Call call, std::string collection, std::vector<Document> documents) = 0;
  // Replaces; `version_mismatch` unless the stored version is `expected_version` (0: any), `not_found` when absent.
  // Returns the new version.
  virtual Task<Result<std::int64_t>> replace(Call call, std::string collection, Document document,
                                             std::int64_t expected_version) = 0;
  virtual Task<Status> remove(Call call, std::string collection, std::string id, std::int64_t expected_version) = 0;
};

}  // namespace jangteo
