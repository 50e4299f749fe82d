#include "datasets/toml_reader.h"

#include <string>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

TomlTable Read(const std::string& text) {
  return TomlTable::ReadText(text, "x.toml");
}

TEST(TomlReader, ReadsEveryTypeOfValue) {
  const TomlTable t = Read(R"(
s = "text"
i = 1_000
hex = 0xff
negative = -9223372036854775808
n = 0.1
e = +6.02e23
b = true
list = ["a", "b"]
lone = "c"
numbers = [1, 2.5]
matrix = [[1, 2], [3.5]]
mixed = [1, 0.25, "x", false]
[sub]
deep.er = 3
[[many]]
x = 1
[[many]]
x = 2
)");
  EXPECT_EQ(t.String("s"), "text");
  EXPECT_EQ(t.Integer("i"), 1000);
  EXPECT_EQ(t.Integer("hex"), 255);
  EXPECT_EQ(t.Integer("negative"), INT64_MIN);
  EXPECT_EQ(t.Number("n"), 0.1);
  EXPECT_EQ(t.Number("i"), 1000.0);
  EXPECT_EQ(t.Number("e"), 6.02e23);
  EXPECT_TRUE(t.Bool("b", false));
  EXPECT_EQ(t.Strings("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(t.Strings("lone"), (std::vector<std::string>{"c"}));
  EXPECT_EQ(t.Strings("absent"), (std::vector<std::string>{}));
  EXPECT_EQ(t.Numbers("numbers"), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(t.Matrix("matrix"),
            (std::vector<std::vector<double>>{{1, 2}, {3.5}}));
  EXPECT_EQ(t.Texts("mixed"),
            (std::vector<std::string>{"1", "0.25", "x", "false"}));
  EXPECT_EQ(t.Table("sub").Table("deep").Integer("er"), 3);
  const auto many = t.Tables("many");
  ASSERT_EQ(many.size(), 2u);
  EXPECT_EQ(many[0].Integer("x"), 1);
  EXPECT_EQ(many[1].Integer("x"), 2);
  t.CheckAllRead();
}

TEST(TomlReader, FallsBackOnlyWhereAKeyIsAbsent) {
  const TomlTable t = Read("i = 'text'");
  EXPECT_EQ(t.Integer("other", 7), 7);
  EXPECT_EQ(t.String("other", "x"), "x");
  EXPECT_EQ(t.Number("other", 0.5), 0.5);
  EXPECT_FALSE(t.Bool("other", false));
  EXPECT_TRUE(t.Table("other").Keys().empty());
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Integer("i", 7); }),
            "x.toml:1: key 'i': expected an integer, found a string");
}

TEST(TomlReader, NamesFileLineAndKeyOfAMistake) {
  const TomlTable t = Read("a = 1\n\n[b]\nc = 'x'\nd = [1, 'y']\ne = inf\n");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.String("a"); }),
            "x.toml:1: key 'a': expected a string, found an integer");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Table("b").Number("c"); }),
            "x.toml:4: key 'c': expected a number, found a string");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Table("b").Numbers("d"); }),
            "x.toml:5: key 'd': expected a number, found a string");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Table("b").Number("e"); }),
            "x.toml:6: key 'e': expected a finite number");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Table("b").String("z"); }),
            "x.toml:3: key 'z' is missing; expected a string");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [&] { t.Fail("a", "no"); }),
            "x.toml:1: key 'a': no");
}

TEST(TomlReader, RefusesAKeyThatNobodyReadAndNamesTheNearest) {
  const TomlTable t = Read("seed = 1\n[run]\nthreds = 2\n");
  EXPECT_EQ(t.Integer("seed"), 1);
  EXPECT_EQ(t.Table("run").Integer("threads", 1), 1);
  const std::string message =
      Failure(ErrorCode::kUsage, [&] { t.CheckAllRead(); });
  EXPECT_EQ(message,
            "x.toml:3: unknown key 'threds'; did you mean 'threads'? (known: "
            "threads)");
}

TEST(TomlReader, ListsKeysInTheOrderOfTheFile) {
  const TomlTable t = Read("z = 1\na = 2\nm.x = 3\n[[k]]\nv=1\n[b]\nq = 1\n");
  EXPECT_EQ(t.Keys(), (std::vector<std::string>{"z", "a", "m", "k", "b"}));
}

