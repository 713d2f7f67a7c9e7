// The SQL of the @name@ service, and nothing else: each function is one statement inside the caller's unit of work
// (ports/sql_database.h), on a storage thread.
#pragma once

#include <optional>

#include "ports/sql_database.h"
#include "services/@name@/@name@_api.h"

namespace jangteo {

void insert_@name@(SqlTx& tx, const @Name@& item);
std::optional<@Name@> find_@name@(SqlReader& reader, @Name@Id id);

}  // namespace jangteo
