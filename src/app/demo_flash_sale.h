// FlashSale: thousands of buyers want the same few pieces at once, each with one POST /api/orders over HTTP. Runs on
// one loop; progress() and begin() may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "app/demo_client.h"
#include "base/id.h"
#include "runtime/clock.h"
#include "runtime/guarded.h"
#include "runtime/scope.h"

namespace jangteo {

enum class FlashSaleState : std::uint8_t { idle, running, done };
std::string_view to_string(FlashSaleState state);

struct FlashSaleProgress {
  FlashSaleState state = FlashSaleState::idle;
  ProductId product;
  int buyers = 0;
  int pieces = 0;
  int confirmed = 0;
  int refused = 0;  // out of stock, or the card was declined
  int failed = 0;   // anything else, after retries
  std::int64_t elapsed_ms = 0;
};

class FlashSale {
 public:
  static constexpr int kBuyersMax = 100'000;

  // Makes exactly so many pieces of the product available.
  using SetAvailable = std::function<Task<Status>(ProductId product, std::int64_t pieces)>;

  FlashSale(DemoClient& client, Clock& clock, SetAvailable set_available, int connections)
      : client_(client), clock_(clock), set_available_(std::move(set_available)), connections_(connections) {}

  // False while one runs. After true, run() is owed.
  bool begin(ProductId product, int buyers, int pieces);
  // Ends early, as `done`, when the scope stops.
  Task<void> run(TaskScope* scope);

  FlashSaleProgress progress() const;

 private:
  enum class Outcome : std::uint8_t { confirmed, refused, failed };
  struct Sale;  // what the workers of one run share
  Task<void> serve_buyers(Sale* sale);
  Task<Outcome> buy(Sale* sale, int buyer);
  Task<Outcome> follow(Sale* sale, std::string path);

  DemoClient& client_;
  Clock& clock_;
  SetAvailable set_available_;
  const int connections_;
  Guarded<FlashSaleProgress> progress_;
};

}  // namespace jangteo
