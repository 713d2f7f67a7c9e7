// The demo: a filled catalogue, accounts, shoppers, flash sales and declining cards. Exists only with `serve --demo`.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/demo_catalogue.h"
#include "app/demo_client.h"
#include "app/demo_flash_sale.h"
#include "app/demo_shoppers.h"
#include "net/router.h"
#include "runtime/clock.h"
#include "runtime/scope.h"

namespace jangteo {

struct DemoAccount {
  std::string email;  // all end in "@demo.example"
  std::string name;
  std::string password;
  std::string role;  // owner or customer
};

// What the demo may do to the services; given by composition.
struct DemoDoors {
  // Makes the product with so many pieces; when its sku exists, leaves it and tops its stock up to them.
  std::function<Task<Result<ProductId>>(DemoProduct product, std::string image_path, std::int64_t pieces)> put_product;
  FlashSale::SetAvailable set_available;
  // Makes the account; does nothing when the email is known.
  std::function<Task<Status>(DemoAccount account)> put_account;
  std::function<void(int percent)> set_decline_percent;  // of cards, by the payment sandbox; any thread
};

struct DemoSettings {
  std::string data_directory;  // keeps the accounts' password in "demo-password"
  DemoShoppersSettings shoppers;
  int flash_sale_connections = 300;
  std::int64_t pieces_per_product = 1'000'000;
  std::int64_t flash_sale_pieces = 100;  // before the first sale
};

class DemoService {
 public:
  DemoService(DemoSettings settings, DemoDoors doors, Clock& clock);
  ~DemoService();

  Task<Status> fill();  // products and accounts; idempotent; before the server listens
  // Once the server listens, on the background loop; `client` reaches it and lives on that loop until `scope` is
  // closed.
  void start(TaskScope& scope, std::unique_ptr<DemoClient> client);
  std::vector<Route> routes();  // they live as long as the service

  const std::vector<DemoAccount>& accounts() const { return accounts_; }  // after fill(); for the banner

 private:
  Result<std::string> password() const;
  Task<HttpResponse> describe(HttpRequest* request);
  Task<HttpResponse> start_flash_sale(HttpRequest* request);
  Task<HttpResponse> set_decline_rate(HttpRequest* request);
  Task<HttpResponse> picture(HttpRequest* request);
  std::string description() const;

  DemoSettings settings_;
  DemoDoors doors_;
  Clock& clock_;
  std::vector<DemoAccount> accounts_;
  ProductId flash_sale_product_;
  std::atomic<int> decline_percent_{0};
  // Set by start(), before any route can ask for them.
  std::unique_ptr<DemoClient> client_;
  std::unique_ptr<FlashSale> flash_sale_;
  std::unique_ptr<DemoShoppers> shoppers_;
  Loop* loop_ = nullptr;
  TaskScope* scope_ = nullptr;
  std::atomic<bool> started_{false};
};

}  // namespace jangteo
