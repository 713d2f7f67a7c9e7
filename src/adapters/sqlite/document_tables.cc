#include "adapters/sqlite/document_tables.h"

#include <utility>

#include "adapters/sqlite/document_sql.h"

namespace jangteo {

namespace {

SqlValue to_sql(const DocumentValue& value) {
  return std::visit(
      [](const auto& content) -> SqlValue {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<T, bool>)
          return SqlValue(content ? 1 : 0);
        else
          return SqlValue(content);
      },
      value);
}

Document read_document(const SqlRow& row) {
  return Document{std::string(row.text(0)), row.integer(1), std::string(row.text(2))};
}

}  // namespace

// The statements of one table; they are prepared once per connection, so they live as long as the store.
struct SqliteDocumentStore::Collection {
  struct Unique {
    std::string name;
    std::string find_text;  // the id of another document with the same members
    SqlStatement find;
    Unique(std::string index_name, std::string text)
        : name(std::move(index_name)), find_text(std::move(text)), find(find_text.c_str()) {}
  };

  explicit Collection(CollectionSettings given)
      : settings(std::move(given)),
        table(document_table(settings.name)),
        get_text("SELECT id, version, json FROM " + table + " WHERE id = ?"),
        count_text("SELECT count(*) FROM " + table),
        insert_text("INSERT INTO " + table + "(id, version, json) VALUES (?, 1, ?) ON CONFLICT DO NOTHING"),
        replace_text("UPDATE OR IGNORE " + table + " SET version = version + 1, json = ? WHERE id = ?"),
        remove_text("DELETE FROM " + table + " WHERE id = ?"),
        get(get_text.c_str()),
        count(count_text.c_str()),
        insert(insert_text.c_str()),
        replace(replace_text.c_str()),
        remove(remove_text.c_str()) {
    for (const auto& index : settings.indexes) {
      if (!index.unique) continue;
      std::string text = "SELECT id FROM " + table + " WHERE id <> ?1";
      for (const auto& path : index.paths) {
        text += " AND " + document_expression(path) + " = json_extract(?2, '$." + path + "')";
      }
      uniques.push_back(std::make_unique<Unique>(index.name, text));
    }
  }

  // Why a write of `document` was refused by a unique index.
  std::unexpected<Error> taken(SqlTx& tx, const Document& document) const {
    Error error{ErrorCode::conflict, "another document has the same", {}, 0, "id"};
    for (const auto& unique : uniques) {
      if (tx.query(unique->find, {document.id, document.json}, [](const SqlRow&) {}) > 0) error.link = unique->name;
    }
    error.detail += " " + error.link;
    return fail(std::move(error));
  }

  Result<std::int64_t> version(SqlTx& tx, const std::string& id, std::int64_t expected) const {
    std::int64_t found = 0;
    if (tx.query(get, {id}, [&](const SqlRow& row) { found = row.integer(1); }) == 0) {
      return fail(ErrorCode::not_found, "no such document in " + settings.name);
    }
    if (expected != 0 && found != expected) {
      return fail(ErrorCode::version_mismatch, "the document has version " + std::to_string(found));
    }
    return found;
  }

  CollectionSettings settings;
  std::string table;
  std::string get_text, count_text, insert_text, replace_text, remove_text;
  SqlStatement get, count, insert, replace, remove;
  std::vector<std::unique_ptr<Unique>> uniques;
};

SqliteDocumentStore::SqliteDocumentStore(SqlDatabase& database) : database_(database) {}
SqliteDocumentStore::~SqliteDocumentStore() = default;

Status SqliteDocumentStore::create_collection(const CollectionSettings& settings) {
  if (!is_document_name(settings.name)) return fail_field(settings.name, "is no name of a collection");
  for (const auto& index : settings.indexes) {
    if (!is_document_name(index.name) || index.paths.empty()) return fail_field(index.name, "is no name of an index");
    for (const auto& path : index.paths) {
      if (!is_document_path(path)) return fail_field(path, "is no path of a document");
    }
  }
  JT_TRY(database_.write_blocking([&](SqlTx& tx) -> Status {
    const auto run = [&](const std::string& text) { tx.query_text(text, {}, [](const SqlRow&) {}); };
    run("CREATE TABLE IF NOT EXISTS " + document_table(settings.name) +
        "(id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL)");
    for (const auto& index : settings.indexes) {
      const std::string name = document_index(settings.name, index);
      const std::string wanted = create_document_index(settings.name, index);
      std::string present;
      const SqlValue values[] = {name};
      tx.query_text("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", values,
                    [&](const SqlRow& row) { present = row.text(0); });
      if (present.empty()) {
        run(wanted);
      } else if (present != wanted) {
        return fail_field(index.name, "exists with other members");
      }
    }
    return {};
  }));
  collections_[settings.name] = std::make_unique<Collection>(settings);
  return {};
}

