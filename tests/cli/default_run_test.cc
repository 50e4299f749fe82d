// What `hwnas` does where no table is named.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/process.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(DefaultRun,
     ComparesOnTheTableThatComesWithHwnasAndSaysHowMuchOfItIsThere) {
  const TempDir folder;
  const std::string results = folder.Path("r.db");
  const ProcessResult run =
      RunHwnas({"run", "--repetitions", "2", "--out", results});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, Not(HasSubstr("SYNTHETIC")));
  const ProcessResult again = RunHwnas(
      {"run", "--repetitions", "2", "--out", results, "--format", "json"});
  const json summary = json::parse(again.out).at("run");
  EXPECT_EQ(summary.at("synthetic"), false);
  EXPECT_EQ(summary.at("ran"), 0);
  const ProcessResult report = RunHwnas({"report", results});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  const ProcessResult model = RunHwnas({"report", results, "--format", "json"});
  const json problems = json::parse(model.out).at("report").at("problems");
  // Each of the four problems is there or said to be left out.
  EXPECT_EQ(problems.size() + summary.at("left_out").size(), 4u);
  for (const json& line : summary.at("left_out")) {
    EXPECT_THAT(run.out, HasSubstr(line.get<std::string>()));
  }
  for (const json& problem : problems) {
    const json searched = problem.at("protocol").at("searched");
    EXPECT_EQ(searched.at("all_networks"), 6985);
    const std::string words =
        searched.at("networks").dump() + " of 6985 networks";
    const bool whole = searched.at("networks") == 6985;
    EXPECT_THAT(report.out, whole ? testing::Matcher<std::string>(testing::_)
                                  : HasSubstr(words));
    EXPECT_EQ(problem.at("strategies").size(), 4u);
  }
}

TEST(DefaultRun, AMadeUpTableIsThereWhereItIsAskedFor) {
  const TempDir folder;
  const ProcessResult run =
      RunHwnas({"run", "--table", "synthetic", "--strategy", "random",
                "--repetitions", "1", "--out", folder.Path("r.db")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("SYNTHETIC table"));
}

TEST(DefaultRun, InfoIsAboutTheSameTable) {
  const ProcessResult info = RunHwnas({"info", "--format", "json"});
  ASSERT_EQ(info.exit_code, 0) << info.err;
  EXPECT_EQ(json::parse(info.out).at("effective_networks"), 6985);
}

TEST(DefaultRun, AStudyOfItNeedsNoTable) {
  const ProcessResult study =
      RunHwnas({"transfer", "fidelities-derived", "--format", "json"});
  ASSERT_EQ(study.exit_code, 0) << study.err;
  const json answer = json::parse(study.out);
  EXPECT_EQ(answer.at("kind"), "signals");
  EXPECT_GE(answer.at("transfers").at(0).at("architectures"), 6984);
}

TEST(DefaultRun, SoDoesAStudyOfNetworksTrainedInOtherWays) {
  const ProcessResult study =
      RunHwnas({"transfer", "training-derived", "--format", "json"});
  ASSERT_EQ(study.exit_code, 0) << study.err;
  const json answer = json::parse(study.out);
  for (const json& transfer : answer.at("transfers")) {
    EXPECT_EQ(transfer.at("architectures"), 160) << transfer;
  }
  ASSERT_EQ(answer.at("gains").size(), 4u);
  // Weights of other classes help where there are few images.
  EXPECT_GT(answer.at("gains").at(1).at("low"), 0);
}

TEST(DefaultRun, AStudyIsAReportOrASectionOfOne) {
  const TempDir folder;
  const ProcessResult page =
      RunHwnas({"transfer", "fidelities-derived", "--format", "html"});
  ASSERT_EQ(page.exit_code, 0) << page.err;
  const ProcessResult alone =
      RunHwnas({"report", "--study", "fidelities-derived", "--format", "html"});
  EXPECT_EQ(alone.out, page.out);
  const ProcessResult run =
      RunHwnas({"run", "--strategy", "random", "--evaluations", "5",
                "--repetitions", "2", "--out", folder.Path("r.db")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  // The option takes one name: results may stand behind it.
  const ProcessResult both =
      RunHwnas({"report", "--study", "fidelities-derived", folder.Path("r.db"),
                "--format", "md"});
  EXPECT_EQ(both.exit_code, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr("## Summary"));
  EXPECT_THAT(both.out, HasSubstr("## Study: fidelities-derived"));
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"report"},
        {"report", folder.Path("r.db"), "--table", "t.db"},
        {"report", "--study", "fidelities-derive"},
        {"report", "--study", "fidelities-derived", "--format", "csv"},
        {"report", "--study", "fidelities-derived", "--study",
         "fidelities-derived"}}) {
    EXPECT_EQ(RunHwnas(wrong).exit_code, 2) << wrong.back();
  }
}

}  // namespace
}  // namespace hwnas
