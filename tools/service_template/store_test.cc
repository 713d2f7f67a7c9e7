#include "services/@name@/@name@_store.h"

#include <gtest/gtest.h>

#include "runtime/entropy.h"
#include "services/@name@/@name@_fixture.h"

namespace jangteo {

TEST(@Name@Store, GivesBackWhatWasStored) {
  @Name@Fixture fixture;
  const @Name@ item{new_id<@Name@Id>(fixture.clock.now()), "장터", fixture.clock.now()};
  const auto written = fixture.database->write_blocking([&](SqlTx& tx) -> Status {
    insert_@name@(tx, item);
    return {};
  });
  ASSERT_TRUE(written);
  std::optional<@Name@> found;
  std::optional<@Name@> other;
  const auto seen = fixture.database->read_blocking([&](SqlReader& reader) -> Status {
    found = find_@name@(reader, item.id);
    other = find_@name@(reader, new_id<@Name@Id>(fixture.clock.now()));
    return {};
  });
  ASSERT_TRUE(seen);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, item.id);
  EXPECT_EQ(found->title, item.title);
  EXPECT_EQ(found->created_at.ms, item.created_at.ms);
  EXPECT_FALSE(other);
}

}  // namespace jangteo
