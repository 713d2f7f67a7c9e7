// Any body is read into values within their limits, or refused with the parameters named.
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "net/json_body.h"
#include "net/list_query.h"
#include "net/problem.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  jangteo::HttpRequest request;
  request.body = bytes;
  auto body = jangteo::BodyReader::parse(request);
  if (body) {
    const std::string name = body->text("name", {1, 20});
    JT_ASSERT(name.size() <= 80 && jangteo::is_utf8(name), "text is limited");
    const std::int64_t quantity = body->integer_or("quantity", 1, {1, 1000});
    JT_ASSERT(quantity >= 1 && quantity <= 1000, "a number is within its limits");
    body->money("price", {0, INT64_MAX});
    body->id<jangteo::ProductId>("productId");
    auto payment = body->object("payment");
    payment.text("token");
    payment.optional_flag("saved");
    const auto items = body->objects("items", 1, 5);
    JT_ASSERT(items.size() <= 5, "arrays are limited");
    for (auto item : items) item.integer("quantity", {1, 10});
    body->optional_texts("tags", 3, {0, 5});
  }
  const jangteo::Status status = body ? body->finish() : jangteo::Status(std::unexpected(body.error()));
  if (!status) {
    const auto answer = jangteo::problem(status.error(), request);
    JT_ASSERT(jangteo::BodyReader::parse_text(answer.body), "a problem is JSON");
  }
  request.set_target("/?" + std::string(bytes));
  const jangteo::ListRules rules{
      {"createdAt"}, "-createdAt", {{"price", jangteo::FilterKind::integer, true, true}}, {"q"}, 100};
  if (const auto query = jangteo::read_list_query(request, rules)) {
    JT_ASSERT(query->limit >= 1 && query->limit <= 100, "a page is limited");
  }
  return 0;
}
