// @Name@Service: the use cases. Decides with the rules of domain/, stores through @name@_store. Any loop; owns nothing
// that it was given.
#pragma once

#include <string>

#include "ports/sql_database.h"
#include "runtime/clock.h"
#include "services/@name@/@name@_api.h"

namespace jangteo {

class @Name@Service final : public @Name@Api {
 public:
  @Name@Service(SqlDatabase& database, Clock& clock) : database_(database), clock_(clock) {}

  Task<Result<@Name@>> create(Call call, std::string title);  // durable when it returns; `invalid` names the parameter
  Task<Result<@Name@>> find(Call call, @Name@Id id) override;

 private:
  SqlDatabase& database_;
  Clock& clock_;
};

}  // namespace jangteo
