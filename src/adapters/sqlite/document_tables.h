// SqliteDocumentStore: ports/document_store.h on one SQLite file (any SqlDatabase of the SQLite adapter). Collections
// are created at start, before the first request; everything else may come from any loop. Not the owner of the
// database. Layout of the tables: adapters/sqlite/document_sql.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/document_store.h"
#include "ports/sql_database.h"

namespace jangteo {

class SqliteDocumentStore final : public DocumentStore {
 public:
  explicit SqliteDocumentStore(SqlDatabase& database);
  ~SqliteDocumentStore() override;

  // `invalid` for a name or path outside the grammar, or when an index of this name exists with other members.
  Status create_collection(const CollectionSettings& settings) override;

  Task<Result<std::optional<Document>>> get(Call call, std::string collection, std::string id) override;
  Task<Result<std::vector<Document>>> find(Call call, DocumentQuery query) override;
  Task<Result<std::int64_t>> count(Call call, std::string collection) override;
  Task<Status> insert(Call call, std::string collection, std::vector<Document> documents) override;
  Task<Result<std::int64_t>> replace(Call call, std::string collection, Document document,
                                     std::int64_t expected_version) override;
  Task<Status> remove(Call call, std::string collection, std::string id, std::int64_t expected_version) override;

 private:
  struct Collection;
  Result<const Collection*> find_collection(const std::string& name) const;

  SqlDatabase& database_;
  std::map<std::string, std::unique_ptr<Collection>, std::less<>> collections_;
};

}  // namespace jangteo
