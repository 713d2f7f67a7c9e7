#include "app/users_command.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>

#include "app/storage.h"
#include "services/user/user_module.h"
#include "services/user/user_store.h"
#include "support/temporary_directory.h"

namespace jangteo {
namespace {

class UsersCommand : public ::testing::Test {
 protected:
  int add(const std::string& email, const std::string& role, const std::string& input) {
    std::vector<std::string> arguments{"users", "add",    "--email", email,    "--name",
                                       "Boss",  "--role", role,      "--data", directory_};
    std::reverse(arguments.begin(), arguments.end());
    CLI::App app;
    int exit_code = -1;
    add_users_command(app, exit_code);
    std::istringstream typed(input);
    auto* before = std::cin.rdbuf(typed.rdbuf());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    app.parse(arguments);
    out_ = ::testing::internal::GetCapturedStdout();
    errors_ = ::testing::internal::GetCapturedStderr();
    std::cin.rdbuf(before);
    std::cin.clear();
    return exit_code;
  }

  const TemporaryDirectory temporary_;
  const std::string directory_ = temporary_.path();
  std::string out_;
  std::string errors_;
};

TEST_F(UsersCommand, MakesAnOwnerWhoCanLogIn) {
  ASSERT_EQ(add("boss@example.com", "owner", "correct horse\r\nsecond line"), 0) << errors_;
  EXPECT_NE(out_.find(R"("email":"boss@example.com","name":"Boss","role":"owner")"), std::string::npos) << out_;
  EXPECT_EQ(out_.find("correct"), std::string::npos);

  MetricsRegistry metrics;
  StorageSettings settings;
  settings.directory = directory_;
  settings.with_log = false;
  auto storage = Storage::open(settings, SystemClock::instance(), metrics);
  ASSERT_TRUE(storage);
  std::optional<StoredAccount> account;
  const auto status = (*storage)->users().read_blocking([&account](SqlReader& reader) -> Status {
    account = UserStore::find_account_by_email(reader, "boss@example.com");
    return {};
  });
  ASSERT_TRUE(status);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user.role, Role::owner);
  EXPECT_TRUE(PasswordHasher({}).verify(account->password_hash, "correct horse"));
}

TEST_F(UsersCommand, RefusesBadFieldsAndATakenEmail) {
  EXPECT_EQ(add("boss@example.com", "owner", ""), 1);
  EXPECT_NE(errors_.find("password"), std::string::npos) << errors_;
  EXPECT_EQ(add("boss", "owner", "correct horse\n"), 1);
  EXPECT_NE(errors_.find("email"), std::string::npos) << errors_;
  EXPECT_EQ(add("boss@example.com", "king", "correct horse\n"), 2);
  EXPECT_EQ(add("boss@example.com", "owner", "correct horse\n"), 0);
  EXPECT_EQ(add("Boss@example.com", "owner", "correct horse\n"), 1);
}

TEST_F(UsersCommand, LeavesADirectoryInUseAlone) {
  const auto held = DataDirectory::open(directory_);
  ASSERT_TRUE(held);
  EXPECT_EQ(add("boss@example.com", "owner", "correct horse\n"), 2);
  EXPECT_NE(errors_.find(directory_), std::string::npos) << errors_;
}

}  // namespace
}  // namespace jangteo
