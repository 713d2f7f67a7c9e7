#include "services/@name@/@name@_routes.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "net/json_body.h"
#include "net/problem.h"
#include "services/@name@/domain/@name@_rules.h"

namespace jangteo {

namespace {

Task<HttpResponse> create(@Name@Service* service, HttpRequest* request);
Task<HttpResponse> get(@Name@Service* service, HttpRequest* request);

}  // namespace

std::vector<Route> @name@_routes(@Name@Service& service) {
  auto* s = &service;
  return {
      {.method = HttpMethod::post,
       .pattern = "/api/@path@",
       .name = "create@Name@",
       .access = Access::user,
       .rate = RateClass::write,
       .handle = [s](HttpRequest* request) { return create(s, request); }},
      {.method = HttpMethod::get,
       .pattern = "/api/@path@/{id}",
       .name = "get@Name@",
       .handle = [s](HttpRequest* request) { return get(s, request); }},
  };
}

namespace {

HttpResponse render(int status, const @Name@& item) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("id", std::string_view(item.id.text()))
      .field("title", item.title)
      .field("createdAt", item.created_at)
      .end_object();
  return HttpResponse::json(status, std::move(body));
}

Task<HttpResponse> create(@Name@Service* service, HttpRequest* request) {
  auto body = BodyReader::parse(*request);
  if (!body) co_return problem(body.error(), *request);
  auto title = body->text("title", {1, k@Name@TitleBytesMax});
  if (auto status = body->finish(); !status) co_return problem(status.error(), *request);
  const auto created = co_await service->create(request->call, std::move(title));
  if (!created) co_return problem(created.error(), *request);
  auto response = render(201, *created);
  response.with("Location", "/api/@path@/" + created->id.str());
  co_return response;
}

Task<HttpResponse> get(@Name@Service* service, HttpRequest* request) {
  const auto id = @Name@Id::parse(request->path_parameter("id"));
  if (!id) co_return problem(Error{ErrorCode::not_found, "there is no such @name@", {}, 0, {}}, *request);
  const auto found = co_await service->find(request->call, *id);
  if (!found) co_return problem(found.error(), *request);
  co_return render(200, *found);
}

}  // namespace

}  // namespace jangteo
