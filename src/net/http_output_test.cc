#include "net/http_output.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <random>

namespace jangteo {

namespace {

// Two ends of a local connection with small buffers, so that writes are cut anywhere.
struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    const int bytes = 4096;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    near = TcpSocket(ends[0]);
    far = TcpSocket(ends[1]);
  }
  std::string read_all() {
    std::string out;
    char buffer[1000];
    for (;;) {
      const auto io = far.read(buffer, sizeof buffer);
      if (io.outcome != TcpSocket::Outcome::done) return out;
      out.append(buffer, io.bytes);
    }
  }
  TcpSocket near, far;
};

}  // namespace

TEST(HttpOutput, SendsTextAndBodiesInTheirOrderThroughASlowPeer) {
  std::mt19937_64 random(7);
  Pair pair;
  HttpOutput output;
  std::string wanted, got;
  for (int i = 0; i < 300; ++i) {
    const std::string text = "head " + std::to_string(i) + "\r\n";
    const std::string body(random() % 20'000, static_cast<char>('a' + i % 26));
    output.text() += text;
    wanted += text + body;
    if (i % 2 == 0) {
      output.add_body(std::string(body));
    } else {
      output.add_body(std::make_shared<const std::string>(body));
    }
    if (output.flush(pair.near) == TcpSocket::Outcome::not_now) got += pair.read_all();
  }
  while (output.flush(pair.near) == TcpSocket::Outcome::not_now) got += pair.read_all();
  got += pair.read_all();
  EXPECT_TRUE(output.empty());
  EXPECT_EQ(got.size(), wanted.size());
  EXPECT_TRUE(got == wanted);
}

TEST(HttpOutput, SeesThatThePeerIsGone) {
  Pair pair;
  pair.far.close();
  HttpOutput output;
  output.text() += "x";
  EXPECT_EQ(output.flush(pair.near), TcpSocket::Outcome::closed);
}

}  // namespace jangteo
