// What the tests of the @name@ service stand on: an empty database in a folder of its own, a clock that stands still, a
// loop. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "adapters/sqlite/sqlite_database.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/@name@/@name@_module.h"
#include "support/task_runner.h"

namespace jangteo {

struct @Name@Fixture {
  @Name@Fixture() {
    std::filesystem::create_directories(folder);
    database = std::move(*SqliteDatabase::open({.path = (folder / "@name@.db").string(), .name = "@name@"}, readers));
    module = std::make_unique<@Name@Module>(@Name@Dependencies{database.get(), &clock});
    EXPECT_TRUE(module->open());
  }
  ~@Name@Fixture() {
    module.reset();
    database.reset();
    std::filesystem::remove_all(folder);
  }

  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("jangteo-@name@-" + std::to_string(random_u64()));
  ManualClock clock{Timestamp{1'700'000'000'000}};
  SqliteReadPool readers{1, 100};
  std::unique_ptr<SqliteDatabase> database;
  std::unique_ptr<@Name@Module> module;
  TaskRunner runner;
};

}  // namespace jangteo
