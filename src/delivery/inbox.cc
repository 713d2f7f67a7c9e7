#include "delivery/inbox.h"

namespace jangteo {

namespace {
const SqlStatement kRemember{"INSERT INTO inbox(consumer, event_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"};
const SqlStatement kForget{"DELETE FROM inbox WHERE consumer = ? AND at < ?"};
}  // namespace

bool first_time(SqlTx& tx, std::string_view consumer, std::string_view event_id, Timestamp now) {
  return tx.exec(kRemember, {consumer, event_id, now}) == 1;
}

std::int64_t forget_events(SqlTx& tx, std::string_view consumer, Timestamp before) {
  return tx.exec(kForget, {consumer, before});
}

}  // namespace jangteo
