// Runs a fuzz target without a fuzzer, as tests: every file of its corpus, and damaged copies of each made from a fixed
// seed. A crash or a failed assert ends the program, which the suite runner counts as a failure.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kDamagedCopiesPerFile = 200;

void feed(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string damaged(std::string input, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t change = 0; change <= below(4); ++change) {
    const std::size_t at = below(input.size() + 1);
    switch (random() % 5) {
      case 0:
        input.resize(at);
        break;
      case 1:
        input.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        input.erase(at, 1 + below(8));
        break;
      case 3:
        input.insert(at, input.substr(below(input.size() + 1), below(64)));
        break;
      default:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << (random() % 8)));
    }
  }
  return input;
}

class Replay : public testing::Test {
 public:
  explicit Replay(std::filesystem::path file) : file_(std::move(file)) {}
  void TestBody() override {
    std::ifstream stream(file_, std::ios::binary);
    ASSERT_TRUE(stream) << file_;
    const std::string input((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    feed(input);
    std::mt19937_64 random(input.size());
    for (int copy = 0; copy < kDamagedCopiesPerFile; ++copy) feed(damaged(input, random));
  }

 private:
  std::filesystem::path file_;
};

class Corpus : public testing::Test {
 public:
  void TestBody() override { EXPECT_TRUE(std::filesystem::is_directory(JANGTEO_CORPUS)) << JANGTEO_CORPUS; }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::RegisterTest("Corpus", "Exists", nullptr, nullptr, __FILE__, __LINE__,
                        []() -> testing::Test* { return new Corpus; });
  if (std::filesystem::is_directory(JANGTEO_CORPUS)) {
    for (const auto& entry : std::filesystem::directory_iterator(JANGTEO_CORPUS)) {
      const std::filesystem::path file = entry.path();
      testing::RegisterTest("Corpus", ("Survives_" + file.filename().string()).c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [file]() -> testing::Test* { return new Replay(file); });
    }
  }
  return RUN_ALL_TESTS();
}
