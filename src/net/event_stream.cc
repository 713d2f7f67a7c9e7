#include "net/event_stream.h"

#include <algorithm>
#include <utility>

namespace jangteo {

std::string format_event(std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(event.size() + data.size() + 24);
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(data.find('\n', at), data.size());
    out.append("data: ").append(data.substr(at, end - at)).append("\n");
    if (end == data.size()) break;
    at = end + 1;
  }
  out += '\n';
  return out;
}

HttpResponse event_stream(std::function<void(std::shared_ptr<HttpStream>)> opened) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.with("Cache-Control", "no-store");
  response.with("X-Accel-Buffering", "no");  // a proxy in front passes events on at once
  response.stream = std::move(opened);
  return response;
}

bool Broadcaster::add(std::shared_ptr<HttpStream> viewer) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && viewers_.size() < viewers_max_) {
      viewers_.push_back(std::move(viewer));
      return true;
    }
  }
  viewer->close();
  return false;
}

void Broadcaster::publish(std::shared_ptr<const std::string> chunk) {
  const std::lock_guard lock(mutex_);
  std::erase_if(viewers_, [&](const std::shared_ptr<HttpStream>& viewer) { return !viewer->push(chunk); });
}

std::size_t Broadcaster::viewers() const {
  const std::lock_guard lock(mutex_);
  return viewers_.size();
}

void Broadcaster::close() {
  std::vector<std::shared_ptr<HttpStream>> viewers;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    viewers.swap(viewers_);
  }
  for (const auto& viewer : viewers) viewer->close();
}

}  // namespace jangteo
