#include "app/composition.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "adapters/sqlite/document_tables.h"
#include "app/demo.h"
#include "net/access_log_filter.h"
#include "net/authentication_filter.h"
#include "net/rate_limit_filter.h"
#include "net/request_id_filter.h"
#include "net/security_headers.h"
#include "net/server_timing_filter.h"
#include "runtime/log.h"
#include "services/analytics/live_module.h"
#include "services/order/order_module.h"
#include "services/payment/payment_module.h"
#include "services/product/product_module.h"
#include "services/product/stock_module.h"
#include "services/user/user_module.h"

namespace jangteo {

namespace {

constexpr std::int64_t kStopPatience_s = 20;

// Runs a task on a loop from a thread that is none, and waits for it.
template <class T>
T run_on(Loop& loop, Task<T> task) {
  std::promise<T> promise;
  loop.post([&] { jangteo::start(std::move(task), [&promise](T value) { promise.set_value(std::move(value)); }); });
  return promise.get_future().get();
}

void call_on(Loop& loop, const std::function<void()>& work) {
  std::promise<void> promise;
  loop.post([&] {
    work();
    promise.set_value();
  });
  promise.get_future().get();
}

Task<bool> close_scope(TaskScope* scope) {
  co_await scope->close();
  co_return true;
}

StorageSettings storage_settings(const Config& config) {
  StorageSettings settings;
  settings.directory = config.text("storage.directory");
  settings.shards = static_cast<std::uint32_t>(config.integer("storage.shards"));
  settings.shards_given = config.source("storage.shards") != "default";
  settings.group_wait_us = config.integer("storage.group_wait_us");
  settings.queue_count_max = static_cast<std::size_t>(config.integer("storage.queue_count_max"));
  settings.read_threads = static_cast<std::size_t>(config.integer("storage.read_threads"));
  settings.log_sync_interval = Millis{config.integer("storage.log_sync_interval_ms")};
  return settings;
}

HttpServerSettings http_settings(const Config& config) {
  HttpServerSettings settings;
  settings.address = config.text("server.address");
  settings.port = static_cast<std::uint16_t>(config.integer("server.port"));
  settings.header_bytes_max = static_cast<std::size_t>(config.integer("http.header_bytes_max"));
  settings.header_count_max = static_cast<std::size_t>(config.integer("http.header_count_max"));
  settings.header_timeout = Millis{config.integer("http.header_timeout_ms")};
  settings.body_timeout = Millis{config.integer("http.body_timeout_ms")};
  settings.idle_timeout = Millis{config.integer("http.idle_timeout_ms")};
  settings.request_timeout = Millis{config.integer("http.request_timeout_ms")};
  settings.connections_max = static_cast<std::size_t>(config.integer("http.connections_max"));
  return settings;
}

// Pieces for variants that never had any.
Task<Status> open_stock(StockService* stock, Call call, std::vector<OpeningStock> opening) {
  std::vector<StockAdjustment> adjustments;
  for (const auto& pieces : opening) {
    StockAdjustment adjustment;
    adjustment.variant = pieces.variant;
    adjustment.only_first = true;
    adjustment.quantity = pieces.quantity;
    adjustments.push_back(adjustment);
  }
  auto done = co_await stock->adjust(call, std::move(adjustments));
  co_return done;
}

std::size_t io_thread_count(const Config& config) {
  const auto wanted = static_cast<std::size_t>(config.integer("server.io_threads"));
  return wanted != 0 ? wanted : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Server::Server(const Config& config) : config_(config), demo_mode_(config.flag("server.demo")) {}

Server::~Server() { stop(); }

Status Server::open_services() {
  auto storage = Storage::open(storage_settings(config_), clock_, metrics_);
  if (!storage) return std::unexpected<Error>(std::move(storage).error());
  storage_ = std::move(*storage);
  if (!demo_mode_ && std::filesystem::exists(storage_->directory().file("demo-password"))) {
    return fail(ErrorCode::invalid,
                storage_->directory().path() + " was filled by --demo and has demo accounts; serve it with --demo");
  }
  auto links = LinkSigner::open(storage_->directory().path());
  if (!links) return std::unexpected<Error>(std::move(links).error());
  links_ = std::make_unique<LinkSigner>(std::move(*links));
  pool_ = std::make_unique<BlockingPool>("pool", 2, 256);
  background_ = std::make_unique<LoopThreads>("work", 1);
  scope_ = std::make_unique<TaskScope>();

  auto user_settings = read_user_settings(config_);
  if (config_.text("server.profile") == "loadtest") user_settings.login_backoff = false;
  user_settings.backoff_spares_loopback = user_settings.backoff_spares_loopback || demo_mode_;
  users_ = std::make_unique<UserModule>(
      UserDependencies{storage_->users(), *pool_, clock_, metrics_, storage_->directory().path(), user_settings});
  JT_TRY(users_->open());

  stock_ = std::make_unique<StockModule>(StockDependencies{storage_->stocks(), &storage_->log(), &clock_, &metrics_});
  JT_TRY(stock_->open());

  documents_ = std::make_unique<SqliteDocumentStore>(storage_->products());
  ProductSettings product_settings;
  product_settings.products_max = static_cast<std::size_t>(config_.integer("catalogue.products_max"));
  product_settings.cache.bytes_max = static_cast<std::size_t>(config_.integer("cache.answers_bytes_max"));
  product_settings.images_cache_bytes_max = static_cast<std::size_t>(config_.integer("cache.images_bytes_max"));
  product_settings.cache.stock_stale = Millis{config_.integer("cache.stock_stale_ms")};
  OpenStock opening = [this](Call call, std::vector<OpeningStock> pieces) {
    return open_stock(&stock_->service(), call, std::move(pieces));
  };
  products_ = std::make_unique<ProductModule>(
      ProductDependencies{*documents_, stock_->levels(), std::move(opening), *pool_, clock_, metrics_,
                          storage_->directory().file("images"), product_settings});
  JT_TRY(products_->open());

  payments_ =
      std::make_unique<PaymentModule>(PaymentDependencies{&storage_->payments(), &storage_->log(), &clock_, &metrics_});
  JT_TRY(payments_->open());

  orders_ = std::make_unique<OrderModule>(OrderDependencies{
      storage_->orders(), &storage_->log(), &products_->api(), payments_.get(), links_.get(), &clock_, &metrics_,
      OrderRouteSettings{config_.flag("orders.guests_allowed"), config_.flag("idempotency.required")}});
  JT_TRY(orders_->open());

  LiveDependencies live;
  live.log = &storage_->log();
  live.clock = &clock_;
  live.metrics = &metrics_;
  live.http = [this] {
    if (http_metrics_) return http_metrics_->totals();
    HttpTotals none;  // until the routes are complete
    none.latency.counts.resize(latency_bounds_s().size() + 1);
    return none;
  };
  live.cache = [this] { return CacheTotals{products_->cache_hits(), products_->cache_lookups()}; };
  live.connections = [this] { return http_ ? http_->connections() : 0; };
  live.orders = [this] {
    CallContext context;
    auto sums = run_on((*background_)[0], orders_->sums(context));
    if (!sums) return OrderTotals{};
    const auto& counts = sums->counts;
    return OrderTotals{{counts.placed, counts.confirmed, counts.rejected, counts.cancelled}, sums->revenue};
  };
  LiveSettings live_settings;
  live_settings.report_interval = Millis{config_.integer("report.interval_s") * 1000};
  live_settings.currency_without_revenue = *Currency::parse("KRW");
  live_ = std::make_unique<LiveModule>(std::move(live), live_settings);
  JT_TRY(live_->open());

  if (demo_mode_) {
    demo_ =
        std::make_unique<Demo>(config_, storage_->directory().path(), *products_, *stock_, *users_, *payments_, clock_);
  }
  return {};
}

void Server::add_routes() {
  router_.add(users_->routes());
  router_.add(products_->routes());
  router_.add(orders_->routes());
  router_.add(live_->routes());
  if (demo_) router_.add(demo_->routes());
  pages_ = std::make_unique<PageRoutes>(metrics_, ready_);
  router_.add(pages_->routes());
}

// From the outside in.
void Server::add_filters() {
  http_metrics_ = std::make_shared<HttpMetrics>(metrics_, router_);
  AccessLogSettings access_log;
  access_log.slow_ms = config_.integer("log.slow_ms");
  access_log.sample_every = static_cast<std::uint32_t>(config_.integer("log.access_sample_every"));
  RateLimitSettings rate_limit;
  rate_limit.enabled = config_.flag("rate_limit.enabled") && config_.text("server.profile") != "loadtest";
  rate_limit.loopback_exempt = demo_mode_;
  SecurityHeaderSettings security;
  security.https_only = tls_ != nullptr;

  filters_.add(std::make_shared<RequestIdFilter>());
  filters_.add(std::make_shared<AccessLogFilter>(access_log));
  filters_.add(http_metrics_);
  if (demo_mode_) filters_.add(std::make_shared<ServerTimingFilter>());
  filters_.add(std::make_shared<SecurityHeaders>(security));
  filters_.add(std::make_shared<RateLimitFilter>(rate_limit, RateKey::address));
  filters_.add(std::make_shared<AuthenticationFilter>(users_->authenticate()));
  filters_.add(std::make_shared<RateLimitFilter>(rate_limit, RateKey::principal));
}

void Server::add_process_metrics() {
  metrics_.gauge_function("process_resident_memory_bytes", "Resident memory size", {}, resident_bytes);
  metrics_.counter_function("jangteo_log_lines_dropped_total", "Log lines dropped because their queue was full", {},
                            [] { return static_cast<double>(log_lines_dropped()); });
  metrics_.gauge_function("jangteo_blocking_pool_queue", "Work that waits for a thread of the blocking pool", {},
                          [this] { return static_cast<double>(pool_->queued()); });
}

Status Server::listen() {
  auto settings = http_settings(config_);
  settings.tls = tls_;
  http_ = std::make_unique<HttpServer>(settings, router_, filters_);
  http_->register_metrics(metrics_);
  io_ = std::make_unique<LoopThreads>("io", io_thread_count(config_));
  std::vector<Loop*> loops;
  for (std::size_t i = 0; i < io_->size(); ++i) loops.push_back(&(*io_)[i]);
  return http_->start(loops);
}

Status Server::start() {
  started_ = true;
  const auto& services = config_.text("server.services");
  if (!services.empty()) {
    return fail(ErrorCode::invalid, "server.services: this version runs all services in one process; leave it empty");
  }
  if (config_.text("tls.certificate").empty() != config_.text("tls.key").empty()) {
    return fail(ErrorCode::invalid, "tls.certificate and tls.key go together");
  }
  if (!config_.text("tls.certificate").empty()) {
    auto tls = TlsContext::load(TlsFiles{config_.text("tls.certificate"), config_.text("tls.key")});
    if (!tls) return std::unexpected<Error>(std::move(tls).error());
    tls_ = std::move(*tls);
  }
  JT_TRY(open_services());
  add_routes();
  add_filters();
  add_process_metrics();
  auto& loop = (*background_)[0];
  if (demo_) JT_TRY(run_on(loop, demo_->fill()));
  call_on(loop, [this] {
    stock_->start(*scope_);
    payments_->start(*scope_);
    orders_->start(*scope_);
  });
  JT_TRY(listen());
  call_on(loop, [this] {
    live_->start(*scope_);
    if (demo_) demo_->start(*scope_, http_->port());
  });
  ready_ = true;
  return {};
}

void Server::reload() {
  if (tls_) {
    if (auto done = tls_->reload(); done) log_info("tls.reloaded");
  }
}

void Server::stop() {
  if (!started_) return;
  started_ = false;
  ready_ = false;
  const Millis grace{config_.integer("server.drain_ms")};
  if (background_ && scope_) {
    auto& loop = (*background_)[0];
    if (http_) http_->stop_and_wait(grace);  // first: requests that wait for their saga need the background work
    call_on(loop, [this] { scope_->stop(); });
    auto closed = std::async(std::launch::async, [this, &loop] { return run_on(loop, close_scope(scope_.get())); });
    call_on(loop, [this] {
      if (stock_) stock_->wake();
      if (payments_) payments_->wake();
      if (orders_) orders_->wake();
    });
    if (closed.wait_for(std::chrono::seconds(kStopPatience_s)) != std::future_status::ready) {
      // What is acknowledged is durable; what hangs is not worth waiting for.
      log_error("server.stop_timeout", {{"running", static_cast<std::int64_t>(scope_->running())}});
      stop_log();
      std::_Exit(0);
    }
  }
  if (io_) io_->stop();
  if (background_) background_->stop();
  http_.reset();
  if (storage_) storage_->close();  // before the modules: a database's thread calls their hooks
  demo_.reset();
  live_.reset();
  orders_.reset();
  payments_.reset();
  products_.reset();
  stock_.reset();
  users_.reset();
  documents_.reset();
  pool_.reset();
  scope_.reset();
  io_.reset();
  background_.reset();
  storage_.reset();
}

}  // namespace jangteo
