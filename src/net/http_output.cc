#include "net/http_output.h"

#include <algorithm>

namespace jangteo {

namespace {
constexpr std::size_t kKeptCapacityBytesMax = 64 * 1024;
constexpr std::size_t kDropSentBytesMin = 64 * 1024;
constexpr int kPartCountMax = 64;
}  // namespace

void HttpOutput::add_body(std::string&& body) {
  if (body.size() <= kCopyBytesMax) {
    text_ += body;
  } else {
    add_body(std::make_shared<const std::string>(std::move(body)));
  }
}

void HttpOutput::add_body(const std::shared_ptr<const std::string>& body) {
  if (body->size() <= kCopyBytesMax) {
    text_ += *body;
    return;
  }
  cuts_.push_back({text_.size(), body});
  body_bytes_ += body->size();
}

int HttpOutput::gather(iovec* parts, int count_max) const {
  int count = 0;
  std::size_t skip = sent_bytes_;
  const auto add = [&](const char* data, std::size_t size) {
    const std::size_t skipped = std::min(skip, size);
    skip -= skipped;
    if (skipped == size || count == count_max) return;
    parts[count++] = {const_cast<char*>(data) + skipped, size - skipped};
  };
  std::size_t at = 0;
  for (const Cut& cut : cuts_) {
    add(text_.data() + at, cut.at - at);
    add(cut.body->data(), cut.body->size());
    at = cut.at;
  }
  add(text_.data() + at, text_.size() - at);
  return count;
}

TcpSocket::Outcome HttpOutput::flush(TcpSocket& socket) {
  while (!empty()) {
    iovec parts[kPartCountMax];
    const int count = gather(parts, kPartCountMax);
    const auto io = socket.write(parts, count);
    if (io.outcome != TcpSocket::Outcome::done) {
      drop_sent();
      return io.outcome;
    }
    sent_bytes_ += io.bytes;
  }
  clear();
  return TcpSocket::Outcome::done;
}

// Keeps the buffer of a peer that reads slowly but for ever from growing.
void HttpOutput::drop_sent() {
  if (sent_bytes_ < kDropSentBytesMin) return;
  std::size_t text_done = 0, whole = 0;
  while (whole < cuts_.size()) {
    const Cut& cut = cuts_[whole];
    const std::size_t through = cut.at - text_done + cut.body->size();
    if (through > sent_bytes_) break;
    sent_bytes_ -= through;
    body_bytes_ -= cut.body->size();
    text_done = cut.at;
    ++whole;
  }
  const std::size_t text_end = whole < cuts_.size() ? cuts_[whole].at : text_.size();
  const std::size_t more = std::min(sent_bytes_, text_end - text_done);
  sent_bytes_ -= more;
  text_done += more;
  cuts_.erase(cuts_.begin(), cuts_.begin() + static_cast<std::ptrdiff_t>(whole));
  text_.erase(0, text_done);
  for (Cut& cut : cuts_) cut.at -= text_done;
}

void HttpOutput::clear() {
  if (text_.capacity() > kKeptCapacityBytesMax) std::string().swap(text_);
  text_.clear();
  cuts_.clear();
  body_bytes_ = 0;
  sent_bytes_ = 0;
}

}  // namespace jangteo
