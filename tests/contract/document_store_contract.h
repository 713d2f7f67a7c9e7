// What every adapter of ports/document_store.h must do. An adapter's test file makes a harness and instantiates the
// suite:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DocumentStoreContract, testing::Values(DocumentStoreFactory(make_harness)));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ports/document_store.h"
#include "support/task_runner.h"

namespace jangteo {

// Owns an empty store; goes with everything it holds.
class DocumentStoreHarness {
 public:
  virtual ~DocumentStoreHarness() = default;
  virtual DocumentStore& store() = 0;
  virtual void reopen() = 0;  // closes the store and opens it again on the same data
};
using DocumentStoreFactory = std::function<std::unique_ptr<DocumentStoreHarness>()>;

class DocumentStoreContract : public testing::TestWithParam<DocumentStoreFactory> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    create();
  }
  void create() {
    CollectionSettings settings{"thing",
                                {{"by_code", {"code"}, true},
                                 {"by_kind", {"kind", "size.cm"}, false},
                                 {"by_size", {"size.cm"}, false},
                                 {"by_name", {"name"}, false}}};
    const auto created = store().create_collection(settings);
    ASSERT_TRUE(created.has_value()) << created.error().detail;
  }
  DocumentStore& store() { return harness_->store(); }
  Call call() { return context_; }

  static Document thing(const std::string& id, const std::string& members) {
    return Document{id, 0, R"({"id":")" + id + "\"" + (members.empty() ? "" : ",") + members + "}"};
  }
  Status insert(std::vector<Document> documents) {
    return runner_.run(store().insert(call(), "thing", std::move(documents)));
  }
  std::optional<Document> get(const std::string& id) {
    auto found = runner_.run(store().get(call(), "thing", id));
    EXPECT_TRUE(found.has_value()) << found.error().detail;
    return found ? *found : std::nullopt;
  }
  std::int64_t count() { return runner_.run(store().count(call(), "thing")).value_or(-1); }
  std::vector<std::string> ids(DocumentQuery query) {
    query.collection = "thing";
    auto found = runner_.run(store().find(call(), std::move(query)));
    EXPECT_TRUE(found.has_value()) << found.error().detail;
    std::vector<std::string> out;
    if (found) {
      for (const auto& document : *found) out.push_back(document.id);
    }
    return out;
  }
  std::vector<std::string> where(const std::string& path, DocumentFilter::Op op, std::vector<DocumentValue> values) {
    DocumentQuery query;
    query.filters.push_back({path, op, std::move(values)});
    return ids(std::move(query));
  }
  using Ids = std::vector<std::string>;

  CallContext context_;
  TaskRunner runner_{4};
  std::unique_ptr<DocumentStoreHarness> harness_;
};

