// HTTP face of the @name@ service: parse, call, render.
#pragma once

#include <vector>

#include "net/router.h"
#include "services/@name@/@name@_service.h"

namespace jangteo {

std::vector<Route> @name@_routes(@Name@Service& service);  // the service outlives them

}  // namespace jangteo
