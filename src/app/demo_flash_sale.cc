#include "app/demo_flash_sale.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "runtime/entropy.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr int kTriesMax = 30;     // of one buyer's request, all with the same key
constexpr int kFollowsMax = 300;  // looks at an order that was still pending
constexpr Millis kFollowPause{100};

std::string text_member(const boost::json::value& value, std::string_view name) {
  const auto* member = json_member(value, name);
  return member != nullptr && member->is_string() ? std::string(std::string_view(member->get_string())) : std::string();
}

}  // namespace

std::string_view to_string(FlashSaleState state) {
  switch (state) {
    case FlashSaleState::idle:
      return "idle";
    case FlashSaleState::running:
      return "running";
    case FlashSaleState::done:
      return "done";
  }
  return "idle";
}

struct FlashSale::Sale {
  TaskScope* scope = nullptr;
  std::string name;  // distinguishes the keys of two sales
  std::string body;
  int buyers = 0;
  int next_buyer = 0;
  std::int64_t began_us = 0;
};

bool FlashSale::begin(ProductId product, int buyers, int pieces) {
  const auto progress = progress_.lock();
  if (progress->state == FlashSaleState::running) return false;
  *progress = FlashSaleProgress{};
  progress->state = FlashSaleState::running;
  progress->product = product;
  progress->buyers = buyers;
  progress->pieces = pieces;
  return true;
}

FlashSaleProgress FlashSale::progress() const { return *progress_.lock(); }

Task<void> FlashSale::run(TaskScope* scope) {
  const FlashSaleProgress plan = progress();
  const Status stocked = co_await set_available_(plan.product, plan.pieces);
  if (!stocked) log_error("demo.flash_sale_not_stocked", {{"detail", stocked.error().detail}});

  Sale sale;
  sale.scope = scope;
  sale.name = "flash-" + std::to_string(random_u64());
  JsonWriter json(sale.body);
  json.begin_object().key("items").begin_array().begin_object().field("productId", plan.product.text());
  json.field("quantity", 1).end_object().end_array().key("payment").begin_object().field("method", "card");
  json.field("token", "tok_ok").end_object().end_object();
  sale.buyers = stocked ? plan.buyers : 0;
  sale.began_us = clock_.monotonic_us();
  TaskScope workers;
  for (int i = 0; i < std::min(connections_, sale.buyers); ++i) workers.spawn(serve_buyers(&sale));
  co_await workers.close();

  const auto ended = progress_.lock();
  ended->state = FlashSaleState::done;
  ended->elapsed_ms = (clock_.monotonic_us() - sale.began_us) / 1000;
  log_info("demo.flash_sale_done", {{"buyers", ended->buyers},
                                    {"pieces", ended->pieces},
                                    {"confirmed", ended->confirmed},
                                    {"refused", ended->refused},
                                    {"failed", ended->failed},
                                    {"elapsed_ms", ended->elapsed_ms}});
}

Task<void> FlashSale::serve_buyers(Sale* sale) {
  while (sale->next_buyer < sale->buyers && !sale->scope->stopping()) {
    const int buyer = sale->next_buyer++;
    const Outcome outcome = co_await buy(sale, buyer);
    const auto progress = progress_.lock();
    if (outcome == Outcome::confirmed) ++progress->confirmed;
    if (outcome == Outcome::refused) ++progress->refused;
    if (outcome == Outcome::failed) ++progress->failed;
    progress->elapsed_ms = (clock_.monotonic_us() - sale->began_us) / 1000;
  }
}

Task<FlashSale::Outcome> FlashSale::buy(Sale* sale, int buyer) {
  const std::string key = sale->name + "-" + std::to_string(buyer);
  for (int attempt = 0; attempt < kTriesMax && !sale->scope->stopping(); ++attempt) {
    DemoRequest request;
    request.method = HttpMethod::post;
    request.path = "/api/orders";
    request.body = sale->body;
    request.headers = {{"Idempotency-Key", key}, {"Prefer", "wait=10"}};
    const auto answer = co_await client_.ask(std::move(request));
    if (answer && answer->status == 402) co_return Outcome::refused;
    if (answer && (answer->status == 201 || answer->status == 409)) {
      const auto body = parse_json(answer->body);
      if (!body) co_return Outcome::failed;
      if (answer->status == 409 && text_member(*body, "code") == "out_of_stock") co_return Outcome::refused;
      if (answer->status == 201) {
        if (text_member(*body, "status") == "confirmed") co_return Outcome::confirmed;
        const auto* links = json_member(*body, "links");
        if (links == nullptr) co_return Outcome::failed;
        std::string self = text_member(*links, "self");
        const Outcome later = co_await follow(sale, std::move(self));
        co_return later;
      }
    } else if (answer && answer->status != 429 && answer->status < 500) {
      log_warn("demo.buyer_failed", {{"status", answer->status}, {"answer", answer->body}});
      co_return Outcome::failed;
    }
    // Overloaded, key still in work, or no answer: the same key asks again for the same order.
    const std::int64_t pause_ms =
        answer && answer->retry_after_s > 0 ? answer->retry_after_s * 1000 : 50LL << std::min(attempt, 5);
    co_await sleep_for(
        Millis{pause_ms / 2 + static_cast<std::int64_t>(random_u64() % static_cast<std::uint64_t>(pause_ms))});
  }
  co_return Outcome::failed;
}

Task<FlashSale::Outcome> FlashSale::follow(Sale* sale, std::string path) {
  for (int look = 0; look < kFollowsMax && !sale->scope->stopping(); ++look) {
    DemoRequest request;
    request.path = path;
    const auto answer = co_await client_.ask(std::move(request));
    if (answer && answer->status == 200) {
      const auto body = parse_json(answer->body);
      const std::string status = body ? text_member(*body, "status") : std::string();
      if (status == "confirmed") co_return Outcome::confirmed;
      if (status == "rejected" || status == "cancelled") co_return Outcome::refused;
      if (status != "pending") co_return Outcome::failed;
    }
    co_await sleep_for(kFollowPause);
  }
  co_return Outcome::failed;
}

}  // namespace jangteo