Result<const SqliteDocumentStore::Collection*> SqliteDocumentStore::find_collection(const std::string& name) const {
  const auto found = collections_.find(name);
  if (found == collections_.end()) return fail(ErrorCode::not_found, "no collection " + name);
  return found->second.get();
}

Task<Result<std::optional<Document>>> SqliteDocumentStore::get(Call call, std::string collection, std::string id) {
  const auto found = find_collection(collection);
  JT_CO_TRY(found);
  auto work = [in = *found, id = std::move(id)](SqlReader& reader) -> Result<std::optional<Document>> {
    std::optional<Document> document;
    reader.query(in->get, {id}, [&](const SqlRow& row) { document = read_document(row); });
    return document;
  };
  co_return co_await read(database_, call, std::move(work));
}

Task<Result<std::vector<Document>>> SqliteDocumentStore::find(Call call, DocumentQuery query) {
  JT_CO_TRY(find_collection(query.collection));
  auto parts = select_documents(query);
  JT_CO_TRY(parts);
  auto work = [parts = std::move(*parts), limit = query.limit](SqlReader& reader) -> Result<std::vector<Document>> {
    std::vector<Document> documents;
    for (const auto& part : parts) {
      std::vector<SqlValue> values;
      for (const auto& value : part.values) values.push_back(to_sql(value));
      values.emplace_back(static_cast<std::int64_t>(limit - documents.size()));
      reader.query_text(part.text, values, [&](const SqlRow& row) { documents.push_back(read_document(row)); });
      if (documents.size() == limit) break;
    }
    return documents;
  };
  co_return co_await read(database_, call, std::move(work));
}

Task<Result<std::int64_t>> SqliteDocumentStore::count(Call call, std::string collection) {
  const auto found = find_collection(collection);
  JT_CO_TRY(found);
  auto work = [in = *found](SqlReader& reader) -> Result<std::int64_t> {
    std::int64_t count = 0;
    reader.query(in->count, {}, [&](const SqlRow& row) { count = row.integer(0); });
    return count;
  };
  co_return co_await read(database_, call, std::move(work));
}

Task<Status> SqliteDocumentStore::insert(Call call, std::string collection, std::vector<Document> documents) {
  const auto found = find_collection(collection);
  JT_CO_TRY(found);
  auto work = [in = *found, documents = std::move(documents)](SqlTx& tx) -> Status {
    for (const auto& document : documents) {
      if (tx.exec(in->insert, {document.id, document.json}) == 0) return in->taken(tx, document);
    }
    return {};
  };
  co_return co_await write(database_, call, std::move(work));
}

Task<Result<std::int64_t>> SqliteDocumentStore::replace(Call call, std::string collection, Document document,
                                                        std::int64_t expected_version) {
  const auto found = find_collection(collection);
  JT_CO_TRY(found);
  auto work = [in = *found, document = std::move(document), expected_version](SqlTx& tx) -> Result<std::int64_t> {
    const auto version = in->version(tx, document.id, expected_version);
    JT_TRY(version);
    if (tx.exec(in->replace, {document.json, document.id}) == 0) return in->taken(tx, document);
    return *version + 1;
  };
  co_return co_await write(database_, call, std::move(work));
}

Task<Status> SqliteDocumentStore::remove(Call call, std::string collection, std::string id,
                                         std::int64_t expected_version) {
  const auto found = find_collection(collection);
  JT_CO_TRY(found);
  auto work = [in = *found, id = std::move(id), expected_version](SqlTx& tx) -> Status {
    JT_TRY(in->version(tx, id, expected_version));
    tx.exec(in->remove, {id});
    return {};
  };
  co_return co_await write(database_, call, std::move(work));
}

}  // namespace jangteo
