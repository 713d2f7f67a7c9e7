#include "services/product/product_routes.h"

#include <gtest/gtest.h>

#include "adapters/sqlite/document_tables.h"
#include "adapters/sqlite/sqlite_database.h"
#include "base/json.h"
#include "runtime/entropy.h"
#include "services/product/product_module.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n") + "pixels";
constexpr const char* kBoots =
    R"({"sku":"boots","name":"Boots","category":"Footwear","price":{"amount":10999,"currency":"USD"},"stock":5})";

struct Answer {
  HttpResponse response;
  bool fast = false;
  std::string body;
  boost::json::value json;
  std::string text(std::string_view name) const {
    const auto* member = json_member(json, name);
    return member != nullptr && member->is_string() ? std::string(member->get_string().c_str()) : "";
  }
};

class ProductRoutesTest : public testing::Test {
 protected:
  ProductRoutesTest() {
    SqliteSettings settings;
    settings.path = directory_.file("product.db");
    settings.name = "product";
    auto opened = SqliteDatabase::open(settings, readers_);
    EXPECT_TRUE(opened.has_value());
    database_ = std::move(*opened);
    documents_ = std::make_unique<SqliteDocumentStore>(*database_);
    module_ = std::make_unique<ProductModule>(
        ProductDependencies{*documents_,
                            levels_,
                            [this](Call, std::vector<OpeningStock> pieces) { return open_stock(std::move(pieces)); },
                            pool_,
                            SystemClock::instance(),
                            metrics_,
                            directory_.file("images"),
                            {}});
    const auto loaded = module_->open();
    EXPECT_TRUE(loaded.has_value()) << loaded.error().detail;
    router_.add(module_->routes());
  }
  Task<Status> open_stock(std::vector<OpeningStock> pieces) {
    for (const auto& one : pieces) levels_.cell(one.variant) = one.quantity;
    co_return Status{};
  }

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // What the server does with a request, without the wire.
  Answer ask(HttpMethod method, const std::string& target, const std::string& body = "", const Headers& headers = {},
             const std::string& role = "catalog") {
    HttpRequest request;
    request.method = method;
    request.set_target(target);
    request.body = body;
    for (const auto& [name, value] : headers) request.add_header(name, value);
    request.principal.user = new_id<UserId>(Timestamp{1});
    request.principal.roles = {role};
    Answer answer;
    const auto match = router_.match(request);
    EXPECT_NE(match.route, nullptr) << target;
    if (match.route == nullptr) return answer;
    if (match.route->fast) {
      if (auto fast = match.route->fast(request)) {
        answer.response = std::move(*fast);
        answer.fast = true;
      }
    }
    if (!answer.fast) answer.response = runner_.run(match.route->handle(&request));
    answer.body = answer.response.shared_body ? *answer.response.shared_body : answer.response.body;
    if (auto json = parse_json(answer.body)) answer.json = std::move(*json);
    return answer;
  }
  std::string create(const std::string& body = kBoots) {
    const auto answer = ask(HttpMethod::post, "/api/products", body);
    EXPECT_EQ(answer.response.status, 201) << answer.body;
    return answer.text("id");
  }
  void create_many(int count) {
    for (int i = 0; i < count; ++i) {
      create(R"({"sku":"s)" + std::to_string(i) + R"(","name":"n)" + std::to_string(i) + R"(","category":")" +
             (i % 2 == 0 ? "even" : "odd") + R"(","price":{"amount":)" + std::to_string(i * 10) +
             R"(,"currency":"KRW"}})");
    }
  }
  std::vector<std::string> skus(const Answer& answer) {
    std::vector<std::string> out;
    const auto* data = json_member(answer.json, "data");
    EXPECT_NE(data, nullptr) << answer.body;
    if (data == nullptr) return out;
    for (const auto& product : data->as_array()) out.emplace_back(product.at("sku").as_string().c_str());
    return out;
  }
  using Skus = std::vector<std::string>;

  TemporaryDirectory directory_;
  SqliteReadPool readers_{2, 1024};
  StockLevels levels_;
  MetricsRegistry metrics_;
  BlockingPool pool_{"test", 1, 10};
  TaskRunner runner_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqliteDocumentStore> documents_;
  std::unique_ptr<ProductModule> module_;
  Router router_;
};

