// TLS of a server (1.2 and later): certificate chain and key from PEM files, replaced while connections go on. Any
// thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace jangteo {

struct TlsFiles {
  std::string certificate;  // PEM, the server's first, then the chain
  std::string key;          // PEM, without a passphrase
};

class TlsContext {
 public:
  // `invalid` names the file at fault. Ignores SIGPIPE from then on, in the whole process.
  static Result<std::shared_ptr<TlsContext>> load(const TlsFiles& files);
  ~TlsContext();

  // Reads the files again (SIGHUP). Connections that are open keep what they have; when the new files are bad, the old
  // ones stay in use, the failure is logged (`tls.reload_failed`) and returned.
  Status reload();

  // A server's session for one connection; the caller (TcpSocket::start_tls) frees it. Null when memory ends.
  ssl_st* new_session() const;

 private:
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
  TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace jangteo
