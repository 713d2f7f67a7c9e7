#include "services/analytics/live_viewers.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

class Screen final : public HttpStream {
 public:
  bool push(std::shared_ptr<const std::string> chunk) override {
    if (gone) return false;
    seen += *chunk;
    return true;
  }
  void close() override { ended = true; }
  bool closed() const override { return ended; }
  std::string seen;
  bool gone = false;
  bool ended = false;
};

TEST(LiveViewers, ChunksFollowTheEventStreamFormat) {
  EXPECT_EQ(event_stream_chunk("tick", "{\"a\":1}"), "event: tick\ndata: {\"a\":1}\n\n");
}

TEST(LiveViewers, EverybodySeesTheSameAndTheLateSeeTheLatestTick) {
  LiveViewers viewers(10);
  auto first = std::make_shared<Screen>();
  auto second = std::make_shared<Screen>();
  viewers.add(first);
  viewers.send("1", true);
  viewers.send("2", true);
  viewers.send("o", false);
  viewers.add(second);
  viewers.send("3", true);
  EXPECT_EQ(first->seen, "12o3");
  EXPECT_EQ(second->seen, "23");
}

TEST(LiveViewers, WhoIsGoneIsForgotten) {
  LiveViewers viewers(10);
  auto screen = std::make_shared<Screen>();
  viewers.add(screen);
  EXPECT_EQ(viewers.size(), 1U);
  screen->gone = true;
  viewers.send("1", true);
  EXPECT_EQ(viewers.size(), 0U);
  EXPECT_EQ(screen.use_count(), 1);
}

TEST(LiveViewers, BeyondTheLimitAViewerIsClosed) {
  LiveViewers viewers(2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(viewers.has_room());
    viewers.add(std::make_shared<Screen>());
  }
  EXPECT_FALSE(viewers.has_room());
  auto third = std::make_shared<Screen>();
  viewers.add(third);
  EXPECT_TRUE(third->ended);
  EXPECT_EQ(viewers.size(), 2U);
}

TEST(LiveViewers, CloseEndsEveryStreamAndTakesNoMore) {
  LiveViewers viewers(2);
  auto screen = std::make_shared<Screen>();
  viewers.add(screen);
  viewers.close();
  EXPECT_TRUE(screen->ended);
  EXPECT_FALSE(viewers.has_room());
  auto late = std::make_shared<Screen>();
  viewers.add(late);
  EXPECT_TRUE(late->ended);
}

}  // namespace
}  // namespace jangteo
