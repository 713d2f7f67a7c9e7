#include "services/product/product_cache.h"

#include <gtest/gtest.h>

#include "runtime/entropy.h"
#include "support/task_runner.h"

namespace jangteo {
namespace {

using Route = ProductCache::RouteKind;

Product product_of(const std::string& name) {
  Product product;
  product.id = new_id<ProductId>(Timestamp{1});
  product.version = 1;
  product.sku = name;
  product.name = name;
  product.price = {100, *Currency::parse("KRW")};
  product.variants = {{new_id<VariantId>(Timestamp{1}), name, "", {}}};
  return product;
}

Task<Result<AnswerTemplate>> give(AnswerTemplate content) { co_return content; }
Task<Result<AnswerTemplate>> give_later(AnswerTemplate content) {
  co_await sleep_for(Millis{30});
  co_return content;
}
Task<Result<AnswerTemplate>> refuse() { co_return fail(ErrorCode::not_found, "nothing"); }

class ProductCacheTest : public testing::Test {
 protected:
  // An answer with the product as it is in product_ now.
  ProductCache::Fill filler() {
    return [this] {
      ++fills_;
      return give(render_product(product_, levels_));
    };
  }
  CachedAnswerPointer get(const std::string& target, ProductCache::Fill fill) {
    auto answer = runner_.run(cache_.get(Route::product, target, "key", std::move(fill)));
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(nullptr);
  }
  void set_stock(std::int64_t pieces) { levels_.cell(product_.variants[0].id) = pieces; }
  static std::string stock_text(std::int64_t pieces) {
    return R"("stock":{"available":)" + std::to_string(pieces) + "}";
  }

  StockLevels levels_;
  ProductCatalogue catalogue_{levels_, 100};
  ManualClock clock_{Timestamp{1'000'000}};
  MetricsRegistry metrics_;
  ProductCache cache_{{}, catalogue_, clock_, metrics_};
  Product product_ = product_of("first");
  std::atomic<int> fills_{0};
  TaskRunner runner_{2};
};

// Rows: 24
TEST_F(ProductCacheTest, MakesAnAnswerOnceAndFindsItUnderEveryTargetThatAskedForIt) {
  EXPECT_EQ(cache_.find(Route::product, "key"), nullptr);
  const auto first = get("key", filler());
  const auto second = get("other?form", filler());
  EXPECT_EQ(first, second);
  EXPECT_EQ(cache_.find(Route::product, "key"), first);
  EXPECT_EQ(cache_.find(Route::product, "other?form"), first);
  EXPECT_EQ(fills_, 1);
  EXPECT_EQ(cache_.hits(), 3U);
  EXPECT_EQ(cache_.lookups(), 4U);
}

TEST_F(ProductCacheTest, ForgetsAnAnswerWithTheNextWrite) {
  const auto before = get("key", filler());
  product_.name = "second";
  product_.version = 2;
  catalogue_.put(product_);
  EXPECT_EQ(cache_.find(Route::product, "key"), nullptr);
  const auto after = get("key", filler());
  EXPECT_NE(after->body.find("second"), std::string::npos);
  EXPECT_NE(before->etag, after->etag);
  EXPECT_TRUE(after->etag.starts_with("\"2."));
}

TEST_F(ProductCacheTest, LetsOneOfManyMakeAMissingAnswer) {
  std::vector<std::future<Result<CachedAnswerPointer>>> running;
  for (std::size_t i = 0; i < 50; ++i) {
    ProductCache::Fill fill = [this] {
      ++fills_;
      return give_later(render_product(product_, levels_));
    };
    running.push_back(runner_.start_on(i % 2, cache_.get(Route::product, "key", "key", std::move(fill))));
  }
  for (auto& one : running) EXPECT_TRUE(one.get().has_value());
  EXPECT_EQ(fills_, 1);
}

TEST_F(ProductCacheTest, NeverAnswersAWriterWithWhatWasReadBeforeItsWrite) {
  const auto old_content = render_product(product_, levels_);
  ProductCache::Fill slow = [old_content] { return give_later(old_content); };
  auto early = runner_.start_on(0, cache_.get(Route::product, "key", "key", std::move(slow)));
  while (fills_ == 0) {  // the slow one has begun when its miss is counted
    if (metrics_
            .counter("cache_requests_total", "Requests to a cache of answers by outcome",
                     {{"route", "getProduct"}, {"outcome", "miss"}})
            .value() == 1) {
      break;
    }
  }
  product_.name = "second";
  product_.version = 2;
  catalogue_.put(product_);
  const auto answer = get("key", filler());
  EXPECT_NE(answer->body.find("second"), std::string::npos);
  EXPECT_TRUE(early.get().has_value());
  EXPECT_NE(get("key", filler())->body.find("second"), std::string::npos);
}

TEST_F(ProductCacheTest, ShowsNewStockWithin50MillisecondsAndWithoutTheDatabase) {
  set_stock(5);
  const auto first = get("key", filler());
  EXPECT_NE(first->body.find(stock_text(5)), std::string::npos);
  set_stock(4);
  clock_.advance(Millis{49});
  EXPECT_EQ(cache_.find(Route::product, "key"), first);
  clock_.advance(Millis{1});
  const auto second = cache_.find(Route::product, "key");
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second->body.find(stock_text(4)), std::string::npos);
  EXPECT_NE(second->etag, first->etag);
  clock_.advance(Millis{60});
  EXPECT_EQ(cache_.find(Route::product, "key"), second);
  EXPECT_EQ(fills_, 1);
  EXPECT_EQ(metrics_
                .counter("cache_requests_total", "Requests to a cache of answers by outcome",
                         {{"route", "getProduct"}, {"outcome", "stale"}})
                .value(),
            1U);
}

TEST_F(ProductCacheTest, KeepsNoFailures) {
  const ProductCache::Fill failing = [] { return refuse(); };
  const auto failed = runner_.run(cache_.get(Route::product, "key", "key", failing));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::not_found);
  EXPECT_EQ(cache_.find(Route::product, "key"), nullptr);
  EXPECT_TRUE(get("key", filler()));
}

}  // namespace
}  // namespace jangteo
