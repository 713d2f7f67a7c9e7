// HTTP of the catalogue: reads are answered from the cache without a coroutine where they can be; changes need the role
// catalog. A product's ETag is "<version>.<hash>": If-None-Match looks at all of it, If-Match at the version only,
// because stock changes the answer and not the product.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/list_query.h"
#include "net/router.h"
#include "services/product/product_cache.h"
#include "services/product/product_images.h"
#include "services/product/product_service.h"

namespace jangteo {

class ProductRoutes {
 public:
  ProductRoutes(ProductService& service, ProductCache& cache, ProductImages& images, StockLevels& levels,
                BlockingPool& pool);
  std::vector<Route> table();  // the routes point to this object

 private:
  Task<HttpResponse> list(HttpRequest* request);
  Task<HttpResponse> get(HttpRequest* request);
  Task<HttpResponse> create(HttpRequest* request);
  Task<HttpResponse> change(HttpRequest* request);
  Task<HttpResponse> remove(HttpRequest* request);
  Task<HttpResponse> put_image(HttpRequest* request);
  Task<HttpResponse> get_image(HttpRequest* request);

  std::optional<HttpResponse> cached(ProductCache::RouteKind route, const HttpRequest& request);
  std::optional<HttpResponse> cached_image(const HttpRequest& request);

  Task<Result<AnswerTemplate>> make_list(Call call, ProductListing listing, ListQuery query);
  Task<Result<AnswerTemplate>> make_product(Call call, ProductId id);
  Task<Result<std::int64_t>> expected_version(HttpRequest* request, ProductId id);
  HttpResponse show(int status, const Product& product);

  ProductService& service_;
  ProductCache& cache_;
  ProductImages& images_;
  StockLevels& levels_;
  BlockingPool& pool_;
};

}  // namespace jangteo
