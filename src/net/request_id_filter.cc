#include "net/request_id_filter.h"

#include <algorithm>

#include "runtime/trace.h"

namespace jangteo {

namespace {

bool is_sane(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace

std::optional<HttpResponse> RequestIdFilter::before(HttpRequest& request, const Route*) {
  const auto parent = parse_traceparent(request.header("traceparent"));
  request.call.trace = parent ? child_of(*parent) : new_trace();
  const std::string_view id = request.header("X-Request-Id");
  if (is_sane(id)) {
    request.request_id.assign(id);
  } else {
    request.request_id = request.call.trace.trace_id_hex();
  }
  return {};
}

void RequestIdFilter::after(const HttpRequest& request, const Route*, HttpResponse& response) {
  response.add_line("X-Request-Id", request.request_id);
  response.add_line("traceparent", request.call.trace.traceparent());
}

}  // namespace jangteo
