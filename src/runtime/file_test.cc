#include "runtime/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace jangteo {
namespace {

class File : public testing::Test {
 protected:
  File() {
    std::string pattern = testing::TempDir() + "jangteo-file-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~File() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(File, ReadsBackWhatWasWritten) {
  const std::string path = folder_ + "/keys";
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(write_file_atomically(path, bytes, 0600));
  EXPECT_EQ(read_file(path).value(), bytes);
  ASSERT_TRUE(write_file_atomically(path, ""));
  EXPECT_EQ(read_file(path).value(), "");
}

TEST_F(File, IsReplacedWithItsModeAndWithoutLeavings) {
  const std::string path = folder_ + "/keys";
  ASSERT_TRUE(write_file_atomically(path, "old", 0600));
  ASSERT_TRUE(write_file_atomically(path, "new", 0600));
  EXPECT_EQ(read_file(path).value(), "new");
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(File, AFailedWriteKeepsTheOldStateAndNamesThePath) {
  const std::string path = folder_ + "/directory";
  ASSERT_TRUE(make_directories(path));
  const auto refused = write_file_atomically(path, "x");  // a file cannot replace a directory
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(path), std::string::npos) << refused.error().detail;
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  const auto absent = write_file_atomically(folder_ + "/no/such", "x");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

TEST_F(File, ReadingNamesWhatIsAbsentOrTooLarge) {
  EXPECT_EQ(read_file(folder_ + "/none").error().code, ErrorCode::not_found);
  EXPECT_NE(read_file(folder_ + "/none").error().detail.find(folder_ + "/none"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(folder_ + "/ten", "0123456789"));
  EXPECT_EQ(read_file(folder_ + "/ten", 9).error().code, ErrorCode::too_large);
  EXPECT_TRUE(read_file(folder_ + "/ten", 10));
}

TEST_F(File, DirectoriesAreMadeWithTheirParentsOnce) {
  ASSERT_TRUE(make_directories(folder_ + "/a/b/c/"));
  EXPECT_TRUE(make_directories(folder_ + "/a/b/c"));
  EXPECT_TRUE(std::filesystem::is_directory(folder_ + "/a/b/c"));
  ASSERT_TRUE(write_file_atomically(folder_ + "/plain", ""));
  const auto refused = make_directories(folder_ + "/plain");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("plain"), std::string::npos);
  EXPECT_FALSE(make_directories(folder_ + "/plain/below"));
}

TEST_F(File, ADataDirectoryIsMadeAndLockedUntilItGoes) {
  const std::string path = folder_ + "/data/deep";
  {
    auto first = DataDirectory::open(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->file("order-0.db"), path + "/order-0.db");
    auto moved = std::move(*first);
    const auto second = DataDirectory::open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_NE(second.error().detail.find(path), std::string::npos);
    EXPECT_NE(second.error().detail.find("(" + std::to_string(getpid()) + ")"), std::string::npos)
        << second.error().detail;
  }
  EXPECT_TRUE(DataDirectory::open(path));
}

TEST_F(File, AKilledProcessGivesTheDataDirectoryBack) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto own = DataDirectory::open(folder_);
    const char word = own ? 'y' : 'n';
    if (write(ready[1], &word, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char word = 0;
  ASSERT_EQ(read(ready[0], &word, 1), 1);
  ASSERT_EQ(word, 'y');
  EXPECT_EQ(DataDirectory::open(folder_).error().code, ErrorCode::conflict);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(DataDirectory::open(folder_));
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace jangteo
