#pragma once

#include <vector>

#include "net/router.h"
#include "services/order/order_service.h"

namespace jangteo {

struct OrderRouteSettings {
  bool guests_allowed = true;
  bool idempotency_required = false;
};

// The service outlives the routes.
std::vector<Route> order_routes(OrderService& service, PaymentApi& payments, OrderRouteSettings settings);

}  // namespace jangteo
