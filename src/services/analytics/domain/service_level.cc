#include "services/analytics/domain/service_level.h"

#include <algorithm>

namespace jangteo {

namespace {
constexpr Millis kWindow{30LL * 24 * 3600 * 1000};
constexpr Millis kStep{3600 * 1000};
}  // namespace

void ServiceLevel::record(Timestamp now, std::uint64_t requests, std::uint64_t bad) {
  latest_ = {now, requests, bad};
  if (marks_.empty()) marks_.push_back({now, 0, 0});
  if (now - marks_.back().at >= kStep) marks_.push_back(latest_);
  while (marks_.size() > 1 && now - marks_[1].at >= kWindow) marks_.pop_front();
}

double ServiceLevel::availability() const {
  if (marks_.empty()) return 1;
  const auto requests = latest_.requests - marks_.front().requests;
  if (requests == 0) return 1;
  const auto bad = std::min(latest_.bad - marks_.front().bad, requests);
  return static_cast<double>(requests - bad) / static_cast<double>(requests);
}

}  // namespace jangteo
