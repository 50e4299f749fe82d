#include <gtest/gtest.h>

#include "bench/report/csv.h"
#include "bench/report/text_table.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

TEST(TextTable, AlignsNumbersRightAndTextLeft) {
  TextTable table({"name", "value", "remark"});
  table.AddRow({"a", "1.5", "x"});
  table.AddRow({"longer", "-", ""});
  table.AddRow({"µ", "120", "yy"});
  EXPECT_EQ(table.Text(),
            "name    value  remark\n"
            "------  -----  ------\n"
            "a         1.5  x\n"
            "longer      -\n"
            "µ         120  yy\n");
}

TEST(TextTable, RowsHaveTheHeadersLength) {
  TextTable table({"a", "b"});
  EXPECT_THROW(table.AddRow({"1"}), Error);
}

TEST(TextList, PadsNamesAlike) {
  EXPECT_EQ(TextList({{"a", "1"}, {"bcd", "2"}}), "a    1\nbcd  2\n");
}

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(CsvLine({"", "a", "b,c", "say \"x\"", "two\nlines"}),
            ",a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\"\n");
}

}  // namespace
}  // namespace hwnas
