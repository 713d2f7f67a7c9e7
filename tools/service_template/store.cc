#include "services/@name@/@name@_store.h"

#include <string>

namespace jangteo {

namespace {

const SqlStatement kInsert{"INSERT INTO @name@(id, title, created_at) VALUES (?, ?, ?)"};
const SqlStatement kFind{"SELECT id, title, created_at FROM @name@ WHERE id = ?"};

}  // namespace

void insert_@name@(SqlTx& tx, const @Name@& item) { tx.exec(kInsert, {item.id, item.title, item.created_at}); }

std::optional<@Name@> find_@name@(SqlReader& reader, @Name@Id id) {
  std::optional<@Name@> found;
  reader.query(kFind, {id}, [&](const SqlRow& row) {
    found = @Name@{row.id<@Name@Id>(0), std::string(row.text(1)), row.time(2)};
  });
  return found;
}

}  // namespace jangteo
