#include "services/product/import_reader.h"

#include <gtest/gtest.h>

namespace jangteo {
namespace {

std::string read(std::string_view text) {
  ImportReader reader(text);
  std::string out;
  while (auto one = reader.next()) {
    out += std::to_string(one->number) + "{";
    if (one->record) {
      for (const auto& field : one->record->fields()) out += field.path + "=" + field.text + ";";
    } else {
      out += "!" + one->record.error().detail;
    }
    out += "}";
  }
  return out;
}

TEST(ImportReader, ReadsAJsonArrayByIndex) {
  EXPECT_EQ(read("\xef\xbb\xbf [ {\"a\":1.50}, {\"a\":\"x\"} ]\n"), "0{a=1.50;}1{a=x;}");
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(ImportReader("[]").unit(), "index");
}

TEST(ImportReader, StopsBehindBrokenJsonOfAnArray) {
  const auto out = read(R"([{"a":1},{"a":2,},{"a":3}])");
  EXPECT_TRUE(out.starts_with("0{a=1;}1{!not JSON at byte")) << out;
  EXPECT_EQ(out.find("a=3"), std::string::npos);
  EXPECT_NE(read("[{\"a\":1}").find("!not JSON"), std::string::npos);
  EXPECT_NE(read("[{\"a\":1}] x").find("!not JSON"), std::string::npos);
}

TEST(ImportReader, ReadsLongArraysPieceByPiece) {
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) text += (i > 0 ? "," : "") + std::string(R"({"sku":")") + std::to_string(i) + "\"}";
  text += "]";
  ImportReader reader(text);
  std::uint64_t count = 0;
  while (auto one = reader.next()) {
    ASSERT_EQ(one->number, count);
    ASSERT_EQ(one->record->find("sku")->text, std::to_string(count));
    ++count;
  }
  EXPECT_EQ(count, 20'000U);
}

TEST(ImportReader, ReadsObjectsByLineAndGoesOnBehindABrokenOne) {
  const auto out = read("{\"a\":1}\r\n\n{\"a\":\n{\"a\":3}\n7\n");
  EXPECT_TRUE(out.starts_with("1{a=1;}3{!")) << out;
  EXPECT_NE(out.find("4{a=3;}5{!"), std::string::npos) << out;
}

TEST(ImportReader, ReadsCsvWithQuotesAndLineBreaksInCells) {
  EXPECT_EQ(read("sku,name,price.amount\r\n1,\"Boots, \"\"black\"\"\r\nand warm\",5\r\n2,,7"),
            "2{sku=1;name=Boots, \"black\"\r\nand warm;price.amount=5;}4{sku=2;name=;price.amount=7;}");
  EXPECT_EQ(read("a,b\n\"\",\"\"\n\nx,\"y\"\n"), "2{a=;b=;}4{a=x;b=y;}");
}

TEST(ImportReader, NamesTheLineOfABrokenRowAndGoesOn) {
  EXPECT_EQ(read("a,b\n1\n2,3\n"), "2{!has 1 cells, the header 2}3{a=2;b=3;}");
  EXPECT_EQ(read("a,b\nx\"y,1\n2,3\n"), "2{!has a quote inside of a cell that is not quoted}3{a=2;b=3;}");
  EXPECT_EQ(read("a,b\n\"x\"y,1\n2,3\n"), "2{!has a quote inside of a cell that is not quoted}3{a=2;b=3;}");
  EXPECT_EQ(read("a,b\n\xff,1\n2,3\n"), "2{!is not UTF-8}3{a=2;b=3;}");
  EXPECT_EQ(read("a,b\n2,\"3\n4,5\n"), "2{!has a quote that never ends}");
}

TEST(ImportReader, RefusesAHeaderThatNamesAColumnTwice) {
  EXPECT_EQ(read("a,b,a\n1,2,3\n"), "1{!the header names the column 'a' twice}");
}

TEST(ImportReader, RefusesWhatIsLongerThanItsLimits) {
  EXPECT_EQ(read("a\n" + std::string(ImportReader::kRecordBytesMax + 1, 'x') + "\ny\n"),
            "2{!is longer than 1 MiB}3{a=y;}");
  EXPECT_NE(read(std::string(600, ',') + "\n").find("columns"), std::string::npos);
  EXPECT_EQ(read("{\"a\":\"" + std::string(ImportReader::kRecordBytesMax, 'x') + "\"}\n{\"a\":1}"),
            "1{!is longer than 1 MiB}2{a=1;}");
}

TEST(ImportReader, FindsNothingInAnEmptyFile) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("\xef\xbb\xbf"), "");
  EXPECT_EQ(read(" \n\n"), "");
}

}  // namespace
}  // namespace jangteo