// Rows: 7
TEST_F(ProductRoutesTest, ShowsAProductThatWasCreated) {
  const auto created = ask(HttpMethod::post, "/api/products", kBoots);
  ASSERT_EQ(created.response.status, 201) << created.body;
  EXPECT_EQ(created.response.header("Location"), "/api/products/" + created.text("id"));
  const auto shown = ask(HttpMethod::get, std::string(created.response.header("Location")));
  EXPECT_EQ(shown.response.status, 200);
  EXPECT_EQ(shown.body, created.body);
  EXPECT_EQ(shown.response.header("ETag"), created.response.header("ETag"));
  EXPECT_EQ(shown.json.at("stock").at("available").as_int64(), 5);
  EXPECT_EQ(shown.json.at("variants").as_array().size(), 1U);
}

// Rows: 7, 24
TEST_F(ProductRoutesTest, AnswersTheSameListFromTheCacheUntilAWriteChangesIt) {
  create();
  const auto first = ask(HttpMethod::get, "/api/products");
  const auto second = ask(HttpMethod::get, "/api/products");
  EXPECT_FALSE(first.fast);
  EXPECT_TRUE(second.fast);
  EXPECT_EQ(first.body, second.body);
  EXPECT_FALSE(ask(HttpMethod::get, "/api/products?limit=20").fast);
  EXPECT_TRUE(ask(HttpMethod::get, "/api/products?limit=20").fast);
  create(R"({"sku":"x","name":"X","price":{"amount":1,"currency":"USD"}})");
  const auto third = ask(HttpMethod::get, "/api/products?limit=20");
  EXPECT_EQ(skus(third), (Skus{"x", "boots"}));
  EXPECT_EQ(skus(ask(HttpMethod::get, "/api/products")), (Skus{"x", "boots"}));
}

TEST_F(ProductRoutesTest, Answers304ToWhoHasTheAnswerAlready) {
  const auto id = create();
  for (const std::string& target : {std::string("/api/products"), "/api/products/" + id}) {
    const auto first = ask(HttpMethod::get, target);
    const std::string etag(first.response.header("ETag"));
    const auto second = ask(HttpMethod::get, target, "", {{"If-None-Match", "\"other\", " + etag}});
    EXPECT_EQ(second.response.status, 304) << target;
    EXPECT_EQ(second.body, "");
    EXPECT_EQ(second.response.header("ETag"), etag);
    EXPECT_EQ(ask(HttpMethod::get, target, "", {{"If-None-Match", "\"other\""}}).response.status, 200);
  }
}

TEST_F(ProductRoutesTest, PagesThroughTheCatalogueInEveryOrder) {
  create_many(7);
  for (const char* sort : {"createdAt", "-createdAt", "name", "-name", "price", "-price"}) {
    Skus paged;
    std::string target = "/api/products?limit=3&sort=" + std::string(sort);
    std::string next = target;
    for (int page = 0; page < 3; ++page) {
      const auto answer = ask(HttpMethod::get, next);
      ASSERT_EQ(answer.response.status, 200) << answer.body;
      const auto some = skus(answer);
      paged.insert(paged.end(), some.begin(), some.end());
      EXPECT_EQ(answer.json.at("hasMore").as_bool(), page < 2);
      next = target + "&cursor=" + answer.text("nextCursor");
      EXPECT_EQ(answer.json.at("nextCursor").is_null(), page == 2);
    }
    Skus expected{"s0", "s1", "s2", "s3", "s4", "s5", "s6"};
    if (sort[0] == '-') std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(paged, expected) << sort;
  }
}

