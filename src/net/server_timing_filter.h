// Server-Timing on every answer (https://www.w3.org/TR/server-timing/): where its time went, in milliseconds, and the
// number of queries. For demonstrations and development: it tells strangers how the inside performs.
#pragma once

#include "net/filter.h"

namespace jangteo {

class ServerTimingFilter final : public Filter {
 public:
  std::string_view name() const override { return "server timing"; }
  void after(const HttpRequest& request, const Route* route, HttpResponse& response) override;
};

}  // namespace jangteo
