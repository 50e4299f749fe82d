// What 'hwnas run' and 'hwnas query' make of a table with few measurements and
// many predictions, as a user would ask them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/process.h"
#include "tests/partly_predicted_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class RunOptionsTest : public testing::Test {
 protected:
  void SetUp() override { rows_ = WritePartlyPredictedTable(table_); }

  ProcessResult Run(const std::vector<std::string>& more,
                    const std::string& out = "r.db") {
    std::vector<std::string> arguments = {
        "run",        "--table", table_,  "--evaluations", "20",
        "--strategy", "random",  "--out", dir_.Path(out)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHwnas(arguments);
  }

  TempDir dir_;
  const std::string table_ = dir_.Path("t.db");
  size_t rows_ = 0;
};

TEST_F(RunOptionsTest, TheShortFormSearchesPredictionsWhereItIsToldTo) {
  const std::vector<std::string> objectives = {"--objectives",
                                               "accuracy,latency@mine"};
  const ProcessResult without = Run(objectives);
  EXPECT_EQ(without.exit_code, 0) << without.err;
  EXPECT_THAT(without.out,
              HasSubstr("note: problem 'run': latency@mine:cifar10 has a value "
                        "of 10 of " +
                        std::to_string(rows_)));
  std::vector<std::string> with = objectives;
  with.insert(with.end(), {"--filled", "--format", "json"});
  const ProcessResult filled = Run(with, "filled.db");
  EXPECT_EQ(filled.exit_code, 0) << filled.err;
  EXPECT_EQ(json::parse(filled.out).at("run").at("notes"), json::array());
  const ProcessResult trials =
      RunHwnas({"export", dir_.Path("filled.db"), "--what", "trials",
                "--format", "csv"});
  EXPECT_THAT(trials.out, Not(HasSubstr("missing,not measured")));
  EXPECT_THAT(Run({"--filled=some"}).exit_code, 2);
  const ProcessResult of_file =
      RunHwnas({"run", "x.toml", "--filled", "--table", table_});
  EXPECT_EQ(of_file.exit_code, 2);
  EXPECT_THAT(of_file.err, HasSubstr("short form"));
}

TEST_F(RunOptionsTest, TheShortFormJudgesByWhatItIsTold) {
  const ProcessResult result =
      Run({"--objectives", "accuracy,macs", "--score", "accuracy:test,macs"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const ProcessResult info =
      RunHwnas({"info", dir_.Path("r.db"), "--format", "json"});
  const json problem = json::parse(info.out).at("results").at("problems").at(0);
  EXPECT_THAT(problem.at("scores").dump(),
              HasSubstr("accuracy:cifar10/test/e200"));
  EXPECT_THAT(problem.at("objectives").dump(),
              HasSubstr("accuracy:cifar10/val/e200"));
}

TEST_F(RunOptionsTest, AFolderThatIsNotThereIsNoFullDisk) {
  ASSERT_EQ(Run({}).exit_code, 0);
  const ProcessResult result =
      RunHwnas({"report", dir_.Path("r.db"), "--out", dir_.Path("none/x.md")});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_THAT(result.err, HasSubstr("its folder is not there"));
  EXPECT_THAT(result.err, Not(HasSubstr("room")));
}

TEST_F(RunOptionsTest, ALimitThatNothingKeepsIsOneLineAndNothingIsRun) {
  for (const bool check : {true, false}) {
    std::vector<std::string> more = {"--constraint", "latency@mine<=1"};
    if (check) more.push_back("--check");
    const ProcessResult result = Run(more);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.err,
              "hwnas: error: problem 'run': no architecture of the table keeps "
              "the constraints; the lowest latency@mine:cifar10 is 5 ms, the "
              "limit 1\n");
    EXPECT_EQ(result.out, "");
  }
}

TEST_F(RunOptionsTest, QueryShowsAPredictionAsOne) {
  const auto table = Table::Open(table_);
  const auto ask = [&](size_t row, const char* format) {
    const ProcessResult result =
        RunHwnas({"query", table_, "--arch",
                  table->BaseSpace()->Format(table->ArchitectureAt(row)),
                  "--metrics", "latency@mine", "--format", format});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  EXPECT_THAT(ask(20, "text"), HasSubstr("~25"));
  EXPECT_THAT(ask(20, "text"), HasSubstr("filled, +-1"));
  const json predicted =
      json::parse(ask(20, "json")).at("query").at(0).at("values").at(0);
  EXPECT_EQ(predicted.at("value"), 25);
  EXPECT_EQ(predicted.at("filled"), true);
  EXPECT_EQ(predicted.at("origin"), "predicted");
  EXPECT_EQ(predicted.at("standard_deviation"), 1);
  EXPECT_THAT(ask(3, "text"), Not(HasSubstr("filled")));
  const json measured =
      json::parse(ask(3, "json")).at("query").at(0).at("values").at(0);
  EXPECT_EQ(measured.at("value"), 8);
  EXPECT_EQ(measured.at("origin"), "measured");
  EXPECT_FALSE(measured.contains("filled"));
}

}  // namespace
}  // namespace hwnas
