#include "services/@name@/@name@_service.h"

#include <optional>
#include <utility>

#include "runtime/entropy.h"
#include "services/@name@/@name@_store.h"
#include "services/@name@/domain/@name@_rules.h"

namespace jangteo {

Task<Result<@Name@>> @Name@Service::create(Call call, std::string title) {
  JT_CO_TRY(check_@name@_title(title));
  const auto now = clock_.now();
  const @Name@ item{new_id<@Name@Id>(now), std::move(title), now};
  auto work = [item](SqlTx& tx) -> Result<@Name@> {
    insert_@name@(tx, item);
    return item;
  };
  co_return co_await write(database_, call, std::move(work));
}

Task<Result<@Name@>> @Name@Service::find(Call call, @Name@Id id) {
  auto work = [id](SqlReader& reader) -> Result<@Name@> {
    auto found = find_@name@(reader, id);
    if (!found) return fail(ErrorCode::not_found, "there is no such @name@");
    return std::move(*found);
  };
  co_return co_await read(database_, call, std::move(work));
}

}  // namespace jangteo
