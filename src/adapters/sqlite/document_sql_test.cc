#include "adapters/sqlite/document_sql.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

TEST(DocumentSql, KnowsNamesAndPathsByTheirGrammar) {
  EXPECT_TRUE(is_document_name("chat_message2"));
  for (const char* name : {"", "2x", "_x", "Thing", "a-b", "a;b", "a b"}) EXPECT_FALSE(is_document_name(name)) << name;
  EXPECT_FALSE(is_document_name(std::string(41, 'a')));
  EXPECT_TRUE(is_document_path("price.amount_2"));
  for (const char* path : {"", ".a", "a.", "a..b", "a'b", "a b", "a[0]", "$"}) EXPECT_FALSE(is_document_path(path));
  EXPECT_FALSE(is_document_path(std::string(121, 'a')));
}

TEST(DocumentSql, PlacesTheIdBehindTheMembersOfAnIndexUnlessItIsUnique) {
  EXPECT_EQ(create_document_index("thing", {"kind", {"kind", "size.cm"}, false}),
            "CREATE INDEX document_thing_by_kind ON document_thing(json_extract(json,'$.kind'), "
            "json_extract(json,'$.size.cm'), id)");
  EXPECT_EQ(create_document_index("thing", {"code", {"code"}, true}),
            "CREATE UNIQUE INDEX document_thing_by_code ON document_thing(json_extract(json,'$.code'))");
}

TEST(DocumentSql, NeedsASecondSelectOnlyWhereDocumentsWithoutTheMemberFollow) {
  DocumentQuery query;
  query.collection = "thing";
  query.sort_path = "size";
  EXPECT_EQ(select_documents(query)->size(), 1U);
  query.after = DocumentQuery::After{std::int64_t{3}, "a"};
  EXPECT_EQ(select_documents(query)->size(), 1U);
  query.descending = true;
  EXPECT_EQ(select_documents(query)->size(), 2U);
  query.after->sort_value.reset();
  EXPECT_EQ(select_documents(query)->size(), 1U);
  query.descending = false;
  EXPECT_EQ(select_documents(query)->size(), 2U);
}

TEST(DocumentSql, RefusesTooManyFiltersAndValues) {
  DocumentQuery query;
  query.collection = "thing";
  query.filters.assign(17, {"kind", DocumentFilter::Op::equal, {std::string("x")}});
  EXPECT_EQ(select_documents(query).error().code, ErrorCode::invalid);
  query.filters.assign(1, {"kind", DocumentFilter::Op::in, std::vector<DocumentValue>(1001, std::string("x"))});
  EXPECT_EQ(select_documents(query).error().code, ErrorCode::invalid);
  query.filters.assign(1, {"kind", DocumentFilter::Op::equal, {}});
  EXPECT_EQ(select_documents(query).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace jangteo
