#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/http_server.h"
#include "net/tcp_socket.h"

namespace jangteo {

namespace {

// Writes a self-signed certificate for `name` and its key.
void make_certificate(const TlsFiles& files, const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  FILE* out = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version_max = 0)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_security_level(context_.get(), 0);  // lets an old version be tried
    if (version_max != 0) SSL_CTX_set_max_proto_version(context_.get(), version_max);
    socket_ = std::move(*connect_tcp({"127.0.0.1", port}));
    session_ = SSL_new(context_.get());
    SSL_set_connect_state(session_);
    wait(POLLOUT);
    socket_.start_tls(session_);
  }

  // Sends `text` and reads until `size` bytes came; less when the connection ends.
  std::string exchange(std::string_view text, std::size_t size) {
    while (!text.empty()) {
      const iovec part{const_cast<char*>(text.data()), text.size()};
      const auto io = socket_.write(&part, 1);
      if (io.outcome == TcpSocket::Outcome::closed) return "";
      if (io.outcome == TcpSocket::Outcome::not_now) {
        wait(SSL_want_read(session_) != 0 ? POLLIN : POLLOUT);
      }
      text.remove_prefix(io.bytes);
    }
    std::string out;
    char buffer[16384];
    while (out.size() < size) {
      const auto io = socket_.read(buffer, sizeof buffer);
      if (io.outcome == TcpSocket::Outcome::closed) break;
      if (io.outcome == TcpSocket::Outcome::not_now && !wait(POLLIN)) break;
      out.append(buffer, io.bytes);
    }
    return out;
  }

  std::string server_name() {
    X509* certificate = SSL_get1_peer_certificate(session_);
    char name[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
  }
  int version() { return SSL_version(session_); }

 private:
  bool wait(int events) {
    pollfd poller{socket_.descriptor(), static_cast<short>(events), 0};
    return ::poll(&poller, 1, 20'000) == 1;
  }
  std::shared_ptr<ssl_ctx_st> context_;
  TcpSocket socket_;
  ssl_st* session_;
};

class TlsTest : public testing::Test {
 protected:
  TlsTest()
      : folder_(std::filesystem::temp_directory_path() / ("tls_test_" + std::to_string(getpid()))), loops_("net", 1) {
    std::filesystem::create_directories(folder_);
    files_ = {folder_ / "certificate.pem", folder_ / "key.pem"};
    make_certificate(files_, "first");
    Route route{};
    route.method = HttpMethod::get;
    route.pattern = "/big";
    route.name = "big";
    route.fast = [](const HttpRequest&) -> std::optional<HttpResponse> {
      HttpResponse response;
      response.body = std::string(100'000, 'b');
      return response;
    };
    router_.add({route});
  }
  ~TlsTest() override {
    if (server_) server_->stop_and_wait(Millis{5000});
    server_.reset();
    loops_.stop();
    std::filesystem::remove_all(folder_);
  }
  std::uint16_t serve() {
    auto context = TlsContext::load(files_);
    EXPECT_TRUE(context);
    tls_ = *context;
    HttpServerSettings settings;
    settings.tls = tls_;
    server_ = std::make_unique<HttpServer>(settings, router_, filters_);
    EXPECT_TRUE(server_->start({&loops_[0]}));
    return server_->port();
  }

  std::filesystem::path folder_;
  TlsFiles files_;
  std::shared_ptr<TlsContext> tls_;
  LoopThreads loops_;
  Router router_;
  FilterChain filters_;
  std::unique_ptr<HttpServer> server_;
};

const std::string kRequest = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_F(TlsTest, AnswersOverTls12And13) {
  const std::uint16_t port = serve();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(port, version);
    std::string pipelined;
    for (int i = 0; i < 20; ++i) pipelined += kRequest;
    const std::string text = client.exchange(pipelined, 2'000'000);
    EXPECT_EQ(client.version(), version);
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n")) << text.substr(0, 100);
    EXPECT_GE(text.size(), 2'000'000u);
    EXPECT_TRUE(text.ends_with("bbbb"));
  }
}

TEST_F(TlsTest, SurvivesClientsThatGoAwayInTheMiddle) {
  const std::uint16_t port = serve();
  std::string pipelined;
  for (int i = 0; i < 50; ++i) pipelined += kRequest;
  for (int i = 0; i < 10; ++i) TlsClient(port).exchange(pipelined, 1000);
  EXPECT_GE(TlsClient(port).exchange(kRequest, 100'000).size(), 100'000u);
}

TEST_F(TlsTest, RefusesOldVersionsAndPlainHttp) {
  const std::uint16_t port = serve();
  TlsClient old(port, TLS1_1_VERSION);
  EXPECT_EQ(old.exchange(kRequest, 1), "");
  TcpSocket plain = std::move(*connect_tcp({"127.0.0.1", port}));
  pollfd poller{plain.descriptor(), POLLOUT, 0};
  ASSERT_EQ(::poll(&poller, 1, 20'000), 1);
  const iovec part{const_cast<char*>(kRequest.data()), kRequest.size()};
  plain.write(&part, 1);
  TcpSocket::Io io{TcpSocket::Outcome::not_now};
  std::string got;
  while (io.outcome != TcpSocket::Outcome::closed) {
    char buffer[1000];
    poller.events = POLLIN;
    ASSERT_EQ(::poll(&poller, 1, 20'000), 1);
    io = plain.read(buffer, sizeof buffer);
    got.append(buffer, io.bytes);
  }
  EXPECT_EQ(got.find("HTTP"), std::string::npos);
}

TEST_F(TlsTest, TakesNewCertificatesWhileConnectionsGoOn) {
  const std::uint16_t port = serve();
  TlsClient before(port);
  EXPECT_GE(before.exchange(kRequest, 100'000).size(), 100'000u);
  make_certificate(files_, "second");
  EXPECT_TRUE(tls_->reload());
  TlsClient after(port);
  EXPECT_GE(after.exchange(kRequest, 100'000).size(), 100'000u);
  EXPECT_EQ(before.server_name(), "first");
  EXPECT_EQ(after.server_name(), "second");
  EXPECT_GE(before.exchange(kRequest, 100'000).size(), 100'000u);
}

TEST_F(TlsTest, KeepsTheOldCertificateWhenTheNewOneIsBad) {
  const std::uint16_t port = serve();
  std::ofstream(files_.certificate) << "nonsense";
  const Status status = tls_->reload();
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().detail.find(files_.certificate), std::string::npos) << status.error().detail;
  TlsClient client(port);
  EXPECT_GE(client.exchange(kRequest, 100'000).size(), 100'000u);
  EXPECT_EQ(client.server_name(), "first");
}

TEST_F(TlsTest, NamesTheFileAtFault) {
  const TlsFiles other{folder_ / "other.pem", folder_ / "other_key.pem"};
  make_certificate(other, "other");
  const auto mixed = TlsContext::load({files_.certificate, other.key});
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().detail.find(other.key), std::string::npos) << mixed.error().detail;
  const auto absent = TlsContext::load({folder_ / "absent.pem", files_.key});
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().detail.find("absent.pem"), std::string::npos);
}

}  // namespace jangteo
