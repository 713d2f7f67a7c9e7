#include "services/@name@/@name@_module.h"

#include "ports/sql_schema.h"
#include "services/@name@/@name@_routes.h"
#include "services/@name@/@name@_schema.h"

namespace jangteo {

@Name@Module::@Name@Module(@Name@Dependencies dependencies)
    : dependencies_(dependencies), service_(*dependencies_.database, *dependencies_.clock) {}

Status @Name@Module::open() { return apply_schema(*dependencies_.database, "@name@", @name@_schema()); }

std::vector<Route> @Name@Module::routes() { return @name@_routes(service_); }

}  // namespace jangteo
