// Turns names and queries of ports/document_store.h into SQLite's SQL over one table per collection:
//   document_<collection>(id TEXT PRIMARY KEY, version INTEGER, json TEXT)
// with one index per DocumentIndex on json_extract() of its members and the id. Pure. Values only ever travel as
// parameters; what becomes text (names and paths) is checked against its grammar first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/document_store.h"

namespace jangteo {

bool is_document_name(std::string_view name);  // [a-z][a-z0-9_]*, at most 40 characters
bool is_document_path(std::string_view path);  // members of [A-Za-z0-9_]+ joined by dots, at most 120 characters

std::string document_table(std::string_view collection);
// The SQL expression of a member; "id" is the document's own id. `path` has passed is_document_path().
std::string document_expression(std::string_view path);
std::string document_index(std::string_view collection, const DocumentIndex& index);         // its name
std::string create_document_index(std::string_view collection, const DocumentIndex& index);  // the whole statement

struct DocumentSelect {
  std::string text;  // gives id, version, json; the limit is the last parameter, bound by the caller
  std::vector<DocumentValue> values;
};
// One select, or two that continue each other (documents without the sort member come before the others ascending,
// behind them descending). `invalid` for a path or a number of values outside the limits.
Result<std::vector<DocumentSelect>> select_documents(const DocumentQuery& query);

}  // namespace jangteo
