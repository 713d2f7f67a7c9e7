#include "net/tcp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/assert.h"

namespace jangteo {

namespace {

constexpr std::size_t kTlsRecordBytes = 16 * 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<SocketAddress> socket_address(const TcpAddress& address) {
  SocketAddress out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    out.size = sizeof *v4;
    return out;
  }
  if (inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    out.size = sizeof *v6;
    return out;
  }
  return {};
}

std::string text_of(const sockaddr_storage& storage) {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text, sizeof text);
    return text;
  }
  const auto& address = reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &address, text, sizeof text);
  }
  return text;
}

void set_option(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

std::unexpected<Error> address_error(const char* what, const TcpAddress& address) {
  return fail(ErrorCode::unavailable, std::string(what) + " " + address.host + " port " + std::to_string(address.port) +
                                          ": " + std::strerror(errno));
}

Result<TcpSocket> bound_socket(const TcpAddress& address, bool share_port) {
  const auto raw = socket_address(address);
  if (!raw) return fail(ErrorCode::invalid, "'" + address.host + "' is no IP address");
  TcpSocket socket(::socket(raw->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return address_error("no socket for", address);
  set_option(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (share_port) set_option(socket.descriptor(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (raw->storage.ss_family == AF_INET6) set_option(socket.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(socket.descriptor(), raw->raw(), raw->size) != 0) return address_error("cannot listen on", address);
  return socket;
}

}  // namespace

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    tls_ = std::exchange(other.tls_, nullptr);
  }
  return *this;
}

void TcpSocket::start_tls(ssl_st* session) {
  JT_ASSERT(tls_ == nullptr, "TLS starts once");
  tls_ = session;
  SSL_set_fd(tls_, descriptor_);
}

void TcpSocket::close() {
  if (tls_ != nullptr) SSL_free(std::exchange(tls_, nullptr));
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void TcpSocket::shutdown_write() {
  if (tls_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(tls_);
  }
  ::shutdown(descriptor_, SHUT_WR);
}

TcpSocket::Io TcpSocket::read(char* out, std::size_t size) {
  if (tls_ != nullptr) return read_tls(out, size);
  for (;;) {
    const ssize_t got = ::recv(descriptor_, out, size, 0);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      return {Outcome::done, bytes, bytes < size};
    }
    if (got == 0) return {Outcome::closed};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? Outcome::not_now : Outcome::closed};
  }
}

TcpSocket::Io TcpSocket::write(const iovec* parts, int count) {
  if (tls_ != nullptr) return write_tls(parts, count);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<std::size_t>(count);
  for (;;) {
    const ssize_t sent = count == 1 ? ::send(descriptor_, parts->iov_base, parts->iov_len, MSG_NOSIGNAL)
                                    : ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (sent >= 0) return {Outcome::done, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? Outcome::not_now : Outcome::closed};
  }
}

TcpSocket::Io TcpSocket::read_tls(char* out, std::size_t size) {
  ERR_clear_error();
  std::size_t bytes = 0;
  if (SSL_read_ex(tls_, out, size, &bytes) == 1) return {Outcome::done, bytes, false};
  switch (SSL_get_error(tls_, 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::not_now};
    default:
      return {Outcome::closed};
  }
}

TcpSocket::Io TcpSocket::write_tls(const iovec* parts, int count) {
  // One record for many small parts.
  char record[kTlsRecordBytes];
  std::size_t size = 0;
  for (int i = 0; i < count && size < sizeof record; ++i) {
    const std::size_t take = std::min(parts[i].iov_len, sizeof record - size);
    std::memcpy(record + size, parts[i].iov_base, take);
    size += take;
  }
  if (size == 0) return {Outcome::done, 0};
  ERR_clear_error();
  std::size_t bytes = 0;
  if (SSL_write_ex(tls_, record, size, &bytes) == 1) return {Outcome::done, bytes};
  switch (SSL_get_error(tls_, 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::not_now};
    default:
      return {Outcome::closed};
  }
}

Status check_port_is_free(const TcpAddress& address) {
  if (address.port == 0) return {};
  JT_TRY(bound_socket(address, false));
  return {};
}

Result<TcpSocket> listen_tcp(const TcpAddress& address, int backlog) {
  auto socket = bound_socket(address, true);
  if (!socket) return socket;
  if (::listen(socket->descriptor(), backlog) != 0) return address_error("cannot listen on", address);
  return socket;
}

std::uint16_t local_port(const TcpSocket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&storage)->sin_port
                                            : reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port);
}

AcceptOutcome accept_tcp(const TcpSocket& listener, Accepted& out) {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int descriptor =
        ::accept4(listener.descriptor(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      out.socket = TcpSocket(descriptor);
      set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
      out.peer_address = text_of(peer);
      return AcceptOutcome::accepted;
    }
    switch (errno) {
      case EAGAIN:
        return AcceptOutcome::nothing;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return AcceptOutcome::no_descriptors;
      default:  // the connection went before it was taken
        continue;
    }
  }
}

Result<TcpSocket> connect_tcp(const TcpAddress& address) {
  const auto raw = socket_address(address);
  if (!raw) return fail(ErrorCode::invalid, "'" + address.host + "' is no IP address");
  TcpSocket socket(::socket(raw->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return address_error("no socket for", address);
  set_option(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::connect(socket.descriptor(), raw->raw(), raw->size) != 0 && errno != EINPROGRESS) {
    return address_error("cannot connect to", address);
  }
  return socket;
}

int connect_error(const TcpSocket& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace jangteo
