#include "net/http_stream_queue.h"

#include "net/http_worker.h"

namespace jangteo {

HttpStreamQueue::HttpStreamQueue(std::shared_ptr<HttpWorker> worker, HttpConnection& connection, std::size_t bytes_max)
    : worker_(std::move(worker)), connection_(&connection), bytes_max_(bytes_max) {}

HttpStreamQueue::~HttpStreamQueue() = default;

bool HttpStreamQueue::push(std::shared_ptr<const std::string> chunk) {
  bool wake = false;
  bool accepted = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (chunk->empty()) return true;
    if (chunk->size() > bytes_max_ || waiting_bytes_ > bytes_max_ - chunk->size()) {
      closed_ = overflow_ = true;
    } else {
      waiting_bytes_ += chunk->size();
      chunks_.push_back(std::move(chunk));
      accepted = true;
    }
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_loop();
  return accepted;
}

void HttpStreamQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = ended_ = true;
    if (std::exchange(woken_, true)) return;
  }
  wake_loop();
}

bool HttpStreamQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

HttpStreamQueue::Taken HttpStreamQueue::take(std::size_t unsent_bytes) {
  Taken out;
  const std::lock_guard lock(mutex_);
  woken_ = false;
  waiting_bytes_ = unsent_bytes;
  for (const auto& chunk : chunks_) waiting_bytes_ += chunk->size();
  out.chunks.swap(chunks_);
  out.ended = ended_;
  out.overflow = overflow_;
  return out;
}

void HttpStreamQueue::cut() {
  connection_ = nullptr;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  chunks_.clear();
}

void HttpStreamQueue::wake_loop() { worker_->wake(shared_from_this()); }

}  // namespace jangteo
