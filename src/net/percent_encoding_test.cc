#include "net/percent_encoding.h"

#include <gtest/gtest.h>

namespace jangteo {

TEST(PercentEncoding, DecodesWhatItEncoded) {
  const std::string text = "김치 & \"kimchi\" 100%/ä?#[]@!$'()*+,;=";
  EXPECT_EQ(percent_decode(percent_encode(text)), text);
  EXPECT_EQ(percent_encode("a b/c~"), "a%20b%2Fc~");
}

TEST(PercentEncoding, ReadsPlusAsSpaceInQueriesOnly) {
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a%2Bb", true), "a+b");
}

TEST(PercentEncoding, RefusesBrokenSequences) {
  for (const char* text : {"%", "a%2", "%zz", "%2g", "100%"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
    EXPECT_FALSE(is_percent_encoded_text(text)) << text;
  }
}

TEST(PercentEncoding, RefusesNulAndInvalidUtf8) {
  EXPECT_FALSE(percent_decode("a%00b"));
  EXPECT_FALSE(percent_decode("%C0%AF"));         // overlong '/'
  EXPECT_FALSE(percent_decode("%ED%A0%80"));      // surrogate
  EXPECT_FALSE(percent_decode("\xff"));           // raw byte
  EXPECT_TRUE(is_percent_encoded_text("/김치"));  // raw UTF-8, as curl sends it
}

}  // namespace jangteo
