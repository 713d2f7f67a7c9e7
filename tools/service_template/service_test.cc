#include "services/@name@/@name@_service.h"

#include <gtest/gtest.h>

#include "services/@name@/@name@_fixture.h"

namespace jangteo {

TEST(@Name@Service, FindsWhatItCreated) {
  @Name@Fixture fixture;
  CallContext call;
  const auto created = fixture.runner.run(fixture.module->service().create(call, "장터"));
  ASSERT_TRUE(created);
  const auto found = fixture.runner.run(fixture.module->service().find(call, created->id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->title, "장터");
  EXPECT_EQ(found->created_at.ms, fixture.clock.now().ms);
}

TEST(@Name@Service, StoresNothingThatTheRulesRefuse) {
  @Name@Fixture fixture;
  CallContext call;
  const auto refused = fixture.runner.run(fixture.module->service().create(call, ""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(call.timings.queries, 0u);
}

TEST(@Name@Service, SaysNotFound) {
  @Name@Fixture fixture;
  CallContext call;
  const auto found = fixture.runner.run(fixture.module->service().find(call, new_id<@Name@Id>(fixture.clock.now())));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

}  // namespace jangteo
