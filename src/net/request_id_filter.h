// Gives each request its id and its trace, and names both in the answer: X-Request-Id (the client's when it is 1-128
// characters of A-Z a-z 0-9 . _ - else the trace id) and traceparent (W3C trace context; continues the client's trace).
#pragma once

#include "net/filter.h"

namespace jangteo {

class RequestIdFilter final : public Filter {
 public:
  std::string_view name() const override { return "request id"; }
  std::optional<HttpResponse> before(HttpRequest& request, const Route* route) override;
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;
  bool sees_refusals() const override { return true; }
};

}  // namespace jangteo
