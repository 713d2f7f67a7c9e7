// DemoShoppers: people who look around and buy, so that a demo lives from its first second. Half of them read Korean,
// half English; some are logged in, some are guests; now and then a card is declined. Belongs to one loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/demo_client.h"
#include "runtime/guarded.h"
#include "runtime/scope.h"

namespace jangteo {

struct DemoLogin {
  std::string email;
  std::string password;
};

struct DemoShoppersSettings {
  int shoppers = 20;
  double orders_per_second = 5;              // of all together, when the shop answers at once; 0: they only look
  std::vector<DemoLogin> logins;             // given out in turn to every second shopper; none: all are guests
  std::string avoid_category = "반짝 할인";  // left to flash sales
};

struct DemoShopperCounts {
  std::uint64_t looks = 0;    // lists and products read
  std::uint64_t orders = 0;   // answered 201
  std::uint64_t refused = 0;  // answered 402 or 409
  std::uint64_t failed = 0;   // no answer, or any other
};

class DemoShoppers {
 public:
  DemoShoppers(DemoClient& client, DemoShoppersSettings settings) : client_(client), settings_(std::move(settings)) {}

  void start(TaskScope& scope);
  const DemoShoppersSettings& settings() const { return settings_; }
  DemoShopperCounts counts() const { return *counts_.lock(); }  // any thread

 private:
  struct Shopper;
  struct Choice {
    std::string product;
    std::string next_cursor;
  };
  Task<void> shop(TaskScope* scope, int number);
  Task<bool> pause(TaskScope* scope, double seconds_mean);  // false when the scope stops
  Task<std::optional<std::string>> log_in(DemoLogin login);
  Task<Choice> look_around(Shopper* shopper, std::string cursor);
  Task<void> look_at(Shopper* shopper, std::string product);
  Task<bool> buy(Shopper* shopper, std::string product);  // false when a login ran out

  DemoClient& client_;
  DemoShoppersSettings settings_;
  Guarded<DemoShopperCounts> counts_;
};

}  // namespace jangteo
