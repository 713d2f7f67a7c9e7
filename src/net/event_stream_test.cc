#include "net/event_stream.h"

#include <gtest/gtest.h>

#include <thread>

namespace jangteo {

namespace {

class FakeStream final : public HttpStream {
 public:
  bool push(std::shared_ptr<const std::string> chunk) override {
    if (is_closed) return false;
    chunks.push_back(std::move(chunk));
    return true;
  }
  void close() override { is_closed = true; }
  bool closed() const override { return is_closed; }
  std::vector<std::shared_ptr<const std::string>> chunks;
  bool is_closed = false;
};

}  // namespace

TEST(EventStream, WritesEventsLineByLine) {
  EXPECT_EQ(format_event("tick", "{\"a\":1}"), "event: tick\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(format_event("", "one\ntwo\n"), "data: one\ndata: two\ndata: \n\n");
}

TEST(EventStream, IsNotCached) {
  const HttpResponse response = event_stream([](std::shared_ptr<HttpStream>) {});
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
}

TEST(Broadcaster, SendsOneChunkToAllAndForgetsTheGone) {
  Broadcaster broadcaster(10);
  const auto first = std::make_shared<FakeStream>(), second = std::make_shared<FakeStream>();
  EXPECT_TRUE(broadcaster.add(first));
  EXPECT_TRUE(broadcaster.add(second));
  const auto chunk = std::make_shared<const std::string>("x");
  broadcaster.publish(chunk);
  EXPECT_EQ(first->chunks.at(0).get(), second->chunks.at(0).get());
  first->is_closed = true;
  broadcaster.publish(chunk);
  EXPECT_EQ(broadcaster.viewers(), 1u);
  EXPECT_EQ(first->chunks.size(), 1u);
  EXPECT_EQ(second->chunks.size(), 2u);
}

TEST(Broadcaster, RefusesViewersOverItsLimitAndAfterItsEnd) {
  Broadcaster broadcaster(1);
  const auto first = std::make_shared<FakeStream>(), second = std::make_shared<FakeStream>(),
             third = std::make_shared<FakeStream>();
  EXPECT_TRUE(broadcaster.add(first));
  EXPECT_TRUE(broadcaster.full());
  EXPECT_FALSE(broadcaster.add(second));
  EXPECT_TRUE(second->is_closed);
  broadcaster.close();
  EXPECT_TRUE(first->is_closed);
  EXPECT_FALSE(broadcaster.add(third));
  EXPECT_TRUE(third->is_closed);
}

}  // namespace jangteo
