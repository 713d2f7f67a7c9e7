// What a connection still has to send: small parts gathered in one buffer, large bodies by pointer, so that the answers
// of many pipelined requests leave in one system call. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/tcp_socket.h"

namespace jangteo {

class HttpOutput {
 public:
  static constexpr std::size_t kCopyBytesMax = 4096;  // larger bodies are not copied

  // Heads and other small text are appended here.
  std::string& text() { return text_; }
  void add_body(std::string&& body);
  void add_body(const std::shared_ptr<const std::string>& body);

  std::size_t pending_bytes() const { return text_.size() + body_bytes_ - sent_bytes_; }
  bool empty() const { return pending_bytes() == 0; }

  // Sends what it can: `done` when nothing is left, `not_now` when the socket takes no more, `closed` when it is gone.
  TcpSocket::Outcome flush(TcpSocket& socket);

 private:
  struct Cut {
    std::size_t at;  // this many bytes of text_ come before the body
    std::shared_ptr<const std::string> body;
  };
  int gather(iovec* parts, int count_max) const;
  void drop_sent();
  void clear();

  std::string text_;
  std::vector<Cut> cuts_;
  std::size_t body_bytes_ = 0;
  std::size_t sent_bytes_ = 0;  // of text and bodies in their order
};

}  // namespace jangteo
