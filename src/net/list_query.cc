#include "net/list_query.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <optional>

#include "base/bytes.h"
#include "base/json.h"

namespace jangteo {

namespace {

constexpr std::size_t kSetCountMax = 100;
constexpr std::size_t kCursorValueCountMax = 8;

std::optional<std::int64_t> read_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return {};
  return value;
}

std::optional<std::int64_t> read_value(FilterKind kind, std::string_view text) {
  switch (kind) {
    case FilterKind::text:
      return 0;
    case FilterKind::integer:
      return read_integer(text);
    case FilterKind::flag:
      if (text == "true") return 1;
      if (text == "false") return 0;
      return {};
    case FilterKind::timestamp:
      if (const auto at = parse_rfc3339(text)) return at->ms;
      return {};
  }
  return {};
}

std::string_view expected(FilterKind kind) {
  switch (kind) {
    case FilterKind::integer:
      return "must be a whole number";
    case FilterKind::flag:
      return "must be true or false";
    case FilterKind::timestamp:
      return "must be a time as in 2026-11-26T10:00:00Z";
    case FilterKind::text:
      break;
  }
  return "must be text";
}

struct ParameterName {
  std::string_view field;
  FilterOperator comparison = FilterOperator::equal;
};

// "price[gte]" in its parts; empty when the brackets hold no operator.
std::optional<ParameterName> split_name(std::string_view name) {
  const std::size_t bracket = name.find('[');
  if (bracket == std::string_view::npos) return ParameterName{name};
  const std::string_view field = name.substr(0, bracket), suffix = name.substr(bracket);
  if (suffix == "[lt]") return ParameterName{field, FilterOperator::less};
  if (suffix == "[lte]") return ParameterName{field, FilterOperator::less_or_equal};
  if (suffix == "[gt]") return ParameterName{field, FilterOperator::greater};
  if (suffix == "[gte]") return ParameterName{field, FilterOperator::greater_or_equal};
  if (suffix == "[in]") return ParameterName{field, FilterOperator::in};
  return {};
}

Status read_sort(std::string text, const ListRules& rules, ListQuery& query) {
  query.descending = text.starts_with('-');
  const std::string_view field = std::string_view(text).substr(query.descending ? 1 : 0);
  const auto found = std::find(rules.sorts.begin(), rules.sorts.end(), field);
  if (found == rules.sorts.end()) return fail_field("sort", "cannot sort by '" + text + "'");
  query.sort_field = *found;
  query.sort = std::move(text);
  return {};
}

Status read_cursor(std::string_view text, ListQuery& query) {
  const auto refused = fail_field("cursor", "is not one that this list gave");
  const auto decoded = from_base64url(text);
  if (!decoded) return refused;
  const auto document = parse_json(*decoded);
  if (!document) return refused;
  const auto* sort = json_member(*document, "sort");
  const auto* after = json_member(*document, "after");
  if (sort == nullptr || !sort->is_string() || after == nullptr || !after->is_array()) return refused;
  if (sort->get_string() != query.sort) return fail_field("cursor", "belongs to a list with another sort");
  const auto& values = after->get_array();
  if (values.empty() || values.size() > kCursorValueCountMax) return refused;
  for (const auto& value : values) {
    if (!value.is_string()) return refused;
    query.after.emplace_back(value.get_string());
  }
  return {};
}

Status read_filter(const std::string& name, std::string value, const ListRules& rules, ListQuery& query) {
  const auto parts = split_name(name);
  const auto unknown = fail_field(name, "is no parameter or filter of this list");
  if (!parts) return unknown;
  const auto rule = std::find_if(rules.filters.begin(), rules.filters.end(),
                                 [&](const FilterRule& own) { return own.field == parts->field; });
  if (rule == rules.filters.end()) return unknown;
  const bool is_set = parts->comparison == FilterOperator::in;
  const bool is_range = !is_set && parts->comparison != FilterOperator::equal;
  if ((is_set && !rule->sets) || (is_range && !rule->ranges)) return unknown;
  ListFilter filter{rule->field, parts->comparison, {}, {}};
  for (std::string_view rest = value;;) {
    const std::size_t end = is_set ? std::min(rest.find(','), rest.size()) : rest.size();
    const std::string_view one = rest.substr(0, end);
    const auto integer = read_value(rule->kind, one);
    if (!integer) return fail_field(name, std::string(expected(rule->kind)));
    filter.values.emplace_back(one);
    if (rule->kind != FilterKind::text) filter.integers.push_back(*integer);
    if (filter.values.size() > kSetCountMax) return fail_field(name, "has more than 100 values");
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  query.filters.push_back(std::move(filter));
  return {};
}

}  // namespace

const ListFilter* ListQuery::filter(std::string_view field) const {
  const auto found =
      std::find_if(filters.begin(), filters.end(), [&](const ListFilter& own) { return own.field == field; });
  return found == filters.end() ? nullptr : &*found;
}

Result<ListQuery> read_list_query(const HttpRequest& request, const ListRules& rules) {
  ListQuery query;
  auto parameters = request.query_parameters();
  JT_TRY(read_sort(request.query_parameter("sort").value_or(std::string(rules.default_sort)), rules, query));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto& [name, value] = parameters[i];
    for (std::size_t other = 0; other < i; ++other) {
      if (parameters[other].first == name) return fail_field(name, "is given twice");
    }
    if (name == "sort") continue;
    if (name == "limit") {
      const auto limit = read_integer(value);
      if (!limit || *limit < 1 || *limit > rules.limit_max) {
        return fail_field("limit", "must be from 1 to " + std::to_string(rules.limit_max));
      }
      query.limit = static_cast<int>(*limit);
    } else if (name == "cursor") {
      JT_TRY(read_cursor(value, query));
    } else if (std::find(rules.others.begin(), rules.others.end(), name) == rules.others.end()) {
      JT_TRY(read_filter(name, std::move(value), rules, query));
    }
  }
  return query;
}

std::string make_cursor(const ListQuery& query, const std::vector<std::string>& after) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("after").begin_array();
  for (const auto& value : after) json.value(value);
  json.end_array().field("sort", query.sort).end_object();
  return to_base64url(text);
}

}  // namespace jangteo
