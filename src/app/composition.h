// The whole server on one screen: configuration → storage → modules → routes and filters → listening. No logic here,
// only wiring; open() in order, stop() in reverse.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/page_routes.h"
#include "app/storage.h"
#include "net/filter.h"
#include "net/http_metrics.h"
#include "net/http_server.h"
#include "net/router.h"
#include "net/signed_token.h"
#include "net/tls.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/config.h"
#include "runtime/loop.h"
#include "runtime/metrics.h"
#include "runtime/scope.h"

namespace jangteo {

class SqliteDocumentStore;
class StockModule;
class ProductModule;
class PaymentModule;
class OrderModule;
class UserModule;
class LiveModule;
class Demo;

class Server {
 public:
  explicit Server(const Config& config);
  ~Server();

  // Opens storage and services, then listens. Blocking, on main's thread. An error names what is wrong.
  Status start();
  std::uint16_t port() const { return http_->port(); }
  void reload();  // SIGHUP: certificates
  // Not ready, drain, end the background work, close storage.
  void stop();

  std::vector<const Route*> routes() const { return router_.routes(); }  // after start()

 private:
  Status open_services();
  Status listen();
  void add_routes();
  void add_filters();
  void add_process_metrics();

  const Config& config_;
  const bool demo_mode_;
  SystemClock& clock_ = SystemClock::instance();
  MetricsRegistry metrics_;
  std::atomic<bool> ready_{false};

  std::unique_ptr<Storage> storage_;
  std::unique_ptr<BlockingPool> pool_;
  std::unique_ptr<LoopThreads> background_;
  std::unique_ptr<LoopThreads> io_;
  std::unique_ptr<TaskScope> scope_;  // lives on the background loop
  std::unique_ptr<LinkSigner> links_;

  std::unique_ptr<SqliteDocumentStore> documents_;
  std::unique_ptr<UserModule> users_;
  std::unique_ptr<StockModule> stock_;
  std::unique_ptr<ProductModule> products_;
  std::unique_ptr<PaymentModule> payments_;
  std::unique_ptr<OrderModule> orders_;
  std::unique_ptr<LiveModule> live_;
  std::unique_ptr<Demo> demo_;

  std::unique_ptr<PageRoutes> pages_;
  Router router_;
  std::shared_ptr<HttpMetrics> http_metrics_;
  FilterChain filters_;
  std::shared_ptr<TlsContext> tls_;
  std::unique_ptr<HttpServer> http_;
  bool started_ = false;
};

}  // namespace jangteo
