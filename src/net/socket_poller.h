// SocketPoller: readiness of many sockets on one Loop with the fewest system calls: an epoll instance of its own, edge
// triggered, that Asio watches as one descriptor. A request then costs one read and one write; waiting for the next one
// costs none, and an idle socket holds no pending operation. Everything belongs to the loop's thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/loop.h"

namespace jangteo {

struct Readiness {
  bool readable = false;
  bool writable = false;
  bool peer_closed = false;  // the peer sends no more (its bytes may still wait to be read)
  bool broken = false;       // gone in both directions, or an error
};

class SocketWatcher {
 public:
  // Edge triggered: told once; it remembers until a read or write said "not now". It may remove and destroy itself and
  // other watchers.
  virtual void on_ready(Readiness readiness) = 0;

 protected:
  ~SocketWatcher() = default;
};

class SocketPoller {
 public:
  explicit SocketPoller(Loop& loop);
  ~SocketPoller();
  SocketPoller(const SocketPoller&) = delete;
  SocketPoller& operator=(const SocketPoller&) = delete;

  bool add(int descriptor, SocketWatcher& watcher);           // for reading and writing; false when the kernel refuses
  bool add_listener(int descriptor, SocketWatcher& watcher);  // level triggered, for reading only
  void remove(int descriptor, SocketWatcher& watcher);        // before the descriptor is closed

  // Called after each batch of events, before the loop goes on.
  void after_batch(std::function<void()> work);
  void stop();  // no event is told any more

 private:
  struct Watch;  // the Asio side; outlives the poller while Asio holds its handler
  std::shared_ptr<Watch> watch_;
};

}  // namespace jangteo
