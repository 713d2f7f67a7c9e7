// Result<T>: a value or an Error. For what can happen; what cannot happen is asserted.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace jangteo {

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected<Error>(Error{code, std::move(detail), {}, 0, {}});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

// 422 that names the parameter at fault.
inline std::unexpected<Error> fail_field(std::string param, std::string detail) {
  Error error{ErrorCode::invalid, param + ": " + detail, {}, 0, {}};
  error.fields.push_back(FieldError{std::move(param), "invalid", std::move(detail)});
  return std::unexpected<Error>(std::move(error));
}

}  // namespace jangteo

// Leaves the function with the error of a Status or Result expression; the value is dropped.
#define JT_TRY(expression)                                                    \
  do {                                                                        \
    if (auto&& jt_status = (expression); !jt_status) {                        \
      return std::unexpected<::jangteo::Error>(std::move(jt_status).error()); \
    }                                                                         \
  } while (false)

// The same in a coroutine. `expression` must not hold a co_await (name its result first).
#define JT_CO_TRY(expression)                                                    \
  do {                                                                           \
    if (auto&& jt_status = (expression); !jt_status) {                           \
      co_return std::unexpected<::jangteo::Error>(std::move(jt_status).error()); \
    }                                                                            \
  } while (false)
