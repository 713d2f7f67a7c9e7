#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <string_view>

#include "runtime/log.h"

namespace jangteo {

namespace {

std::unexpected<Error> refused(const std::string& file, const char* what) {
  char reason[256] = "unknown reason";
  if (const unsigned long code = ERR_peek_last_error(); code != 0) ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  return fail(ErrorCode::invalid, std::string(what) + " " + file + ": " + reason);
}

// Only HTTP/1.1 is spoken; a client that offers protocols without it is told so by no choice.
int choose_protocol(ssl_st*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
  static constexpr unsigned char kProtocols[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kProtocols, sizeof kProtocols - 1, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<std::shared_ptr<ssl_ctx_st>> read_context(const TlsFiles& files) {
  ERR_clear_error();
  const std::shared_ptr<ssl_ctx_st> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return refused("", "no TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return refused(files.certificate, "cannot use certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return refused(files.key, "cannot use key");
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) return refused(files.key, "the certificate has another key than");
  return context;
}

}  // namespace

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL: a client that goes away would end the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto context = read_context(files);
  if (!context) return fail(std::move(context).error());
  std::shared_ptr<TlsContext> out(new TlsContext(files));
  out->context_ = std::move(*context);
  return out;
}

Status TlsContext::reload() {
  auto context = read_context(files_);
  if (!context) {
    log_error("tls.reload_failed", {{"reason", context.error().detail}});
    return fail(std::move(context).error());
  }
  const std::lock_guard lock(mutex_);
  context_ = std::move(*context);
  log_info("tls.reloaded", {{"certificate", files_.certificate}});
  return {};
}

ssl_st* TlsContext::new_session() const {
  std::shared_ptr<ssl_ctx_st> context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  ssl_st* session = SSL_new(context.get());
  if (session != nullptr) SSL_set_accept_state(session);
  return session;
}

}  // namespace jangteo
