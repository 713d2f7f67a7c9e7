#include "app/page_routes.h"

#include "app/embedded_files.h"
#include "net/etag.h"

namespace jangteo {

namespace {

std::string_view content_type_of(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto ending = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  if (ending == "html") return "text/html; charset=utf-8";
  if (ending == "js" || ending == "mjs") return "text/javascript; charset=utf-8";
  if (ending == "css") return "text/css; charset=utf-8";
  if (ending == "svg") return "image/svg+xml";
  if (ending == "json") return "application/json";
  if (ending == "png") return "image/png";
  if (ending == "webp") return "image/webp";
  if (ending == "woff2") return "font/woff2";
  return "application/octet-stream";
}

Route plain(std::string_view pattern, std::string_view name, std::function<HttpResponse(const HttpRequest&)> answer) {
  Route route{HttpMethod::get, pattern, name, Access::everyone, RateClass::none, {}, {}};
  route.handle = [answer](HttpRequest* request) -> Task<HttpResponse> {
    return [](HttpResponse response) -> Task<HttpResponse> { co_return response; }(answer(*request));
  };
  route.fast = [answer](const HttpRequest& request) -> std::optional<HttpResponse> { return answer(request); };
  return route;
}

}  // namespace

Route PageRoutes::page_route(const Page& page) {
  return plain(page.path, "page", [&page](const HttpRequest& request) {
    HttpResponse response;
    response.content_type = page.content_type;
    response.with("ETag", page.etag)
        .with("Cache-Control", page.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (is_not_modified(request, page.etag)) {
      response.status = 304;
    } else {
      response.shared_body = page.bytes;
    }
    return response;
  });
}

std::vector<Route> PageRoutes::routes() {
  std::vector<Route> routes;
  routes.push_back(
      plain("/healthz", "getHealth", [](const HttpRequest&) { return HttpResponse::json(200, R"({"status":"ok"})"); }));
  routes.push_back(plain("/readyz", "getReadiness", [this](const HttpRequest&) {
    return ready_.load() ? HttpResponse::json(200, R"({"status":"ready"})")
                         : HttpResponse::json(503, R"({"status":"draining"})");
  }));
  routes.push_back(plain("/metrics", "getMetrics", [this](const HttpRequest&) {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics_.render();
    return response;
  }));
  const auto add = [&](std::string path, const EmbeddedFile& file, bool immutable) {
    auto& page = pages_.emplace_back();
    page.path = std::move(path);
    page.bytes = std::make_shared<const std::string>(file.bytes);
    page.etag = etag_of_bytes(file.bytes);
    page.content_type = content_type_of(file.path);
    page.immutable = immutable;
    routes.push_back(page_route(page));
    if (page.path == "/openapi.json") routes.back().name = "getOpenApi";
  };
  for (const auto& file : embedded_files()) {
    const std::string path(file.path);
    if (path == "index.html") {
      add("/", file, false);
    } else if (path.ends_with("/index.html")) {
      add("/" + path.substr(0, path.size() - std::string_view("/index.html").size()), file, false);
    } else {
      add("/" + path, file, path.starts_with("assets/"));
    }
  }
  for (const auto& file : embedded_api()) add("/" + std::string(file.path), file, false);
  return routes;
}

}  // namespace jangteo
