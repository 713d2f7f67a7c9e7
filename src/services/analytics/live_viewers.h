// LiveViewers: everybody who watches the live stream. One rendered chunk is shared by all; who is gone or cannot keep
// up is dropped. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"
#include "runtime/guarded.h"

namespace jangteo {

// An event of a text/event-stream (WHATWG HTML section 9.2). `data` holds no line break.
std::string event_stream_chunk(std::string_view event, std::string_view data);

class LiveViewers {
 public:
  explicit LiveViewers(std::size_t count_max) : count_max_(count_max) {}

  // False when there are too many, or after close().
  bool has_room() const;
  // A viewer beyond the limit is closed. A new one gets the latest kept chunk at once.
  void add(std::shared_ptr<HttpStream> viewer);
  // Sends to all. `keep`: also to those who come until the next kept one.
  void send(std::string chunk, bool keep);
  void close();  // ends every stream and takes no more

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct State {
    std::vector<std::shared_ptr<HttpStream>> viewers;
    std::shared_ptr<const std::string> kept;
    bool closed = false;
  };
  const std::size_t count_max_;
  Guarded<State> state_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace jangteo
