// Inbox: an event's effect happens once for consumers that have no natural key of their own. The id commits with the
// effect.
#pragma once

#include <string_view>

#include "base/time.h"
#include "ports/sql_database.h"

namespace jangteo {

// Within the unit of work of the effect: true the first time that `consumer` sees this event.
bool first_time(SqlTx& tx, std::string_view consumer, std::string_view event_id, Timestamp now);

// Forgets events older than `before` (longer ago than the event log keeps records). Returns how many.
std::int64_t forget_events(SqlTx& tx, std::string_view consumer, Timestamp before);

}  // namespace jangteo
