// Requests that wait for their saga's end (Prefer: wait). Thread-safe; bounded by the number of requests in flight.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.h"
#include "runtime/async_event.h"
#include "runtime/task.h"

namespace jangteo {

class SagaWaiters {
 public:
  using Ticket = std::shared_ptr<AsyncEvent>;

  // Before the order becomes visible to its saga, so that no end is missed.
  Ticket enter(OrderId order);
  // Resumes at the saga's end or after `length`, on the calling loop; the ticket is given back.
  Task<void> wait(OrderId order, Ticket ticket, Millis length);
  void leave(OrderId order, const Ticket& ticket);
  void ended(OrderId order);  // any thread

 private:
  struct Part {
    std::mutex mutex;
    std::unordered_multimap<OrderId, Ticket> tickets;
  };
  Part& part(OrderId order) { return parts_[order.route() % parts_.size()]; }
  std::array<Part, 16> parts_;
};

}  // namespace jangteo
