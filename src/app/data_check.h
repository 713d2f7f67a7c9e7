// The invariants of a data directory, read from its files alone. Each broken one is a finding that names database and
// row; what is under way (running sagas, messages not yet published, requests not yet answered) is counted as pending
// and is no damage.
//   stock:    on_hand = sum of movements; reserved = sum of held reservations; neither below zero; reserved <= on_hand
//   stock:    sale and restock movements match committed and restocked reservations
//   orders:   total = sum of lines; status and saga agree; lines held or committed = lines of orders in those states
//   payments: a captured one has a confirmed order or a refund, none is captured before; refunds sum up; a confirmed
//             order whose saga ended is captured
//   keys:     each bound to an order that exists; no order bound by two keys
//   files:    every database and every frame of the event log is whole; no consumer has read beyond the log's end
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace jangteo {

struct CheckFinding {
  std::string rule;   // stable slug: "stock.on_hand_differs"
  std::string where;  // "stock-2.db stock_level var_..."
  std::string detail;
};

struct CheckReport {
  std::vector<CheckFinding> damage;  // at most kDamageMax are kept
  std::uint64_t damage_count = 0;
  std::map<std::string, std::uint64_t> counts;   // rows looked at: "orders", "payments" ...
  std::map<std::string, std::uint64_t> pending;  // "sagas", "outboxRows", "paymentTasks", "unansweredKeys"
  void add(std::string rule, std::string where, std::string detail);
  std::string to_json() const;
  static constexpr std::size_t kDamageMax = 1000;
};

// Takes the directory's lock for the time it reads. not_found, conflict (in use), internal.
Result<CheckReport> check_data(const std::string& directory);

}  // namespace jangteo