TEST_F(ProductRoutesTest, FiltersByWhatAProductIs) {
  create_many(6);
  const auto find = [&](const std::string& query) { return skus(ask(HttpMethod::get, "/api/products?" + query)); };
  EXPECT_EQ(find("category=even"), (Skus{"s4", "s2", "s0"}));
  EXPECT_EQ(find("sku=s3"), (Skus{"s3"}));
  EXPECT_EQ(find("price[gte]=20&price[lte]=30&sort=price"), (Skus{"s2", "s3"}));
  EXPECT_EQ(find("price[gt]=20&price[lt]=40"), (Skus{"s3"}));
  EXPECT_EQ(find("price=20"), (Skus{"s2"}));
  EXPECT_EQ(find("category=none"), Skus{});
  const auto all = ask(HttpMethod::get, "/api/products");
  const std::string id = all.json.at("data").at(1).at("id").as_string().c_str();
  EXPECT_EQ(find("id[in]=" + id), (Skus{"s4"}));
}

TEST_F(ProductRoutesTest, RefusesQueriesThatItDoesNotKnow) {
  for (const char* query : {"limit=0", "limit=101", "limit=x", "sort=stock", "colour=red", "cursor=x", "price[gte]=a",
                            "id=prd_1", "category[gte]=a"}) {
    const auto answer = ask(HttpMethod::get, std::string("/api/products?") + query);
    EXPECT_GE(answer.response.status, 400) << query;
    EXPECT_LE(answer.response.status, 422) << query;
    EXPECT_NE(answer.text("code"), "") << query;
  }
}

TEST_F(ProductRoutesTest, RefusesBodiesThatAreNoProductAndChangesNothing) {
  const auto refused = [&](const char* body, int status, const char* code) {
    const auto answer = ask(HttpMethod::post, "/api/products", body);
    EXPECT_EQ(answer.response.status, status) << body;
    EXPECT_EQ(answer.text("code"), code) << body;
  };
  refused("", 400, "malformed");
  refused("{", 400, "malformed");
  refused("[]", 400, "malformed");
  refused("{\"sku\":\"\xff\"}", 400, "malformed");
  refused("{}", 422, "invalid");
  refused(R"({"sku":"a","name":"n","price":{"amount":9223372036854775808,"currency":"KRW"}})", 422, "invalid");
  refused(R"({"sku":"a","name":"n","price":{"amount":1,"currency":"KRW"},"stock":-1})", 422, "invalid");
  EXPECT_EQ(ask(HttpMethod::post, "/api/products", kBoots, {{"Content-Type", "text/plain"}}).response.status, 415);
  EXPECT_EQ(ask(HttpMethod::post, "/api/products", kBoots, {}, "customer").response.status, 403);
  EXPECT_EQ(skus(ask(HttpMethod::get, "/api/products")), Skus{});
}

TEST_F(ProductRoutesTest, ChangesAProductWhoseVersionIsNamed) {
  const auto id = create();
  const std::string target = "/api/products/" + id;
  const std::string etag(ask(HttpMethod::get, target).response.header("ETag"));
  const auto changed = ask(HttpMethod::patch, target, R"({"price":{"amount":9999,"currency":"USD"},"brand":"Daybird"})",
                           {{"If-Match", etag}});
  ASSERT_EQ(changed.response.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at("price").at("amount").as_int64(), 9999);
  EXPECT_EQ(ask(HttpMethod::get, target).body, changed.body);
  const auto late = ask(HttpMethod::patch, target, R"({"name":"late"})", {{"If-Match", etag}});
  EXPECT_EQ(late.response.status, 412);
  EXPECT_EQ(late.text("code"), "version_mismatch");
  EXPECT_EQ(ask(HttpMethod::patch, target, R"({"name":"any"})", {{"If-Match", "\"1.x\", \"2.y\""}}).response.status,
            200);
  EXPECT_EQ(ask(HttpMethod::patch, target, R"({"name":"none"})", {{"If-Match", "nonsense"}}).response.status, 412);
  EXPECT_EQ(ask(HttpMethod::patch, target, R"({"stock":7})").response.status, 422);
  EXPECT_EQ(ask(HttpMethod::patch, target, R"({"name":"n"})", {}, "customer").response.status, 403);
}

