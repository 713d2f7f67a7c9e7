#include "net/list_query.h"

#include <gtest/gtest.h>

#include "net/percent_encoding.h"

namespace jangteo {

namespace {

const ListRules& rules() {
  static const ListRules kRules{{"createdAt", "price", "name"},
                                "-createdAt",
                                {{"category", FilterKind::text, false, true},
                                 {"price", FilterKind::integer, true, true},
                                 {"inStock", FilterKind::flag},
                                 {"createdAt", FilterKind::timestamp, true}},
                                {"q"}};
  return kRules;
}

Result<ListQuery> read(std::string_view query) {
  HttpRequest request;
  request.set_target("/api/products?" + std::string(query));
  return read_list_query(request, rules());
}

// The parameter that is blamed, or "" when the query is accepted.
std::string blamed(std::string_view query) {
  const auto result = read(query);
  if (result) return "";
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  return result.error().fields.at(0).param;
}

}  // namespace

TEST(ListQuery, HasDefaults) {
  const auto query = read("");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 20);
  EXPECT_EQ(query->sort_field, "createdAt");
  EXPECT_TRUE(query->descending);
  EXPECT_TRUE(query->filters.empty() && query->after.empty());
}

TEST(ListQuery, ReadsSortAndFilters) {
  const auto query = read(
      "sort=price&limit=100&category%5Bin%5D=a,%EA%B9%80&price[gte]=10&price[lt]=-5&inStock=true"
      "&createdAt[gt]=1970-01-01T00:00:01Z&q=x");
  ASSERT_TRUE(query) << query.error().detail;
  EXPECT_EQ(query->sort_field, "price");
  EXPECT_FALSE(query->descending);
  EXPECT_EQ(query->limit, 100);
  ASSERT_EQ(query->filters.size(), 5u);
  EXPECT_EQ(query->filters[0].values, (std::vector<std::string>{"a", "김"}));
  EXPECT_EQ(query->filters[0].comparison, FilterOperator::in);
  EXPECT_EQ(query->filters[1].integers, std::vector<std::int64_t>{10});
  EXPECT_EQ(query->filters[1].comparison, FilterOperator::greater_or_equal);
  EXPECT_EQ(query->filters[2].integers, std::vector<std::int64_t>{-5});
  EXPECT_EQ(query->filter("inStock")->integers, std::vector<std::int64_t>{1});
  EXPECT_EQ(query->filter("createdAt")->integers, std::vector<std::int64_t>{1000});
  EXPECT_EQ(query->filter("name"), nullptr);
}

TEST(ListQuery, NamesTheParameterThatItDoesNotKnow) {
  EXPECT_EQ(blamed("colour=red"), "colour");
  EXPECT_EQ(blamed("name=red"), "name");  // sorts only
  EXPECT_EQ(blamed("category[gte]=a"), "category[gte]");
  EXPECT_EQ(blamed("price[like]=1"), "price[like]");
  EXPECT_EQ(blamed("inStock[in]=true"), "inStock[in]");
  EXPECT_EQ(blamed("sort=stock"), "sort");
  EXPECT_EQ(blamed("sort="), "sort");
  EXPECT_EQ(blamed("q=free"), "");
}

TEST(ListQuery, RefusesValuesOfAnotherKind) {
  for (const char* limit : {"0", "101", "-1", "x", "", "5x", "99999999999999999999"}) {
    EXPECT_EQ(blamed(std::string("limit=") + limit), "limit") << limit;
  }
  EXPECT_EQ(blamed("price=cheap"), "price");
  EXPECT_EQ(blamed("price[in]=1,,2"), "price[in]");
  EXPECT_EQ(blamed("inStock=1"), "inStock");
  EXPECT_EQ(blamed("createdAt[gt]=yesterday"), "createdAt[gt]");
  EXPECT_EQ(blamed("limit=5&limit=6"), "limit");
  std::string many = "price[in]=0";
  for (int i = 1; i <= 100; ++i) many += "," + std::to_string(i);
  EXPECT_EQ(blamed(many), "price[in]");
}

TEST(ListQuery, ContinuesWhereItsCursorSays) {
  const auto first = read("sort=-price&limit=2");
  ASSERT_TRUE(first);
  const std::string cursor = make_cursor(*first, {"1200", "prd_\"김\""});
  EXPECT_EQ(percent_encode(cursor), cursor);  // URL-safe as it is
  const auto second = read("sort=-price&limit=2&cursor=" + cursor);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(second->after, (std::vector<std::string>{"1200", "prd_\"김\""}));
  EXPECT_TRUE(read("cursor=" + cursor + "&sort=-price"));  // in any order
}

TEST(ListQuery, RefusesCursorsThatItDidNotGive) {
  const std::string cursor = make_cursor(*read("sort=price"), {"1"});
  EXPECT_EQ(blamed("cursor=" + cursor), "cursor");  // another sort
  for (const char* text : {"", "x", "!!!!", "bm90IGpzb24", "e30", "W10"}) {
    EXPECT_EQ(blamed(std::string("cursor=") + text), "cursor") << text;
  }
}

}  // namespace jangteo
