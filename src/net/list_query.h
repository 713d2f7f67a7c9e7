// The query of a list: `limit`, `cursor`, `sort=-createdAt`, `field=`, `field[gte]=`, `field[in]=a,b`. A route states
// its rules once; whatever they do not name is refused (422 naming the parameter). A cursor is base64url of
// {"after":["..."],"sort":"-createdAt"}: the sort values of the last row shown, opaque to clients, bound to its sort.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"

namespace jangteo {

enum class FilterKind : std::uint8_t { text, integer, flag, timestamp };
enum class FilterOperator : std::uint8_t { equal, less, less_or_equal, greater, greater_or_equal, in };

struct FilterRule {
  std::string_view field;
  FilterKind kind = FilterKind::text;
  bool ranges = false;  // also [lt] [lte] [gt] [gte]
  bool sets = false;    // also [in]
};

struct ListRules {
  std::vector<std::string_view> sorts;  // fields; each in both directions
  std::string_view default_sort;        // "-createdAt"
  std::vector<FilterRule> filters;
  std::vector<std::string_view> others;  // parameters that the route reads by itself ("q")
  int limit_max = 100;
};

struct ListFilter {
  std::string_view field;  // the rule's
  FilterOperator comparison = FilterOperator::equal;
  std::vector<std::string> values;     // one, or 1-100 with `in`
  std::vector<std::int64_t> integers;  // the values of integers, of flags (0, 1) and of timestamps (ms since 1970)
};

struct ListQuery {
  int limit = 20;
  std::string sort;             // as written: "-createdAt"
  std::string_view sort_field;  // the rule's: "createdAt"
  bool descending = false;
  std::vector<ListFilter> filters;
  std::vector<std::string> after;  // from the cursor; empty: from the start

  const ListFilter* filter(std::string_view field) const;  // the first of the field; null when it has none
};

Result<ListQuery> read_list_query(const HttpRequest& request, const ListRules& rules);

// The cursor that continues `query` behind a row with these sort values.
std::string make_cursor(const ListQuery& query, const std::vector<std::string>& after);

}  // namespace jangteo