TEST(TomlReader, RefusesNumbersThatDoNotFit) {
  EXPECT_EQ(Failure(ErrorCode::kUsage, [] { Read("i = 9223372036854775808"); }),
            "x.toml:1: 9223372036854775808 is no integer of 64 bits");
  EXPECT_EQ(Failure(ErrorCode::kUsage, [] { Read("\nn = 1e999"); }),
            "x.toml:2: 1e999 does not fit a number");
}

TEST(TomlReader, RefusesWhatIsNoToml) {
  for (const char* text :
       {"a = ", "a", "= 1", "a = 1\na = 2", "[a\nb = 1", "a = 'x", "\"\"\"",
        "a = {b = 1", "a = 1 2", "[a]\n[a]\n", "a = [1, 2", "a = tru"}) {
    SCOPED_TRACE(text);
    const std::string message = Failure(ErrorCode::kUsage, [&] { Read(text); });
    EXPECT_EQ(message.rfind("x.toml:", 0), 0u) << message;
  }
}

TEST(TomlReader, RefusesBytesThatAreNoText) {
  EXPECT_EQ(Read("a = '\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'").String("a"),
            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  for (const char* bytes :
       {"\xc3", "\x80", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\xe2\x82", "\x01", "\x7f", "\xff"}) {
    EXPECT_NE(Failure(ErrorCode::kUsage,
                      [&] { Read(std::string("\na = '") + bytes + "'"); })
                  .find("x.toml:2: no TOML: the byte 0x"),
              std::string::npos);
  }
}

TEST(TomlReader, RefusesAMillionLevelsBeforeAnythingRecurses) {
  const std::string brackets = "a = " + std::string(1'000'000, '[');
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { Read(brackets); }),
            "x.toml:1: nested deeper than 32 levels");
  std::string braces = "a = ";
  for (int i = 0; i < 1'000'000; ++i) braces += "{b=";
  Failure(ErrorCode::kCorrupt, [&] { Read(braces); });
  std::string dotted = "a";
  for (int i = 0; i < 1'000'000; ++i) dotted += ".a";
  Failure(ErrorCode::kCorrupt, [&] { Read(dotted + " = 1"); });
  Failure(ErrorCode::kCorrupt, [&] { Read("[" + dotted + "]"); });
}

TEST(TomlReader, CountsNoBracketsInsideOfStringsAndComments) {
  const std::string deep(100, '[');
  const TomlTable t = Read("a = '" + deep + "' # " + deep + "\nb = \"\\\"" +
                           deep + "\"\nc = '''\n'" + deep +
                           "'''\nd = \"\"\"x\"\"" + deep + "\\\"\"\"\"\n");
  EXPECT_EQ(t.String("a"), deep);
  EXPECT_EQ(t.String("b"), "\"" + deep);
  EXPECT_EQ(t.String("c"), "'" + deep);
  EXPECT_EQ(t.String("d"), "x\"\"" + deep + "\"");
}

TEST(TomlReader, CountsBracketsBehindEveryKindOfString) {
  const std::string deep(100, '[');
  for (const char* before :
       {"'x'", "\"x\"", "'''x'''", "\"\"\"x\"\"\"", "\"\"\"x\"\"\"\"",
        "\"\"\"x\"\"\"\"\"", "\"\"", "''", "\"\"\"\"\"\"", "\"\\\\\""}) {
    SCOPED_TRACE(before);
    Failure(ErrorCode::kCorrupt,
            [&] { Read(std::string("a = [") + before + ", " + deep); });
  }
}

TEST(TomlReader, RefusesTooManyValues) {
  std::string text = "a = [";
  for (int i = 0; i < 1'000'001; ++i) text += "[],";
  Failure(ErrorCode::kCorrupt, [&] { Read(text + "]"); });
}

TEST(TomlReader, SaysWhichFileIsMissing) {
  EXPECT_EQ(Failure(ErrorCode::kNotFound,
                    [] { TomlTable::ReadFile("/no/such.toml"); }),
            "/no/such.toml: no such file");
  Failure(ErrorCode::kNotFound, [] { TomlTable::ReadFile("/"); });
}

}  // namespace
}  // namespace hwnas
