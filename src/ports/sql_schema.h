// Applies the schema files that the build placed in the binary for one folder ("services/order/order_schema.h") to a
// database.
#pragma once

#include <span>
#include <vector>

#include "base/embedded_file.h"
#include "ports/sql_database.h"

namespace jangteo {

// Blocking, before the first job of the database. `module` is the folder's name.
inline Status apply_schema(SqlDatabase& database, std::string_view module, std::span<const EmbeddedFile> files) {
  std::vector<SqlDatabase::Migration> migrations;
  for (const auto& file : files) migrations.push_back({file.path, file.bytes});
  return database.migrate(module, migrations);
}

}  // namespace jangteo
