#include "tabular/number.h"

#include <gtest/gtest.h>

#include "tabular/error.h"

namespace hwnas {
namespace {

TEST(Number, OnlyWholeFiniteTextsAreNumbers) {
  EXPECT_EQ(TryParseNumber("1.5e3"), 1500);
  EXPECT_EQ(TryParseNumber("-0.25"), -0.25);
  for (const char* bad : {"", " 1", "1 ", "1,5", "nan", "inf", "-inf", "0x10",
                          "1e999", "1.5ms", "+1"}) {
    EXPECT_FALSE(TryParseNumber(bad)) << bad;
    EXPECT_THROW(ParseNumber(bad), Error) << bad;
  }
  EXPECT_EQ(TryParseInteger("-7"), -7);
  EXPECT_FALSE(TryParseInteger("7.0"));
  EXPECT_FALSE(TryParseInteger("99999999999999999999"));
}

TEST(Number, TextReadsBackAsTheSameNumber) {
  for (const double value : {0.1, 1e300, -3.0, 1.0 / 3, 5e-324}) {
    EXPECT_EQ(ParseNumber(FormatNumber(value)), value);
  }
  EXPECT_EQ(FormatNumber(0.1), "0.1");
}

}  // namespace
}  // namespace hwnas
