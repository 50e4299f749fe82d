#include "datasets/csv_reader.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

std::vector<std::vector<std::string>> Rows(const std::string& text) {
  CsvReader csv(text, "x.csv");
  std::vector<std::vector<std::string>> rows;
  while (csv.Next()) rows.push_back(csv.Fields());
  return rows;
}

using Table = std::vector<std::vector<std::string>>;

TEST(CsvReader, ReadsPlainAndQuotedFields) {
  EXPECT_EQ(Rows("a,b\n1,2\n,\n"), (Table{{"1", "2"}, {"", ""}}));
  EXPECT_EQ(Rows("a,b\r\n\"x,\"\"y\"\"\n\",\"\"\r\nlast,one"),
            (Table{{"x,\"y\"\n", ""}, {"last", "one"}}));
  EXPECT_EQ(Rows("\xef\xbb\xbf"
                 "a,b\n1,2"),
            (Table{{"1", "2"}}));
  EXPECT_EQ(Rows("a\n"), (Table{}));
}

TEST(CsvReader, NumbersColumnsThatShareAName) {
  CsvReader csv("arch,arch,x,arch\n1,2,3,4\n", "x.csv");
  EXPECT_EQ(csv.Header(),
            (std::vector<std::string>{"arch", "arch#2", "x", "arch#3"}));
  EXPECT_EQ(csv.Column("arch#2"), 1u);
  EXPECT_TRUE(csv.Has("arch#3"));
  EXPECT_FALSE(csv.Has("arch#4"));
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { csv.Column("arc"); }),
            "x.csv:1: the header lacks the column 'arc'; it has 'arch'");
}

TEST(CsvReader, SaysOnWhichLineARowHasTheWrongLength) {
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [] { Rows("a,b\n1,2\n3\n"); }),
            "x.csv:3: 1 field, but the header has 2");
  EXPECT_EQ(
      Failure(ErrorCode::kCorrupt, [] { Rows("a,b\n\"\n\n\",2\n1,2,3\n"); }),
      "x.csv:5: 3 fields, but the header has 2");
}

TEST(CsvReader, RefusesWhatTheFormatDoesNotHave) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "x.csv:1: is empty; a header is needed"},
      {"a\n\nb\n", "x.csv:2: a blank line"},
      {"a\nx\"y\n",
       "x.csv:2: a quote inside of a field that has none around it"},
      {"a\n\"x\"y\n", "x.csv:2: text behind a closing quote"},
      {"a\n\"x", "x.csv:2: the file ends within quotes"},
      {"a\nx\ry\n", "x.csv:2: a carriage return without a line feed"},
      {std::string("a\nx\0y\n", 6), "x.csv:2: a NUL byte"},
      {std::string(5000, ','), "x.csv:1: more than 4096 columns"},
      {"a\n" + std::string(size_t{2} << 20, 'x'),
       "x.csv:2: a field of more than 1 MiB"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&t = text] { Rows(t); }), message);
  }
}

}  // namespace
}  // namespace hwnas
