#include "app/demo_shoppers.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "base/json.h"
#include "runtime/entropy.h"
#include "runtime/log.h"

namespace jangteo {

namespace {

constexpr int kStepsPerOrder = 4;       // pauses between one order and the next
constexpr double kLookingPauseS = 1.0;  // of shoppers who do not buy
constexpr Millis kSliceMax{200};        // how long a stop may take

double random_share() { return static_cast<double>(random_u64() >> 11) * 0x1.0p-53; }

std::string text_member(const boost::json::value& value, std::string_view name) {
  const auto* member = json_member(value, name);
  return member != nullptr && member->is_string() ? std::string(std::string_view(member->get_string())) : std::string();
}

std::int64_t available(const boost::json::value& product) {
  const auto* stock = json_member(product, "stock");
  const auto* count = stock == nullptr ? nullptr : json_member(*stock, "available");
  return count != nullptr && count->is_int64() ? count->get_int64() : 0;
}

}  // namespace

struct DemoShoppers::Shopper {
  std::vector<HttpHeader> headers;  // of every request: language, and the login
};

void DemoShoppers::start(TaskScope& scope) {
  for (int number = 0; number < settings_.shoppers; ++number) scope.spawn(shop(&scope, number));
}

Task<bool> DemoShoppers::pause(TaskScope* scope, double seconds_mean) {
  auto left = Millis{static_cast<std::int64_t>(seconds_mean * 1000 * (0.2 + 1.6 * random_share()))};
  while (left.count() > 0 && !scope->stopping()) {
    const Millis slice = std::min(left, kSliceMax);
    co_await sleep_for(slice);
    left -= slice;
  }
  co_return !scope->stopping();
}

Task<void> DemoShoppers::shop(TaskScope* scope, int number) {
  const double rate = settings_.orders_per_second;
  const double pause_s = rate > 0 ? settings_.shoppers / rate / kStepsPerOrder : kLookingPauseS;
  const bool has_login = number % 2 == 1 && !settings_.logins.empty();
  bool logged_in = false;
  Shopper shopper;
  const bool started = co_await pause(scope, pause_s);
  if (!started) co_return;
  while (!scope->stopping()) {
    if (has_login && !logged_in) {
      DemoLogin login = settings_.logins[static_cast<std::size_t>(number / 2) % settings_.logins.size()];
      const auto token = co_await log_in(std::move(login));
      logged_in = token.has_value();
      shopper.headers = {{"Accept-Language", number % 4 < 2 ? "ko-KR" : "en-US"}};
      if (token) shopper.headers.push_back({"Authorization", "Bearer " + *token});
    } else if (shopper.headers.empty()) {
      shopper.headers = {{"Accept-Language", number % 4 < 2 ? "ko-KR" : "en-US"}};
    }
    Choice choice = co_await look_around(&shopper, "");
    bool going_on = co_await pause(scope, pause_s);
    if (going_on && !choice.next_cursor.empty() && random_share() < 0.4) {
      Choice further = co_await look_around(&shopper, choice.next_cursor);
      if (!further.product.empty()) choice = std::move(further);
    }
    if (going_on) going_on = co_await pause(scope, pause_s);
    if (going_on && !choice.product.empty()) co_await look_at(&shopper, choice.product);
    if (going_on) going_on = co_await pause(scope, pause_s);
    if (going_on && !choice.product.empty() && rate > 0) {
      const bool known = co_await buy(&shopper, choice.product);
      if (!known) logged_in = false;
    }
    if (going_on) going_on = co_await pause(scope, pause_s);
  }
}

Task<std::optional<std::string>> DemoShoppers::log_in(DemoLogin login) {
  DemoRequest request;
  request.method = HttpMethod::post;
  request.path = "/api/auth/login";
  JsonWriter(request.body).begin_object().field("email", login.email).field("password", login.password).end_object();
  const auto answer = co_await client_.ask(std::move(request));
  if (!answer || answer->status != 200) co_return std::nullopt;
  const auto body = parse_json(answer->body);
  if (!body) co_return std::nullopt;
  std::string token = text_member(*body, "accessToken");
  if (token.empty()) co_return std::nullopt;
  co_return token;
}

Task<DemoShoppers::Choice> DemoShoppers::look_around(Shopper* shopper, std::string cursor) {
  DemoRequest request;
  request.path = cursor.empty() ? "/api/products" : "/api/products?cursor=" + cursor;
  request.headers = shopper->headers;
  const auto answer = co_await client_.ask(std::move(request));
  Choice choice;
  const auto body = answer && answer->status == 200 ? parse_json(answer->body) : fail(ErrorCode::unavailable, "");
  if (!body) {
    ++counts_.lock()->failed;
    co_return choice;
  }
  ++counts_.lock()->looks;
  choice.next_cursor = text_member(*body, "nextCursor");
  const auto* data = json_member(*body, "data");
  if (data == nullptr || !data->is_array()) co_return choice;
  std::vector<std::string> wanted;
  for (const auto& product : data->get_array()) {
    if (available(product) > 0 && text_member(product, "category") != settings_.avoid_category) {
      wanted.push_back(text_member(product, "id"));
    }
  }
  if (wanted.empty()) co_return choice;
  // What stands first sells best.
  const double position = std::min(random_share(), random_share());
  choice.product = wanted[static_cast<std::size_t>(position * static_cast<double>(wanted.size()))];
  co_return choice;
}

Task<void> DemoShoppers::look_at(Shopper* shopper, std::string product) {
  DemoRequest request;
  request.path = "/api/products/" + product;
  request.headers = shopper->headers;
  const auto answer = co_await client_.ask(std::move(request));
  const auto counts = counts_.lock();
  if (answer && answer->status == 200) {
    ++counts->looks;
  } else {
    ++counts->failed;
  }
}

Task<bool> DemoShoppers::buy(Shopper* shopper, std::string product) {
  DemoRequest request;
  request.method = HttpMethod::post;
  request.path = "/api/orders";
  request.headers = shopper->headers;
  request.headers.push_back({"Idempotency-Key", "shopper-" + std::to_string(random_u64())});
  JsonWriter json(request.body);
  const bool is_guest = shopper->headers.size() == 1;
  if (is_guest && random_share() < 0.5) {
    json.begin_object().field("productId", product).end_object();
  } else {
    json.begin_object().key("items").begin_array().begin_object().field("productId", product);
    json.field("quantity", random_share() < 0.85 ? 1 : 2).end_object().end_array();
    json.key("payment").begin_object().field("method", "card");
    json.field("token", random_share() < 0.96 ? "tok_ok" : "tok_declined").end_object().end_object();
  }
  const auto answer = co_await client_.ask(std::move(request));
  const auto counts = counts_.lock();
  const int status = answer ? answer->status : 0;
  if (status == 201) {
    ++counts->orders;
  } else if (status == 402 || status == 409) {
    ++counts->refused;
  } else {
    ++counts->failed;
  }
  co_return status != 401;
}

}  // namespace jangteo
