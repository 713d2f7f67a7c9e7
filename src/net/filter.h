// The filter chain around the router, a visible list made in app/composition, outermost first: request id → server
// timing, security headers → metrics → access log → rate limit (address) → authentication → rate limit (principal) →
// route. A filter may answer at once (before) and may change the answer (after). Filters are called from every loop at
// once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http_message.h"
#include "net/router.h"

namespace jangteo {

class Filter {
 public:
  virtual ~Filter() = default;
  virtual std::string_view name() const = 0;
  // Before the handler; `route` is null when none matched. An answer ends the way down; after() of this and outer
  // filters still runs.
  virtual std::optional<HttpResponse> before(HttpRequest&, const Route*) { return {}; }
  virtual void after(const HttpRequest&, const Route*, HttpResponse&) {}
  // Whether it also sees what the server refuses while it reads (400, 408, 413, 431 ...), with what was read until then
  // and no route. Its before() must not answer then.
  virtual bool sees_refusals() const { return false; }
};

class FilterChain {
 public:
  void add(std::shared_ptr<Filter> filter) { filters_.push_back(std::move(filter)); }

  // Runs before() from the outside in; `entered` tells after() how far it came.
  std::optional<HttpResponse> before(HttpRequest& request, const Route* route, std::size_t& entered) const {
    for (entered = 0; entered < filters_.size();) {
      auto answer = filters_[entered++]->before(request, route);
      if (answer) return answer;
    }
    return {};
  }
  void after(const HttpRequest& request, const Route* route, HttpResponse& response, std::size_t entered) const {
    while (entered > 0) filters_[--entered]->after(request, route, response);
  }
  // The same for a refusal, which `make_answer` renders when the request has its id.
  template <class MakeAnswer>
  HttpResponse refuse(HttpRequest& request, MakeAnswer make_answer) const {
    for (const auto& filter : filters_) {
      if (filter->sees_refusals()) filter->before(request, nullptr);
    }
    HttpResponse response = make_answer(request);
    for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter) {
      if ((*filter)->sees_refusals()) (*filter)->after(request, nullptr, response);
    }
    return response;
  }

 private:
  std::vector<std::shared_ptr<Filter>> filters_;
};

// Checks a bearer token (or other credentials of the request); empty principal when there are none, `unauthorized` when
// they are bad.
using Authenticate = std::function<Result<Principal>(const HttpRequest&)>;

}  // namespace jangteo
