// The catalogue put together: opened once, before the first request; outlived by everything it is given.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/router.h"
#include "ports/document_store.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "services/product/product_cache.h"
#include "services/product/product_catalogue.h"
#include "services/product/product_images.h"
#include "services/product/product_routes.h"
#include "services/product/product_service.h"

namespace jangteo {

struct ProductSettings {
  std::size_t products_max = 200'000;
  ProductCacheSettings cache;
  std::size_t images_cache_bytes_max = 16UL << 20;
};

struct ProductDependencies {
  DocumentStore& documents;
  StockLevels& levels;
  OpenStock open_stock;
  BlockingPool& pool;  // for pictures
  Clock& clock;
  MetricsRegistry& metrics;
  std::string images_directory;
  ProductSettings settings;
};

class ProductModule {
 public:
  explicit ProductModule(ProductDependencies dependencies);

  // Creates the collection and reads the catalogue into memory. Blocking; not on a loop.
  Status open();

  ProductApi& api() { return service_; }
  ProductService& service() { return service_; }
  ProductImages& images() { return images_; }
  std::vector<Route> routes() { return routes_.table(); }
  std::optional<ProductId> find_sku(std::string_view sku) const { return catalogue_.find_sku(sku); }
  std::uint64_t cache_hits() const { return cache_.hits(); }
  std::uint64_t cache_lookups() const { return cache_.lookups(); }

 private:
  ProductStore store_;
  ProductCatalogue catalogue_;
  ProductService service_;
  ProductCache cache_;
  ProductImages images_;
  ProductRoutes routes_;
};

}  // namespace jangteo
