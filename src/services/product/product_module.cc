#include "services/product/product_module.h"

#include <future>
#include <utility>

#include "runtime/loop.h"

namespace jangteo {

ProductModule::ProductModule(ProductDependencies given)
    : store_(given.documents),
      catalogue_(given.levels, given.settings.products_max),
      service_(store_, catalogue_, std::move(given.open_stock), given.clock),
      cache_(given.settings.cache, catalogue_, given.clock, given.metrics),
      images_(std::move(given.images_directory), given.settings.images_cache_bytes_max),
      routes_(service_, cache_, images_, given.levels, given.pool) {
  given.metrics.gauge_function("catalogue_products", "Products in the catalogue", {},
                               [this] { return static_cast<double>(catalogue_.count()); });
  given.metrics.gauge_function("catalogue_bytes", "Memory of the catalogue's products", {},
                               [this] { return static_cast<double>(catalogue_.bytes()); });
}

Status ProductModule::open() {
  JT_TRY(store_.open());
  CallContext context;
  std::promise<Status> loaded;
  LoopThreads loop("product-load", 1);
  loop[0].post([&] { start(service_.load(context), [&](Status status) { loaded.set_value(std::move(status)); }); });
  return loaded.get_future().get();
}

}  // namespace jangteo
