// The demo's wiring (serve --demo): what it may do to the services, and its client on the server's own port.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/demo_service.h"
#include "runtime/config.h"

namespace jangteo {

class PaymentModule;
class ProductModule;
class StockModule;
class UserModule;

class Demo {
 public:
  Demo(const Config& config, std::string data_directory, ProductModule& products, StockModule& stock, UserModule& users,
       PaymentModule& payments, Clock& clock);
  Task<Status> fill() { return service_.fill(); }
  void start(TaskScope& scope, std::uint16_t port);  // on the background loop
  std::vector<Route> routes() { return service_.routes(); }
  const std::vector<DemoAccount>& accounts() const { return service_.accounts(); }

 private:
  DemoService service_;
};

}  // namespace jangteo
