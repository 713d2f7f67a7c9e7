// The wiring of the @name@ service: constructs, opens, and names its routes; decides nothing.
#pragma once

#include <vector>

#include "net/router.h"
#include "ports/sql_database.h"
#include "runtime/clock.h"
#include "services/@name@/@name@_service.h"

namespace jangteo {

struct @Name@Dependencies {
  SqlDatabase* database = nullptr;
  Clock* clock = nullptr;
};

class @Name@Module {
 public:
  explicit @Name@Module(@Name@Dependencies dependencies);
  Status open();  // applies the schema; blocking, before the first request
  std::vector<Route> routes();
  @Name@Service& service() { return service_; }

 private:
  @Name@Dependencies dependencies_;
  @Name@Service service_;
};

}  // namespace jangteo
