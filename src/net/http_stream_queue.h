// The side of a stream that producers hold: chunks wait here, from any thread, until the connection's loop sends them.
// Internal to net/.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_message.h"

namespace jangteo {

class HttpConnection;
class HttpWorker;

class HttpStreamQueue final : public HttpStream, public std::enable_shared_from_this<HttpStreamQueue> {
 public:
  HttpStreamQueue(std::shared_ptr<HttpWorker> worker, HttpConnection& connection, std::size_t bytes_max);
  ~HttpStreamQueue() override;

  bool push(std::shared_ptr<const std::string> chunk) override;
  void close() override;
  bool closed() const override;

  // The loop's side.
  struct Taken {
    std::vector<std::shared_ptr<const std::string>> chunks;
    bool ended = false;     // close() was called: nothing follows
    bool overflow = false;  // the client is too slow: cut it
  };
  Taken take(std::size_t unsent_bytes);  // `unsent_bytes` of what was taken before still wait in the connection
  void cut();                            // the connection is gone
  HttpConnection* connection() { return connection_; }

 private:
  void wake_loop();
  const std::shared_ptr<HttpWorker> worker_;
  HttpConnection* connection_;  // the loop's thread only; null once cut
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const std::string>> chunks_;
  std::size_t waiting_bytes_ = 0;  // here and unsent in the connection
  bool closed_ = false;
  bool ended_ = false;
  bool overflow_ = false;
  bool woken_ = false;
};

}  // namespace jangteo
