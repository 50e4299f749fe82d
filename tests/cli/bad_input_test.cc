// Hostile and damaged input on the command line: one clear line, the right
// exit code, and what was there before untouched. What else readers refuse is
// in the tests of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/synthetic.h"
#include "tests/cli/process.h"
#include "tests/datasets/fixtures.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr char kCell[] =
    "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
constexpr char kOther[] =
    "|nor_conv_1x1~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";

class BadInput : public testing::Test {
 protected:
  BadInput() : table_(Path("table.db")) {
    SyntheticOptions options;
    options.every = 499;
    WriteSyntheticTable(table_, options);
    before_ = ReadBytes(table_);
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }
  std::string Write(const std::string& name, const std::string& bytes) const {
    WriteBytes(Path(name), bytes);
    return Path(name);
  }

  /// One line, and the table as it was, with nothing left beside it.
  void Refused(const std::vector<std::string>& arguments, int exit_code,
               const std::string& says) const {
    const std::vector<std::string> files = Files();
    const ProcessResult result = RunHwnas(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("hwnas: error: "));
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
        << result.err;
    EXPECT_TRUE(ReadBytes(table_) == before_);
    EXPECT_EQ(Files(), files);
  }

  void CsvRefused(const std::string& rows, int exit_code,
                  const std::string& says) const {
    const std::string csv = Write("mine.csv", rows);
    const std::string schema =
        Write("mine.toml",
              "space = \"nb201\"\ntitle = \"Mine\"\nkey = \"cell\"\n"
              "defaults = {dataset = \"cifar10\"}\n"
              "[[source]]\nname = \"mine\"\norigin = \"here\"\n"
              "licence = \"MIT\"\n"
              "[[platform]]\nid = \"mine\"\ndevice = \"mine\"\n"
              "[[column]]\nname = \"ms\"\nmetric = \"latency@mine\"\n");
    Refused({"import", "csv", csv, "--schema", schema, "--out", table_},
            exit_code, says);
  }

  void PtRefused(const std::string& bytes, const std::string& says) const {
    Refused({"import", "help", Write("titanx_1.pt", bytes), "--out", table_}, 4,
            says);
  }

 private:
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(Path(""))) {
      files.push_back(entry.path().filename().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  TempDir folder_;

 protected:
  std::string table_;
  std::string before_;
};

TEST_F(BadInput, TablesCutOffOrChanged) {
  const std::string bad =
      Write("bad.db", before_.substr(0, before_.size() / 2));
  Refused({"front", bad, "--objectives", "accuracy"}, 4, "bad.db");
  Refused(
      {"run", "--table", bad, "--strategy", "random", "--out", Path("r.db")}, 4,
      "bad.db");
  Refused({"info", Write("bad.db", "")}, 4, "is not a hwnas table");
  std::string flipped = before_;
  flipped[20] = static_cast<char>(flipped[20] ^ 1);
  Refused({"query", Write("bad.db", flipped), "--arch", kCell}, 4, "bad.db");
}

TEST_F(BadInput, ResultsCutOffOrChanged) {
  const std::string results = Path("r.db");
  ASSERT_EQ(
      RunHwnas({"run", "--table", table_, "--strategy", "random",
                "--evaluations", "20", "--repetitions", "3", "--out", results})
          .exit_code,
      0);
  const auto runs = [&] {
    return RunHwnas({"export", results, "--what", "runs"}).out;
  };
  const std::string good = ReadBytes(results);
  const std::string good_runs = runs();
  const std::string bad = Write("bad.db", good.substr(0, good.size() / 2));
  Refused({"report", bad}, 4, "bad.db");
  Refused({"info", bad}, 4, "bad.db");
  Refused({"verify", bad, "--table", table_}, 4, "bad.db");
  Refused({"merge", bad, "--out", results}, 4, "bad.db");
  EXPECT_EQ(runs(), good_runs);
  Refused({"run", "--table", table_, "--strategy", "random", "--out", bad}, 4,
          "bad.db");
}

TEST_F(BadInput, ARunThatCannotBeginLeavesNoResults) {
  const auto run = [&](const std::string& objective) {
    return std::vector<std::string>{"run",          "--table",       table_,
                                    "--strategy",   "random",        "--out",
                                    Path("r.db"),   "--evaluations", "10",
                                    "--objectives", objective};
  };
  Refused(run("latency@nowhere"), 3, "latency@nowhere");
  // Results that are there stay.
  ASSERT_EQ(RunHwnas(run("accuracy:val")).exit_code, 0);
  const auto runs = [&] {
    return RunHwnas({"export", Path("r.db"), "--what", "runs"}).out;
  };
  const std::string before = runs();
  Refused(run("latency@nowhere"), 3, "latency@nowhere");
  EXPECT_EQ(runs(), before);
}

TEST_F(BadInput, PickledCodeAndBombs) {
  using namespace pickle;  // NOLINT: opcodes are the language of this test
  PtRefused(MakePt(Global("os", "system") + Tuple({Str("exit 3")}) + "R"),
            "names os.system");
  PtRefused(MakePt("]r\xff\xff\xff\xff"), "the memo's entry 4294967295");
  const std::string pt = MakePt(List({Float(1), Float(2)}));
  PtRefused(pt.substr(0, pt.size() / 2), "titanx_1.pt");
  // A bit of a number, which the archive's checksum covers.
  std::string flipped = pt;
  const size_t one = pt.find("\x3f\xf0");
  ASSERT_NE(one, std::string::npos);
  flipped[one] = '\x3e';
  PtRefused(flipped, "titanx_1.pt");
  PtRefused(
      MakeArchive("zip-deflate", {{"x/version", "3\n"},
                                  {"x/data.pkl", std::string(20 << 20, '\0')}}),
      "more than 200 times its size");
}

TEST_F(BadInput, CsvFilesThatAreNotWhatTheirSchemaSays) {
  const std::string cell = kCell;
  CsvRefused("cell,seconds\n" + cell + ",7.5\n", 4, "ms");
  CsvRefused("cell,ms\n" + cell + ",7.5\n" + cell + ",7.6\n", 4, ":3");
  CsvRefused("cell,ms\n" + cell + ",nan\n", 4, ":2");
  CsvRefused("cell,ms\n" + cell + ",7.5\n" + kOther + "\n", 4, ":3");
  CsvRefused("cell,ms\nnot a cell,7.5\n", 4, ":2");
}

TEST_F(BadInput, TomlWithUnknownKeysOrAMillionLevels) {
  const std::string experiment =
      "name = \"x\"\ntable = \"table.db\"\nrepetition = 3\n";
  Refused({"run", Write("x.toml", experiment)}, 2,
          "did you mean 'repetitions'?");
  constexpr size_t kLevels = 1'000'000;
  Refused({"run", Write("x.toml", "a = " + std::string(kLevels, '[') +
                                      std::string(kLevels, ']') + "\n")},
          4, "x.toml");
}

}  // namespace
}  // namespace hwnas
