#include "services/product/product_service.h"

#include <gtest/gtest.h>

#include "adapters/sqlite/document_tables.h"
#include "adapters/sqlite/sqlite_database.h"
#include "support/task_runner.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

Money krw(std::int64_t amount) { return {amount, *Currency::parse("KRW")}; }

ProductDraft draft(const std::string& sku, std::int64_t amount = 1000) {
  ProductDraft out;
  out.sku = sku;
  out.name = "name of " + sku;
  out.category = "food";
  out.price = krw(amount);
  return out;
}

// A service on a database of its own; stock is a map that remembers the first pieces of each variant.
class Shop {
 public:
  explicit Shop(std::size_t count_max = 1000) : readers_(2, 1024), count_max_(count_max) { open(); }
  void open() {
    service_.reset();
    database_.reset();
    SqliteSettings settings;
    settings.path = directory_.file("product.db");
    settings.name = "product";
    auto opened = SqliteDatabase::open(settings, readers_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    database_ = std::move(*opened);
    documents_ = std::make_unique<SqliteDocumentStore>(*database_);
    store_ = std::make_unique<ProductStore>(*documents_);
    ASSERT_TRUE(store_->open());
    catalogue_ = std::make_unique<ProductCatalogue>(levels_, count_max_);
    service_ = std::make_unique<ProductService>(
        *store_, *catalogue_, [this](Call, std::vector<OpeningStock> pieces) { return open_stock(std::move(pieces)); },
        SystemClock::instance());
    ASSERT_TRUE(runner_.run(service_->load(context_)));
  }
  ~Shop() {
    service_.reset();
    database_.reset();
  }
  Task<Status> open_stock(std::vector<OpeningStock> pieces) {
    for (const auto& one : pieces) stock_.try_emplace(one.variant, one.quantity);
    co_return Status{};
  }
  template <class T>
  T run(Task<T> task) {
    return runner_.run(std::move(task));
  }
  Product create(ProductDraft wanted) {
    auto created = run(service().create(context_, std::move(wanted)));
    EXPECT_TRUE(created.has_value()) << created.error().detail;
    return created.value_or(Product{});
  }
  std::vector<std::string> skus(ProductListing listing) {
    auto found = run(service().list(context_, std::move(listing)));
    EXPECT_TRUE(found.has_value());
    std::vector<std::string> out;
    for (const auto& product : *found) out.push_back(product.sku);
    return out;
  }
  std::vector<ProductImportOutcome> import(std::vector<ProductDraft> drafts, bool dry_run = false) {
    std::vector<ProductImportItem> items;
    for (auto& one : drafts) items.push_back({std::move(one), false, false});
    auto outcomes = run(service().import(context_, std::move(items), dry_run));
    EXPECT_TRUE(outcomes.has_value()) << outcomes.error().detail;
    return *outcomes;
  }
  ProductService& service() { return *service_; }
  ProductCatalogue& catalogue() { return *catalogue_; }
  CallContext context_;
  std::map<VariantId, std::int64_t> stock_;
  TaskRunner runner_{2};

 private:
  TemporaryDirectory directory_;
  SqliteReadPool readers_;
  StockLevels levels_;
  std::size_t count_max_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<SqliteDocumentStore> documents_;
  std::unique_ptr<ProductStore> store_;
  std::unique_ptr<ProductCatalogue> catalogue_;
  std::unique_ptr<ProductService> service_;
};

// Rows: 7
TEST(ProductService, SellsWhatWasCreatedAlsoAfterARestart) {
  Shop shop;
  auto wanted = draft("a");
  wanted.stock = 7;
  const auto product = shop.create(wanted);
  EXPECT_EQ(product.version, 1);
  EXPECT_EQ(shop.stock_.at(product.variants[0].id), 7);
  shop.open();
  std::vector<WantedItem> items{{product.id, {}, 2}};
  const auto quoted = shop.run(shop.service().quote(shop.context_, items));
  ASSERT_TRUE(quoted.has_value());
  EXPECT_EQ(quoted->front().unit_price, krw(1000));
  EXPECT_EQ(quoted->front().variant, product.variants[0].id);
}

TEST(ProductService, NamesTheItemThatCannotBeQuoted) {
  Shop shop;
  const auto product = shop.create(draft("a"));
  std::vector<WantedItem> items{{product.id, {}, 1}, {ProductId(), {}, 1}};
  const auto quoted = shop.run(shop.service().quote(shop.context_, items));
  ASSERT_FALSE(quoted);
  EXPECT_EQ(quoted.error().code, ErrorCode::not_found);
  EXPECT_EQ(quoted.error().fields.front().param, "items[1].productId");
}

TEST(ProductService, LetsOneOfManyCreatorsHaveASku) {
  Shop shop;
  std::vector<CallContext> contexts(30);
  std::vector<std::future<Result<Product>>> running;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    running.push_back(shop.runner_.start_on(i % 2, shop.service().create(contexts[i], draft("same"))));
  }
  int created = 0;
  for (auto& one : running) {
    const auto result = one.get();
    created += result ? 1 : 0;
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::sku_taken);
    }
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(shop.catalogue().count(), 1U);
}

