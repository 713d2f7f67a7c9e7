#include "adapters/sqlite/document_sql.h"

#include <algorithm>
#include <utility>

namespace jangteo {

namespace {

constexpr std::size_t kFiltersMax = 16;
constexpr std::size_t kValuesMax = 1000;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view comparison(DocumentFilter::Op op) {
  switch (op) {
    case DocumentFilter::Op::greater:
      return " > ?";
    case DocumentFilter::Op::greater_equal:
      return " >= ?";
    case DocumentFilter::Op::less:
      return " < ?";
    case DocumentFilter::Op::less_equal:
      return " <= ?";
    default:
      return " = ?";
  }
}

// SQLite orders NULL, numbers, text; a range never leaves the type of its bound.
std::string_view same_type_guard(DocumentFilter::Op op, const DocumentValue& bound) {
  const bool text = std::holds_alternative<std::string>(bound);
  const bool upward = op == DocumentFilter::Op::greater || op == DocumentFilter::Op::greater_equal;
  const bool downward = op == DocumentFilter::Op::less || op == DocumentFilter::Op::less_equal;
  if (upward && !text) return " < ''";
  if (downward && text) return " >= ''";
  return {};
}

Status append_filter(DocumentSelect& select, const DocumentFilter& filter) {
  if (!is_document_path(filter.path)) return fail_field(filter.path, "is no path of a document");
  const bool single = filter.op != DocumentFilter::Op::in;
  if ((single && filter.values.size() != 1) || filter.values.size() > kValuesMax) {
    return fail_field(filter.path, "has too many or too few values");
  }
  const std::string expression = document_expression(filter.path);
  select.text += " AND " + expression;
  if (single) {
    select.text += comparison(filter.op);
    const auto guard = same_type_guard(filter.op, filter.values.front());
    if (!guard.empty()) select.text.append(" AND ").append(expression).append(guard);
  } else {
    select.text += " IN (";
    for (std::size_t i = 0; i < filter.values.size(); ++i) select.text += i == 0 ? "?" : ",?";
    select.text += ')';
  }
  select.values.insert(select.values.end(), filter.values.begin(), filter.values.end());
  return {};
}

}  // namespace

bool is_document_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && is_lower(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_document_path(std::string_view path) {
  if (path.empty() || path.size() > 120 || path.front() == '.' || path.back() == '.') return false;
  if (path.find("..") != std::string_view::npos) return false;
  return std::all_of(path.begin(), path.end(), [](char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.';
  });
}

std::string document_table(std::string_view collection) { return "document_" + std::string(collection); }

std::string document_expression(std::string_view path) {
  if (path == "id") return "id";
  return "json_extract(json,'$." + std::string(path) + "')";
}

std::string document_index(std::string_view collection, const DocumentIndex& index) {
  return document_table(collection) + "_by_" + index.name;
}

std::string create_document_index(std::string_view collection, const DocumentIndex& index) {
  std::string text = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  text += document_index(collection, index) + " ON " + document_table(collection) + "(";
  for (std::size_t i = 0; i < index.paths.size(); ++i) {
    if (i > 0) text += ", ";
    text += document_expression(index.paths[i]);
  }
  text += index.unique ? ")" : ", id)";
  return text;
}

Result<std::vector<DocumentSelect>> select_documents(const DocumentQuery& query) {
  if (!is_document_name(query.collection)) return fail_field("collection", "is no name of a collection");
  if (query.filters.size() > kFiltersMax) return fail_field("filters", "are too many");
  if (query.limit < 1 || query.limit > 1000) return fail_field("limit", "must be 1 to 1000");
  if (!query.sort_path.empty() && !is_document_path(query.sort_path)) {
    return fail_field(query.sort_path, "is no path of a document");
  }
  DocumentSelect base{"SELECT id, version, json FROM " + document_table(query.collection) + " WHERE 1", {}};
  for (const auto& filter : query.filters) JT_TRY(append_filter(base, filter));

  const std::string direction = query.descending ? " DESC" : "";
  const std::string beyond = query.descending ? " < ?" : " > ?";
  const std::string by_id = " ORDER BY id" + direction + " LIMIT ?";
  const bool sorted_by_id = query.sort_path.empty() || query.sort_path == "id";
  const std::string sort = sorted_by_id ? "id" : document_expression(query.sort_path);
  const std::string by_sort = " ORDER BY " + sort + direction + ", id" + direction + " LIMIT ?";

  std::vector<DocumentSelect> parts;
  const auto add_part = [&](const std::string& condition, std::vector<DocumentValue> values, const std::string& order) {
    DocumentSelect part = base;
    part.text += condition + order;
    std::move(values.begin(), values.end(), std::back_inserter(part.values));
    parts.push_back(std::move(part));
  };
  if (!query.after) {
    add_part("", {}, sorted_by_id ? by_id : by_sort);
  } else if (const auto& after = *query.after; sorted_by_id) {
    add_part(" AND id" + beyond, {after.id}, by_id);
  } else if (!after.sort_value) {
    add_part(" AND " + sort + " IS NULL AND id" + beyond, {after.id}, by_id);
    if (!query.descending) add_part(" AND " + sort + " IS NOT NULL", {}, by_sort);
  } else {
    const std::string from = query.descending ? " <= ?" : " >= ?";  // lets the index start where the page starts
    add_part(" AND " + sort + from + " AND (" + sort + beyond + " OR id" + beyond + ")",
             {*after.sort_value, *after.sort_value, after.id}, by_sort);
    if (query.descending) add_part(" AND " + sort + " IS NULL", {}, by_id);
  }
  return parts;
}

}  // namespace jangteo
