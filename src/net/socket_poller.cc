#include "net/socket_poller.h"

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>

#include "base/assert.h"

namespace jangteo {

namespace {
constexpr std::size_t kBatchCountMax = 256;
constexpr int kRoundCountMax = 4;  // batches before other work of the loop has its turn
}  // namespace

struct SocketPoller::Watch : std::enable_shared_from_this<Watch> {
  explicit Watch(boost::asio::io_context& io) : descriptor(io, epoll_create1(EPOLL_CLOEXEC)) {
    JT_ASSERT(descriptor.is_open(), "the kernel gives an epoll instance");
  }

  void arm() {
    if (stopped) return;
    descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                          [self = shared_from_this()](boost::system::error_code error) {
                            if (!error && !self->stopped) self->run();
                          });
  }

  void run() {
    for (int round = 0; round < kRoundCountMax && !stopped; ++round) {
      const int got = epoll_wait(descriptor.native_handle(), events.data(), static_cast<int>(events.size()), 0);
      if (got <= 0) break;
      count = static_cast<std::size_t>(got);
      for (next = 0; next < count;) {
        const epoll_event event = events[next++];
        if (event.data.ptr == nullptr) continue;  // removed by an earlier one of this batch
        static_cast<SocketWatcher*>(event.data.ptr)
            ->on_ready({(event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0, (event.events & EPOLLRDHUP) != 0,
                        (event.events & (EPOLLHUP | EPOLLERR)) != 0});
        if (stopped) return;
      }
      count = 0;
      if (batch_done) batch_done();
    }
    arm();
  }

  void forget(const SocketWatcher* watcher) {
    for (std::size_t i = next; i < count; ++i) {
      if (events[i].data.ptr == watcher) events[i].data.ptr = nullptr;
    }
  }

  bool add(int socket, SocketWatcher& watcher, std::uint32_t wanted) {
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &watcher;
    return epoll_ctl(descriptor.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
  }

  boost::asio::posix::stream_descriptor descriptor;
  std::array<epoll_event, kBatchCountMax> events;
  std::size_t next = 0;   // of the batch that is being told
  std::size_t count = 0;  // its size
  std::function<void()> batch_done;
  bool stopped = false;
};

SocketPoller::SocketPoller(Loop& loop) : watch_(std::make_shared<Watch>(loop.io())) { watch_->arm(); }

SocketPoller::~SocketPoller() { stop(); }

bool SocketPoller::add(int descriptor, SocketWatcher& watcher) {
  return watch_->add(descriptor, watcher, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

bool SocketPoller::add_listener(int descriptor, SocketWatcher& watcher) {
  return watch_->add(descriptor, watcher, EPOLLIN);
}

void SocketPoller::remove(int descriptor, SocketWatcher& watcher) {
  if (!watch_) return;
  epoll_ctl(watch_->descriptor.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  watch_->forget(&watcher);
}

void SocketPoller::after_batch(std::function<void()> work) { watch_->batch_done = std::move(work); }

void SocketPoller::stop() {
  if (!watch_) return;
  const auto watch = std::move(watch_);  // may be telling events right now
  watch->stopped = true;
  boost::system::error_code ignored;
  watch->descriptor.close(ignored);
}

}  // namespace jangteo
