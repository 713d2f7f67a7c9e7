#include "app/storage.h"

#include "base/hash.h"
#include "base/json.h"
#include "services/order/order_api.h"
#include "services/payment/payment_api.h"
#include "services/product/product_api.h"

namespace jangteo {

namespace {

constexpr int kFormat = 1;
constexpr std::int64_t kCheckpointPages = 1000;  // of 4 KiB

Status create_topics(EventLog& log, std::uint32_t shards) {
  for (const auto topic : {kOrderEventsTopic, kStockCommandsTopic, kStockRepliesTopic, kPaymentRepliesTopic}) {
    JT_TRY(log.create_topic(TopicSettings{std::string(topic), shards}));
  }
  return log.create_topic(TopicSettings{std::string(kPaymentCommandsTopic), 1});
}

}  // namespace

Result<std::uint32_t> stored_shards(const std::string& directory) {
  const std::string path = directory + "/meta.json";
  auto text = read_file(path, 4096);
  if (!text) return std::unexpected<Error>(std::move(text).error());
  const auto meta = parse_json(*text);
  const auto* shards = meta ? json_member(*meta, "shards") : nullptr;
  const auto* format = meta ? json_member(*meta, "format") : nullptr;
  if (shards == nullptr || !shards->is_int64() || shards->get_int64() < 1 || shards->get_int64() > 32 ||
      format == nullptr || !format->is_int64()) {
    return fail(ErrorCode::internal, path + " is damaged");
  }
  if (format->get_int64() != kFormat) {
    return fail(ErrorCode::invalid,
                path + ": format " + std::to_string(format->get_int64()) + " is of another version of jangteo");
  }
  return static_cast<std::uint32_t>(shards->get_int64());
}

std::vector<SqlDatabase*> Storage::orders() const {
  std::vector<SqlDatabase*> all;
  for (const auto& database : orders_) all.push_back(database.get());
  return all;
}

std::vector<SqlDatabase*> Storage::stocks() const {
  std::vector<SqlDatabase*> all;
  for (const auto& database : stocks_) all.push_back(database.get());
  return all;
}

void Storage::close() {
  orders_.clear();
  stocks_.clear();
  payments_.reset();
  products_.reset();
  users_.reset();
  if (log_) log_->stop();
}

Result<std::unique_ptr<Storage>> Storage::open(const StorageSettings& settings, Clock& clock,
                                               MetricsRegistry& metrics) {
  auto directory = DataDirectory::open(settings.directory);
  if (!directory) return std::unexpected<Error>(std::move(directory).error());
  std::unique_ptr<Storage> storage(new Storage(std::move(*directory), settings.read_threads));
  const auto& place = storage->directory_;

  std::uint32_t shards = settings.shards;
  auto stored = stored_shards(settings.directory);
  if (stored) {
    if (settings.shards_given && settings.shards != *stored) {
      return fail(ErrorCode::invalid, "storage.shards is " + std::to_string(settings.shards) + " but " +
                                          settings.directory + " was made with " + std::to_string(*stored) +
                                          "; the number is fixed at the first start");
    }
    shards = *stored;
  } else if (stored.error().code == ErrorCode::not_found) {
    std::string meta;
    JsonWriter(meta)
        .begin_object()
        .field("format", kFormat)
        .field("shards", static_cast<std::int64_t>(shards))
        .end_object();
    JT_TRY(write_file_atomically(place.file("meta.json"), meta + "\n"));
  } else {
    return std::unexpected<Error>(std::move(stored).error());
  }
  JT_TRY(make_directories(place.file("images")));

  const auto database = [&](const std::string& file, const std::string& name) {
    SqliteSettings sqlite;
    sqlite.path = place.file(file);
    sqlite.name = name;
    sqlite.group_wait_us = settings.group_wait_us;
    sqlite.queue_count_max = settings.queue_count_max;
    sqlite.metrics = &metrics;
    // Small and unlike each other, so that the files of equally busy shards are not checkpointed all at the same
    // moment.
    sqlite.checkpoint_pages = kCheckpointPages + static_cast<std::int64_t>(stable_hash(name) % kCheckpointPages);
    return SqliteDatabase::open(std::move(sqlite), storage->readers_);
  };
  const auto open_into = [&](std::unique_ptr<SqliteDatabase>& slot, const std::string& file,
                             const std::string& name) -> Status {
    auto opened = database(file, name);
    if (!opened) return std::unexpected<Error>(std::move(opened).error());
    slot = std::move(*opened);
    return {};
  };
  JT_TRY(open_into(storage->users_, "users.db", "users"));
  JT_TRY(open_into(storage->products_, "products.db", "products"));
  JT_TRY(open_into(storage->payments_, "payments.db", "payments"));
  for (std::uint32_t i = 0; i < shards; ++i) {
    const std::string number = std::to_string(i);
    JT_TRY(open_into(storage->orders_.emplace_back(), "order-" + number + ".db", "order-" + number));
    JT_TRY(open_into(storage->stocks_.emplace_back(), "stock-" + number + ".db", "stock-" + number));
  }
  if (settings.with_log) {
    SegmentLogSettings log;
    log.directory = place.file("log");
    log.sync_interval = settings.log_sync_interval;
    auto opened = LocalEventLog::open(log, clock, metrics);
    if (!opened) return std::unexpected<Error>(std::move(opened).error());
    storage->log_ = std::move(*opened);
    JT_TRY(create_topics(*storage->log_, shards));
  }
  return storage;
}

}  // namespace jangteo
