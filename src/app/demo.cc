#include "app/demo.h"

#include "app/demo_http_client.h"
#include "services/payment/payment_module.h"
#include "services/product/product_module.h"
#include "services/product/stock_module.h"
#include "services/user/user_module.h"

namespace jangteo {

namespace {

constexpr std::size_t kConnectionsMax = 512;

ProductDraft draft_of(const DemoProduct& product, const std::string& image_path, std::int64_t pieces) {
  ProductDraft draft;
  draft.sku = product.sku;
  draft.name = product.name;
  draft.description = product.description;
  draft.category = product.category;
  draft.brand = product.brand;
  draft.price = Money{product.price_won, *Currency::parse("KRW")};
  draft.image = image_path;
  draft.stock = pieces;
  return draft;
}

// Brings what is available of a variant to `pieces`.
Task<Status> set_available(StockService* stock, VariantId variant, std::int64_t pieces) {
  const std::int64_t missing = pieces - stock->levels().available(variant);
  if (missing == 0) co_return Status{};
  CallContext context;
  StockAdjustment adjustment;
  adjustment.kind = missing > 0 ? StockAdjustment::Kind::receipt : StockAdjustment::Kind::correction;
  adjustment.variant = variant;
  adjustment.quantity = missing;
  std::vector<StockAdjustment> adjustments{adjustment};
  auto done = co_await stock->adjust(context, std::move(adjustments));
  co_return done;
}

Task<Result<VariantId>> only_variant(ProductService* products, ProductId id) {
  CallContext context;
  auto found = co_await products->get(context, id);
  if (!found) co_return fail(found.error());
  if (!*found || (*found)->variants.empty()) co_return fail(ErrorCode::not_found, "the demo product is gone");
  co_return (*found)->variants.front().id;
}

Task<Status> set_product_available(ProductService* products, StockService* stock, ProductId id, std::int64_t pieces) {
  auto variant = co_await only_variant(products, id);
  if (!variant) co_return fail(variant.error());
  auto done = co_await set_available(stock, *variant, pieces);
  co_return done;
}

Task<Result<ProductId>> put_product(ProductModule* products, StockService* stock, DemoProduct product,
                                    std::string image_path, std::int64_t pieces) {
  CallContext context;
  auto draft = draft_of(product, image_path, pieces);
  auto created = co_await products->service().create(context, std::move(draft));
  if (created) co_return created->id;
  if (created.error().code != ErrorCode::sku_taken) co_return fail(created.error());
  const auto known = products->find_sku(product.sku);
  if (!known) co_return fail(ErrorCode::not_found, "the demo product is gone");
  auto topped = co_await set_product_available(&products->service(), stock, *known, pieces);
  if (!topped) co_return fail(topped.error());
  co_return *known;
}

Task<Status> put_account(UserApi* users, DemoAccount account) {
  NewUser wanted;
  wanted.email = account.email;
  wanted.name = account.name;
  wanted.password = account.password;
  const auto role = parse_role(account.role);
  JT_ASSERT(role.has_value(), "demo accounts have known roles");
  wanted.role = *role;
  CallContext context;
  auto made = co_await users->create_user(context, std::move(wanted));
  if (!made && made.error().code != ErrorCode::email_taken) co_return fail(made.error());
  co_return Status{};
}

DemoDoors doors(ProductModule& products, StockModule& stock, UserModule& users, PaymentModule& payments) {
  DemoDoors doors;
  auto* const service = &products.service();
  auto* const stock_service = &stock.service();
  auto* const user_api = &users.api();
  auto* const sandbox = &payments.sandbox();
  doors.put_product = [module = &products, stock_service](DemoProduct product, std::string image_path,
                                                          std::int64_t pieces) {
    return put_product(module, stock_service, product, std::move(image_path), pieces);
  };
  doors.set_available = [service, stock_service](ProductId id, std::int64_t pieces) {
    return set_product_available(service, stock_service, id, pieces);
  };
  doors.put_account = [user_api](DemoAccount account) { return put_account(user_api, std::move(account)); };
  doors.set_decline_percent = [sandbox](int percent) { sandbox->set_decline_percent(percent); };
  return doors;
}

DemoSettings demo_settings(const Config& config, std::string data_directory) {
  DemoSettings settings;
  settings.data_directory = std::move(data_directory);
  settings.shoppers.shoppers = static_cast<int>(config.integer("demo.shoppers"));
  settings.shoppers.orders_per_second = static_cast<double>(config.integer("demo.orders_per_minute")) / 60.0;
  return settings;
}

}  // namespace

Demo::Demo(const Config& config, std::string data_directory, ProductModule& products, StockModule& stock,
           UserModule& users, PaymentModule& payments, Clock& clock)
    : service_(demo_settings(config, std::move(data_directory)), doors(products, stock, users, payments), clock) {}

void Demo::start(TaskScope& scope, std::uint16_t port) {
  service_.start(scope, std::make_unique<DemoHttpClient>(*Loop::current(), "127.0.0.1", port, kConnectionsMax));
}

}  // namespace jangteo
