#include "services/analytics/live_viewers.h"

#include <utility>

namespace jangteo {

std::string event_stream_chunk(std::string_view event, std::string_view data) {
  std::string out;
  out.reserve(event.size() + data.size() + 16);
  out += "event: ";
  out += event;
  out += "\ndata: ";
  out += data;
  out += "\n\n";
  return out;
}

bool LiveViewers::has_room() const {
  const auto state = state_.lock();
  return !state->closed && state->viewers.size() < count_max_;
}

void LiveViewers::add(std::shared_ptr<HttpStream> viewer) {
  {
    const auto state = state_.lock();
    if (!state->closed && state->viewers.size() < count_max_) {
      if (state->kept == nullptr || viewer->push(state->kept)) {
        state->viewers.push_back(std::move(viewer));
        size_ = state->viewers.size();
      }
      return;
    }
  }
  viewer->close();
}

void LiveViewers::send(std::string chunk, bool keep) {
  const auto shared = std::make_shared<const std::string>(std::move(chunk));
  const auto state = state_.lock();
  if (keep) state->kept = shared;
  std::erase_if(state->viewers, [&](const auto& viewer) { return !viewer->push(shared); });
  size_ = state->viewers.size();
}

void LiveViewers::close() {
  std::vector<std::shared_ptr<HttpStream>> ended;
  {
    const auto state = state_.lock();
    state->closed = true;
    ended.swap(state->viewers);
    size_ = 0;
  }
  for (const auto& viewer : ended) viewer->close();
}

}  // namespace jangteo
