// A non-blocking TCP socket, plain or with TLS on top: reads and writes that say "not now" instead of waiting. Owns its
// descriptor. One thread at a time.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct ssl_st;

namespace jangteo {

class TcpSocket {
 public:
  enum class Outcome : std::uint8_t { done, not_now, closed };  // closed: end of input, or broken
  struct Io {
    Outcome outcome;
    std::size_t bytes = 0;
    bool drained = false;  // a read that took all there was: the next one would say not_now
  };

  TcpSocket() = default;
  explicit TcpSocket(int descriptor) : descriptor_(descriptor) {}
  TcpSocket(TcpSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), tls_(std::exchange(other.tls_, nullptr)) {}
  TcpSocket& operator=(TcpSocket&& other) noexcept;
  ~TcpSocket() { close(); }

  // Takes ownership; the handshake happens inside the first reads and writes.
  void start_tls(ssl_st* session);

  Io read(char* out, std::size_t size);
  Io write(const iovec* parts, int count);  // count ≤ 64
  void shutdown_write();                    // the peer sees the end of our bytes
  void close();

  bool is_open() const { return descriptor_ >= 0; }
  bool is_tls() const { return tls_ != nullptr; }
  int descriptor() const { return descriptor_; }

 private:
  Io read_tls(char* out, std::size_t size);
  Io write_tls(const iovec* parts, int count);
  int descriptor_ = -1;
  ssl_st* tls_ = nullptr;
};

// An address in numbers and a port, "127.0.0.1" or "::1".
struct TcpAddress {
  std::string host;
  std::uint16_t port = 0;
};

// Listens with SO_REUSEPORT, so that several sockets of one process share the port. `unavailable` names the address.
Result<TcpSocket> listen_tcp(const TcpAddress& address, int backlog);
// Fails when another process listens on the port already: SO_REUSEPORT alone would share it silently.
Status check_port_is_free(const TcpAddress& address);
// Where a socket is bound.
std::uint16_t local_port(const TcpSocket& socket);

struct Accepted {
  TcpSocket socket;
  std::string peer_address;
};
enum class AcceptOutcome : std::uint8_t { accepted, nothing, no_descriptors };
AcceptOutcome accept_tcp(const TcpSocket& listener, Accepted& out);  // with TCP_NODELAY

// Starts to connect; finished when the socket is writable and connect_error() is 0.
Result<TcpSocket> connect_tcp(const TcpAddress& address);
int connect_error(const TcpSocket& socket);

}  // namespace jangteo
