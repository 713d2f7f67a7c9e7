#include "services/order/saga_waiters.h"

namespace jangteo {

namespace {

Task<void> alarm(SagaWaiters::Ticket ticket, Millis length) {
  co_await sleep_for(length);
  ticket->set();
}

}  // namespace

SagaWaiters::Ticket SagaWaiters::enter(OrderId order) {
  auto ticket = std::make_shared<AsyncEvent>();
  auto& own = part(order);
  const std::lock_guard lock(own.mutex);
  own.tickets.emplace(order, ticket);
  return ticket;
}

Task<void> SagaWaiters::wait(OrderId order, Ticket ticket, Millis length) {
  start(alarm(ticket, length), [] {});  // ends by itself; holds nothing but the ticket
  co_await ticket->wait();
  leave(order, ticket);
}

void SagaWaiters::leave(OrderId order, const Ticket& ticket) {
  auto& own = part(order);
  const std::lock_guard lock(own.mutex);
  auto [first, last] = own.tickets.equal_range(order);
  for (; first != last; ++first) {
    if (first->second == ticket) {
      own.tickets.erase(first);
      return;
    }
  }
}

void SagaWaiters::ended(OrderId order) {
  auto& own = part(order);
  const std::lock_guard lock(own.mutex);
  auto [first, last] = own.tickets.equal_range(order);
  for (; first != last; ++first) first->second->set();
}

}  // namespace jangteo