// Rows: 7
TEST_P(DocumentStoreContract, ReadsBackWhatWasInsertedAsVersionOne) {
  const auto document = thing("a", R"("name":"김치 \"1\"","size":{"cm":3})");
  ASSERT_TRUE(insert({document}));
  const auto found = get("a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "a");
  EXPECT_EQ(found->version, 1);
  EXPECT_EQ(found->json, document.json);
  EXPECT_FALSE(get("b"));
  EXPECT_EQ(count(), 1);
}

TEST_P(DocumentStoreContract, KeepsDocumentsAcrossReopening) {
  ASSERT_TRUE(insert({thing("a", R"("code":"A")")}));
  harness_->reopen();
  create();
  EXPECT_TRUE(get("a"));
  EXPECT_EQ(insert({thing("b", R"("code":"A")")}).error().code, ErrorCode::conflict);
}

TEST_P(DocumentStoreContract, InsertsAllDocumentsOrNone) {
  ASSERT_TRUE(insert({thing("a", "")}));
  const auto refused = insert({thing("b", ""), thing("a", ""), thing("c", "")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(refused.error().link, "id");
  EXPECT_FALSE(get("b"));
  EXPECT_EQ(count(), 1);
}

TEST_P(DocumentStoreContract, NamesTheUniqueIndexThatRefusesADocument) {
  ASSERT_TRUE(insert({thing("a", R"("code":"A")"), thing("b", R"("code":"B")")}));
  const auto refused = insert({thing("c", R"("code":"A")")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(refused.error().link, "by_code");
  const auto replaced = runner_.run(store().replace(call(), "thing", thing("b", R"("code":"A")"), 0));
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, ErrorCode::conflict);
  EXPECT_EQ(replaced.error().link, "by_code");
  EXPECT_EQ(get("b")->json, thing("b", R"("code":"B")").json);
}

TEST_P(DocumentStoreContract, LeavesDocumentsWithoutTheMemberOutOfAUniqueIndex) {
  EXPECT_TRUE(insert({thing("a", ""), thing("b", "")}));
}

TEST_P(DocumentStoreContract, ReplacesOnlyTheExpectedVersion) {
  ASSERT_TRUE(insert({thing("a", R"("name":"one")")}));
  const auto second = runner_.run(store().replace(call(), "thing", thing("a", R"("name":"two")"), 1));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(*second, 2);
  const auto late = runner_.run(store().replace(call(), "thing", thing("a", R"("name":"late")"), 1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::version_mismatch);
  EXPECT_EQ(runner_.run(store().replace(call(), "thing", thing("a", R"("name":"any")"), 0)).value_or(0), 3);
  EXPECT_EQ(get("a")->version, 3);
  EXPECT_EQ(get("a")->json, thing("a", R"("name":"any")").json);
  EXPECT_EQ(runner_.run(store().replace(call(), "thing", thing("z", ""), 0)).error().code, ErrorCode::not_found);
}

TEST_P(DocumentStoreContract, LetsOneOfManyReplacersOfAVersionWin) {
  ASSERT_TRUE(insert({thing("a", "")}));
  std::vector<CallContext> contexts(40);
  std::vector<std::future<Result<std::int64_t>>> running;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    running.push_back(runner_.start_on(i % 4, store().replace(contexts[i], "thing", thing("a", ""), 1)));
  }
  int won = 0;
  for (auto& one : running) won += one.get().has_value() ? 1 : 0;
  EXPECT_EQ(won, 1);
  EXPECT_EQ(get("a")->version, 2);
}

TEST_P(DocumentStoreContract, RemovesOnlyTheExpectedVersion) {
  ASSERT_TRUE(insert({thing("a", ""), thing("b", "")}));
  EXPECT_EQ(runner_.run(store().remove(call(), "thing", "a", 7)).error().code, ErrorCode::version_mismatch);
  EXPECT_TRUE(runner_.run(store().remove(call(), "thing", "a", 1)));
  EXPECT_FALSE(get("a"));
  EXPECT_EQ(runner_.run(store().remove(call(), "thing", "a", 0)).error().code, ErrorCode::not_found);
  EXPECT_TRUE(runner_.run(store().remove(call(), "thing", "b", 0)));
  EXPECT_EQ(count(), 0);
}

TEST_P(DocumentStoreContract, FiltersByEqualityMembershipAndRange) {
  ASSERT_TRUE(insert({thing("a", R"("kind":"x","size":{"cm":1})"), thing("b", R"("kind":"y","size":{"cm":2})"),
                      thing("c", R"("kind":"x","size":{"cm":3})"), thing("d", R"("kind":"z")")}));
  using Op = DocumentFilter::Op;
  EXPECT_EQ(where("kind", Op::equal, {std::string("x")}), (Ids{"a", "c"}));
  EXPECT_EQ(where("kind", Op::in, {std::string("y"), std::string("z")}), (Ids{"b", "d"}));
  EXPECT_EQ(where("kind", Op::in, {}), Ids{});
  EXPECT_EQ(where("size.cm", Op::greater, {std::int64_t{1}}), (Ids{"b", "c"}));
  EXPECT_EQ(where("size.cm", Op::greater_equal, {std::int64_t{2}}), (Ids{"b", "c"}));
  EXPECT_EQ(where("size.cm", Op::less, {std::int64_t{2}}), (Ids{"a"}));
  EXPECT_EQ(where("size.cm", Op::less_equal, {2.5}), (Ids{"a", "b"}));
  EXPECT_EQ(where("id", Op::in, {std::string("d"), std::string("a")}), (Ids{"a", "d"}));
  DocumentQuery both;
  both.filters = {{"kind", Op::equal, {std::string("x")}}, {"size.cm", Op::greater, {std::int64_t{1}}}};
  EXPECT_EQ(ids(both), (Ids{"c"}));
}

TEST_P(DocumentStoreContract, KeepsARangeWithinTheTypeOfItsBound) {
  ASSERT_TRUE(insert({thing("a", R"("name":5)"), thing("b", R"("name":"5")"), thing("c", "")}));
  using Op = DocumentFilter::Op;
  EXPECT_EQ(where("name", Op::greater_equal, {std::int64_t{0}}), (Ids{"a"}));
  EXPECT_EQ(where("name", Op::less, {std::string("9")}), (Ids{"b"}));
  EXPECT_EQ(where("name", Op::greater, {std::string("")}), (Ids{"b"}));
  EXPECT_EQ(where("name", Op::equal, {std::string("5")}), (Ids{"b"}));
}

// Every page of every order together gives each document once, in order.
TEST_P(DocumentStoreContract, PagesThroughEveryDocumentOnceInEveryOrder) {
  std::vector<Document> documents;
  for (int i = 0; i < 60; ++i) {
    const std::string id = {static_cast<char>('a' + i * 7 % 26), static_cast<char>('a' + i / 26)};
    const std::string size = i % 5 == 0 ? "" : R"("size":{"cm":)" + std::to_string(i % 4) + "}";
    documents.push_back(thing(id, size));
  }
  ASSERT_TRUE(insert(documents));
  for (const std::string sort_path : {"", "id", "size.cm"}) {
    for (const bool descending : {false, true}) {
      DocumentQuery query;
      query.collection = "thing";
      query.sort_path = sort_path;
      query.descending = descending;
      query.limit = 1000;
      const Ids all = ids(query);
      EXPECT_EQ(all.size(), 60U);
      Ids paged;
      query.limit = 7;
      for (int page = 0; page < 20; ++page) {
        const Ids some = ids(query);
        if (some.empty()) break;
        paged.insert(paged.end(), some.begin(), some.end());
        const auto last = get(some.back());
        DocumentQuery::After after;
        after.id = some.back();
        const auto at = last->json.find("\"cm\":");
        if (sort_path == "size.cm" && at != std::string::npos) {
          after.sort_value = std::int64_t{last->json[at + 5] - '0'};
        }
        query.after = after;
      }
      EXPECT_EQ(paged, all) << sort_path << (descending ? " descending" : " ascending");
    }
  }
}

TEST_P(DocumentStoreContract, SortsAbsentMembersFirst) {
  ASSERT_TRUE(insert({thing("a", R"("size":{"cm":2})"), thing("b", ""), thing("c", R"("size":{"cm":1})")}));
  DocumentQuery query;
  query.sort_path = "size.cm";
  EXPECT_EQ(ids(query), (Ids{"b", "c", "a"}));
  query.descending = true;
  EXPECT_EQ(ids(query), (Ids{"a", "c", "b"}));
}

TEST_P(DocumentStoreContract, TreatsValuesAsValuesAndRefusesPathsThatAreNone) {
  ASSERT_TRUE(insert({thing("a", R"("name":"x' OR '1'='1")"), thing("b", R"("name":"y")")}));
  using Op = DocumentFilter::Op;
  EXPECT_EQ(where("name", Op::equal, {std::string("x' OR '1'='1")}), (Ids{"a"}));
  for (const std::string path : {"", ".", "a.", "name') OR 1=1 --", "na me", "$where", "가"}) {
    DocumentQuery query;
    query.collection = "thing";
    query.filters = {{path, Op::equal, {std::string("y")}}};
    EXPECT_EQ(runner_.run(store().find(call(), query)).error().code, ErrorCode::invalid) << path;
    DocumentQuery sorted;
    sorted.collection = "thing";
    sorted.sort_path = path;
    if (path.empty()) continue;
    EXPECT_EQ(runner_.run(store().find(call(), sorted)).error().code, ErrorCode::invalid) << path;
  }
}

TEST_P(DocumentStoreContract, RefusesLimitsOutsideOneToAThousand) {
  for (const std::size_t limit : {std::size_t{0}, std::size_t{1001}}) {
    DocumentQuery query;
    query.collection = "thing";
    query.limit = limit;
    EXPECT_EQ(runner_.run(store().find(call(), query)).error().code, ErrorCode::invalid);
  }
}

TEST_P(DocumentStoreContract, KeepsCollectionsApartAndKnowsNoOthers) {
  ASSERT_TRUE(store().create_collection({"other", {}}));
  ASSERT_TRUE(insert({thing("a", "")}));
  EXPECT_EQ(runner_.run(store().count(call(), "other")).value_or(-1), 0);
  EXPECT_EQ(runner_.run(store().count(call(), "unheard_of")).error().code, ErrorCode::not_found);
  EXPECT_FALSE(store().create_collection({"Bad name", {}}));
  EXPECT_FALSE(store().create_collection({"x", {{"bad_path", {"a'b"}, false}}}));
}

TEST_P(DocumentStoreContract, IsCreatedTwiceWithoutEffectAndGainsNewIndexes) {
  ASSERT_TRUE(insert({thing("a", R"("mark":"m")")}));
  create();
  EXPECT_TRUE(get("a"));
  CollectionSettings more{"thing", {{"by_code", {"code"}, true}, {"by_mark", {"mark"}, true}}};
  ASSERT_TRUE(store().create_collection(more));
  EXPECT_EQ(insert({thing("b", R"("mark":"m")")}).error().link, "by_mark");
}

}  // namespace jangteo