TEST(ProductService, KeepsSkusOfVariantsApartAcrossProducts) {
  Shop shop;
  auto first = draft("a");
  first.variants = {{{}, "a-1", "one", {}, {}}, {{}, "a-2", "two", {}, 5}};
  const auto product = shop.create(first);
  EXPECT_EQ(shop.stock_.size(), 1U);
  const auto second = shop.run(shop.service().create(shop.context_, draft("a-2")));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::sku_taken);
  EXPECT_TRUE(shop.run(shop.service().remove(shop.context_, product.id, 0)));
  EXPECT_TRUE(shop.run(shop.service().create(shop.context_, draft("a-2"))));
}

TEST(ProductService, ChangesTheExpectedVersionOnly) {
  Shop shop;
  const auto product = shop.create(draft("a"));
  const ProductService::Edit cheaper = [](ProductDraft& wishes) -> Status {
    wishes.price.amount -= 1;
    return {};
  };
  const auto changed = shop.run(shop.service().change(shop.context_, product.id, cheaper, 1));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(shop.catalogue().quote({product.id, {}, 1})->unit_price, krw(999));
  const auto late = shop.run(shop.service().change(shop.context_, product.id, cheaper, 1));
  EXPECT_EQ(late.error().code, ErrorCode::version_mismatch);
  const ProductService::Edit wrong = [](ProductDraft& wishes) -> Status {
    wishes.price.amount = -1;
    return {};
  };
  EXPECT_EQ(shop.run(shop.service().change(shop.context_, product.id, wrong, 0)).error().fields.front().param,
            "price.amount");
  EXPECT_EQ(shop.run(shop.service().change(shop.context_, ProductId(), cheaper, 0)).error().code, ErrorCode::not_found);
}

TEST(ProductService, LosesNoChangeOfManyAtOnce) {
  Shop shop;
  const auto product = shop.create(draft("a", 1000));
  std::vector<CallContext> contexts(4);
  std::vector<std::future<Result<Product>>> running;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const ProductService::Edit cheaper = [](ProductDraft& wishes) -> Status {
      wishes.price.amount -= 1;
      return {};
    };
    running.push_back(shop.runner_.start_on(i % 2, shop.service().change(contexts[i], product.id, cheaper, 0)));
  }
  std::int64_t changed = 0;
  for (auto& one : running) changed += one.get().has_value() ? 1 : 0;
  EXPECT_EQ(shop.catalogue().quote({product.id, {}, 1})->unit_price.amount, 1000 - changed);
  EXPECT_EQ(changed, 4);
}

TEST(ProductService, WritesNothingWhenAChangeChangesNothing) {
  Shop shop;
  const auto product = shop.create(draft("a"));
  const ProductService::Edit nothing = [](ProductDraft&) -> Status { return {}; };
  EXPECT_EQ(shop.run(shop.service().change(shop.context_, product.id, nothing, 0))->version, 1);
}