TEST_F(ProductRoutesTest, ComparesVersionsWhenOnlyStockChanged) {
  const auto id = create();
  const auto shown = ask(HttpMethod::get, "/api/products/" + id);
  levels_.cell(*VariantId::parse(shown.json.at("variants").at(0).at("id").as_string().c_str())) = 1;
  EXPECT_EQ(ask(HttpMethod::patch, "/api/products/" + id, R"({"name":"new"})",
                {{"If-Match", std::string(shown.response.header("ETag"))}})
                .response.status,
            200);
}

TEST_F(ProductRoutesTest, ForgetsAProductThatWasDeleted) {
  const auto id = create();
  ask(HttpMethod::get, "/api/products/" + id);
  EXPECT_EQ(ask(HttpMethod::delete_, "/api/products/" + id, "", {{"If-Match", "\"9.x\""}}).response.status, 412);
  EXPECT_EQ(ask(HttpMethod::delete_, "/api/products/" + id, "", {}, "customer").response.status, 403);
  EXPECT_EQ(ask(HttpMethod::delete_, "/api/products/" + id).response.status, 204);
  for (const auto& target : {"/api/products/" + id, std::string("/api/products/prd_x"),
                             "/api/products/" + new_id<ProductId>(Timestamp{1}).str()}) {
    EXPECT_EQ(ask(HttpMethod::get, target).response.status, 404) << target;
  }
  EXPECT_EQ(skus(ask(HttpMethod::get, "/api/products")), Skus{});
  EXPECT_EQ(ask(HttpMethod::delete_, "/api/products/" + id).response.status, 404);
}

TEST_F(ProductRoutesTest, ShowsThePictureOfAProductForEver) {
  const auto id = create();
  EXPECT_EQ(ask(HttpMethod::put, "/api/products/" + id + "/image", "GIF89a").response.status, 415);
  EXPECT_EQ(ask(HttpMethod::put, "/api/products/" + id + "/image", kPng, {}, "customer").response.status, 403);
  const auto put = ask(HttpMethod::put, "/api/products/" + id + "/image", kPng);
  ASSERT_EQ(put.response.status, 200) << put.body;
  const auto path = put.text("image");
  const auto first = ask(HttpMethod::get, path);
  EXPECT_EQ(first.response.status, 200);
  EXPECT_EQ(first.body, kPng);
  EXPECT_EQ(first.response.content_type, "image/png");
  EXPECT_NE(first.response.header("Cache-Control").find("immutable"), std::string_view::npos);
  EXPECT_TRUE(ask(HttpMethod::get, path).fast);
  EXPECT_EQ(
      ask(HttpMethod::get, path, "", {{"If-None-Match", std::string(first.response.header("ETag"))}}).response.status,
      304);
  EXPECT_EQ(ask(HttpMethod::get, "/api/images/nothing.png").response.status, 404);
  EXPECT_EQ(ask(HttpMethod::get, "/api/images/..%2fproduct.db").response.status, 404);
}

TEST_F(ProductRoutesTest, KeepsScriptsOfADrawingFromRunning) {
  const auto id = create();
  const auto put = ask(HttpMethod::put, "/api/products/" + id + "/image", "<svg><script>alert(1)</script></svg>");
  const auto shown = ask(HttpMethod::get, put.text("image"));
  EXPECT_EQ(shown.response.content_type, "image/svg+xml");
  EXPECT_NE(shown.response.header("Content-Security-Policy").find("sandbox"), std::string_view::npos);
}

}  // namespace
}  // namespace jangteo
