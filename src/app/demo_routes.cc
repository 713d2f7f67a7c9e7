#include <utility>

#include "app/demo_service.h"
#include "base/json.h"
#include "net/json_body.h"
#include "net/problem.h"

namespace jangteo {

std::vector<Route> DemoService::routes() {
  using enum HttpMethod;
  std::vector<Route> out = {
      {get, "/api/demo", "getDemo", Access::everyone, RateClass::none},
      {post, "/api/demo/flash-sale", "startFlashSale", Access::everyone, RateClass::write},
      {put, "/api/demo/decline-rate", "setDeclineRate", Access::everyone, RateClass::write},
      {get, "/demo/images/{file}", "getDemoImage", Access::everyone, RateClass::none},
  };
  out[0].handle = [this](HttpRequest* request) { return describe(request); };
  out[1].handle = [this](HttpRequest* request) { return start_flash_sale(request); };
  out[2].handle = [this](HttpRequest* request) { return set_decline_rate(request); };
  out[3].handle = [this](HttpRequest* request) { return picture(request); };
  return out;
}

std::string DemoService::description() const {
  const bool started = started_.load(std::memory_order_acquire);
  const FlashSaleProgress sale = started ? flash_sale_->progress() : FlashSaleProgress{};
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("declinePercent", decline_percent_.load()).field("shoppers", settings_.shoppers.shoppers);
  json.key("accounts").begin_array();
  for (const auto& account : accounts_) {
    json.begin_object().field("email", account.email).field("role", account.role).end_object();
  }
  json.end_array().key("flashSale").begin_object();
  json.field("state", to_string(sale.state)).field("productId", flash_sale_product_.text());
  json.field("buyers", sale.buyers).field("pieces", sale.pieces).field("confirmed", sale.confirmed);
  json.field("refused", sale.refused).field("failed", sale.failed).field("elapsedMs", sale.elapsed_ms);
  json.end_object().end_object();
  return out;
}

Task<HttpResponse> DemoService::describe(HttpRequest*) {
  HttpResponse response = HttpResponse::json(200, description());
  response.with("Cache-Control", "no-store");
  co_return response;
}

Task<HttpResponse> DemoService::start_flash_sale(HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  const auto buyers = static_cast<int>(body->integer("buyers", {1, FlashSale::kBuyersMax}));
  const auto pieces = static_cast<int>(body->integer("pieces", {1, FlashSale::kBuyersMax}));
  if (auto status = body->finish(); !status) co_return problem(status.error(), *request);
  if (!started_.load(std::memory_order_acquire)) {
    Error early{ErrorCode::unavailable, "the demo is starting", {}, 1, {}};
    co_return problem(early, *request);
  }
  if (!flash_sale_->begin(flash_sale_product_, buyers, pieces)) {
    Error running{ErrorCode::conflict, "a flash sale is running", {}, 0, {}};
    co_return problem(running, *request);
  }
  loop_->post([this] { scope_->spawn(flash_sale_->run(scope_)); });
  co_return HttpResponse::json(202, description());
}

Task<HttpResponse> DemoService::set_decline_rate(HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  const auto percent = static_cast<int>(body->integer("percent", {0, 100}));
  if (auto status = body->finish(); !status) co_return problem(status.error(), *request);
  doors_.set_decline_percent(percent);
  decline_percent_.store(percent);
  std::string out;
  JsonWriter(out).begin_object().field("declinePercent", percent).end_object();
  co_return HttpResponse::json(200, std::move(out));
}

Task<HttpResponse> DemoService::picture(HttpRequest* request) {
  auto drawn = demo_picture(request->path_parameter("file"));
  if (!drawn) {
    Error none{ErrorCode::not_found, "no such picture", {}, 0, {}};
    co_return problem(none, *request);
  }
  HttpResponse response;
  response.content_type = "image/svg+xml";
  response.body = std::move(*drawn);
  response.with("Cache-Control", "public, max-age=86400");
  co_return response;
}

}  // namespace jangteo
