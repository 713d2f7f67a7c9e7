// The door of the @name@ service: all that other services may know of it.
#pragma once

#include <string>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/call.h"
#include "runtime/task.h"

namespace jangteo {

struct @Name@Tag {
  static constexpr std::string_view kPrefix = "@prefix@";
};
using @Name@Id = Id<@Name@Tag>;

struct @Name@ {
  @Name@Id id;
  std::string title;
  Timestamp created_at;
};

class @Name@Api {
 public:
  virtual ~@Name@Api() = default;
  virtual Task<Result<@Name@>> find(Call call, @Name@Id id) = 0;  // `not_found`
};

}  // namespace jangteo