TEST(ProductService, ListsByFilterAndOrderPageByPage) {
  Shop shop;
  for (int i = 0; i < 5; ++i) {
    auto one = draft("s" + std::to_string(i), 100 * (i % 3));
    one.category = i % 2 == 0 ? "even" : "odd";
    shop.create(one);
  }
  using Skus = std::vector<std::string>;
  EXPECT_EQ(shop.skus({}), (Skus{"s4", "s3", "s2", "s1", "s0"}));
  ProductListing even;
  even.category = "even";
  even.descending = false;
  EXPECT_EQ(shop.skus(even), (Skus{"s0", "s2", "s4"}));
  ProductListing priced;
  priced.order = ProductListing::Order::price;
  priced.descending = false;
  priced.price_min = 100;
  EXPECT_EQ(shop.skus(priced), (Skus{"s1", "s4", "s2"}));
  priced.limit = 2;
  const auto page = shop.run(shop.service().list(shop.context_, priced));
  priced.after = ProductListing::After{order_value(page->back(), priced.order), page->back().id};
  EXPECT_EQ(shop.skus(priced), (Skus{"s2"}));
}

TEST(ProductService, ImportsNewChangedAndUnchangedProducts) {
  Shop shop;
  auto first = draft("a");
  first.stock = 10;
  EXPECT_EQ(shop.import({first, draft("b"), draft("a")}, true).back().error.code, ErrorCode::sku_taken);
  EXPECT_EQ(shop.catalogue().count(), 0U);
  EXPECT_TRUE(shop.stock_.empty());

  auto bad = draft("c");
  bad.price.amount = -1;
  auto outcomes = shop.import({first, draft("b"), bad, draft("a")});
  using Kind = ProductImportOutcome::Kind;
  EXPECT_EQ(outcomes[0].kind, Kind::created);
  EXPECT_EQ(outcomes[1].kind, Kind::created);
  EXPECT_EQ(outcomes[2].kind, Kind::failed);
  EXPECT_EQ(outcomes[2].error.fields.front().param, "price.amount");
  EXPECT_EQ(outcomes[3].kind, Kind::failed);
  EXPECT_EQ(shop.catalogue().count(), 2U);
  EXPECT_EQ(shop.stock_.size(), 1U);

  first.stock = 99;
  outcomes = shop.import({first, draft("b", 5)});
  EXPECT_EQ(outcomes[0].kind, Kind::unchanged);
  EXPECT_EQ(outcomes[1].kind, Kind::updated);
  EXPECT_EQ(shop.stock_.begin()->second, 10);
  EXPECT_EQ(shop.catalogue().quote({outcomes[1].id, {}, 1})->unit_price.amount, 5);
}

TEST(ProductService, KeepsVariantsAndPictureThatAnImportDoesNotName) {
  Shop shop;
  auto wanted = draft("a");
  wanted.image = "/api/images/x.png";
  wanted.variants = {{{}, "a-1", "one", {}, {}}, {{}, "a-2", "two", {}, {}}};
  const auto product = shop.create(wanted);
  EXPECT_EQ(shop.import({draft("a")})[0].kind, ProductImportOutcome::Kind::unchanged);
  EXPECT_EQ(shop.import({draft("a", 7)})[0].kind, ProductImportOutcome::Kind::updated);
  const auto after = shop.run(shop.service().get(shop.context_, product.id));
  EXPECT_EQ((*after)->variants, product.variants);
  EXPECT_EQ((*after)->image, "/api/images/x.png");
  EXPECT_EQ(shop.import({draft("a-1")})[0].error.code, ErrorCode::sku_taken);
}

TEST(ProductService, RefusesMoreProductsThanFit) {
  Shop shop(2);
  shop.create(draft("a"));
  shop.create(draft("b"));
  EXPECT_EQ(shop.run(shop.service().create(shop.context_, draft("c"))).error().code, ErrorCode::conflict);
  EXPECT_EQ(shop.import({draft("d")})[0].kind, ProductImportOutcome::Kind::failed);
}

}  // namespace
}  // namespace jangteo
