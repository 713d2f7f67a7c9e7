// Server-sent events (HTML standard, section 9.2) and a Broadcaster that sends one rendered event to many viewers.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"

namespace jangteo {

// "event: NAME", one "data:" line for each line of `data`, an empty line. Without `event` the name is left out
// ("message" to a browser). Neither holds CR.
std::string format_event(std::string_view event, std::string_view data);

// The answer that opens an event stream; see HttpResponse::stream.
HttpResponse event_stream(std::function<void(std::shared_ptr<HttpStream>)> opened);

// Viewers of one stream of events. Any thread.
class Broadcaster {
 public:
  explicit Broadcaster(std::size_t viewers_max) : viewers_max_(viewers_max) {}
  ~Broadcaster() { close(); }

  bool add(std::shared_ptr<HttpStream> viewer);  // false (and the viewer is closed) when there are too many
  void publish(
      std::shared_ptr<const std::string> chunk);  // shared by all; viewers who are gone or too slow are dropped
  std::size_t viewers() const;                    // as of the last publish
  bool full() const { return viewers() >= viewers_max_; }
  void close();  // ends every stream; later viewers are refused

 private:
  const std::size_t viewers_max_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<HttpStream>> viewers_;
  bool closed_ = false;
};

}  // namespace jangteo
