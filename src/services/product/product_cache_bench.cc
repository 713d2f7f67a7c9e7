// What a request for the catalogue costs without the wire: a quote, an answer from the cache, an answer filled in
// again.
#include <benchmark/benchmark.h>

#include <future>

#include "runtime/entropy.h"
#include "runtime/loop.h"
#include "services/product/product_cache.h"

namespace {

using namespace jangteo;

Product product_of(std::int64_t number) {
  Product product;
  product.id = new_id<ProductId>(Timestamp{number});
  product.version = 1;
  product.sku = "sku-" + std::to_string(number);
  product.name = "Wanderer Black Hiking Boots " + std::to_string(number);
  product.description = std::string(300, 'd');
  product.category = "Footwear";
  product.price = {10'999, *Currency::parse("USD")};
  product.variants = {{new_id<VariantId>(Timestamp{number}), product.sku, "", {}}};
  return product;
}

struct Shop {
  StockLevels levels;
  ProductCatalogue catalogue{levels, 200'000};
  MetricsRegistry metrics;
  ProductCache cache{{}, catalogue, SystemClock::instance(), metrics};
  std::vector<Product> products;
  explicit Shop(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      products.push_back(product_of(i));
      catalogue.put(products.back());
    }
  }
  void fill() {
    ProductCache::Fill fill = [this] { return list(); };
    LoopThreads loop("bench", 1);
    std::promise<void> done;
    loop[0].post([&] {
      start(cache.get(ProductCache::RouteKind::list, "/api/products", "/api/products", std::move(fill)),
            [&](const Result<CachedAnswerPointer>&) { done.set_value(); });
    });
    done.get_future().wait();
  }
  Task<Result<AnswerTemplate>> list() {
    const std::vector<Product> page(products.begin(), products.begin() + 20);
    co_return render_list(page, "cursor", levels);
  }
};

// Argument: how many different products are asked for, of 100,000 (few: all in the processor's caches).
void Quote(benchmark::State& state) {
  static Shop shop(100'000);
  std::vector<WantedItem> wanted;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    wanted.push_back({shop.products[static_cast<std::size_t>(i * 104'729 % 100'000)].id, {}, 1});
  }
  std::size_t at = 0;
  for (auto _ : state) {
    at = at + 1 == wanted.size() ? 0 : at + 1;
    benchmark::DoNotOptimize(shop.catalogue.quote(wanted[at]));
  }
  state.counters["bytes/product"] = static_cast<double>(shop.catalogue.bytes()) / 100'000;
}
BENCHMARK(Quote)->Arg(1)->Arg(1000)->Arg(100'000);

void FindInCache(benchmark::State& state) {
  static Shop shop(1000);
  if (state.thread_index() == 0) shop.fill();
  for (auto _ : state) {
    benchmark::DoNotOptimize(shop.cache.find(ProductCache::RouteKind::list, "/api/products"));
  }
}
BENCHMARK(FindInCache)->Threads(1)->Threads(2);

void FillAgain(benchmark::State& state) {
  Shop shop(100);
  const std::vector<Product> page(shop.products.begin(), shop.products.begin() + 20);
  const auto content = render_list(page, "cursor", shop.levels);
  std::vector<std::int64_t> numbers;
  for (auto _ : state) {
    read_numbers(content, numbers);
    benchmark::DoNotOptimize(fill(content, numbers));
  }
}
BENCHMARK(FillAgain);

}  // namespace
