#include "bench/harness/run_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "strategies/registry.h"
#include "tests/failure.h"
#include "tests/partly_predicted_table.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RunNotesTest : public testing::Test {
 protected:
  void SetUp() override {
    rows_ = WritePartlyPredictedTable(path_);
    table_ = Table::Open(path_);
  }

  std::vector<std::string> Notes(const std::string& problem,
                                 const std::string& strategies,
                                 const std::string& protocol = "") const {
    return CheckExperiment(Made(problem, strategies, protocol), table_);
  }
  static Experiment Made(const std::string& problem,
                         const std::string& strategies,
                         const std::string& protocol = "") {
    return Experiment::ReadText(
        "name = \"n\"\n[protocol]\n" +
            (protocol.empty() ? "evaluations = 30\n" : protocol) +
            "[[problem]]\nname = \"p\"\n" + problem + strategies,
        "n.toml");
  }
  static std::string Strategy(const std::string& name,
                              const std::string& options = "") {
    return "[[strategy]]\nname = \"" + name + "\"\noptions = {" + options +
           "}\n";
  }

  TempDir dir_;
  const std::string path_ = dir_.Path("t.db");
  size_t rows_ = 0;
  std::shared_ptr<const Table> table_;
};

constexpr char kAccuracy[] = "objectives = [\"accuracy:val\"]\n";

TEST_F(RunNotesTest, SayNothingWhereNothingSurprises) {
  EXPECT_THAT(Notes(kAccuracy, Strategy("random") + Strategy("tpe")),
              IsEmpty());
  EXPECT_THAT(
      Notes("objectives = [\"accuracy:val\", \"macs\"]\n",
            Strategy("random") + Strategy("nsga2", "population_size = 10")),
      IsEmpty());
}

TEST_F(RunNotesTest, PredictionsThatAreNotUsedAreNamed) {
  const std::string two = "objectives = [\"accuracy:val\", \"latency@mine\"]\n";
  const std::string all = std::to_string(rows_);
  const std::string more = std::to_string(rows_ - kRowsMeasured);
  EXPECT_THAT(
      Notes(two, Strategy("random")),
      ElementsAre(AllOf(HasSubstr("problem 'p': latency@mine"),
                        HasSubstr("a value of 10 of " + all),
                        HasSubstr("predictions of " + more + " more are not"),
                        HasSubstr("--filled"))));
  EXPECT_THAT(
      Notes(std::string(kAccuracy) + "constraints = [\"latency@mine<=8\"]\n",
            Strategy("random")),
      ElementsAre(HasSubstr("predictions of " + more)));
  EXPECT_THAT(Notes(two + "filled = \"all\"\n", Strategy("random")), IsEmpty());
  // Searched with them, judged without.
  EXPECT_THAT(Notes(two + "filled = \"observed\"\n"
                          "score = [\"accuracy:test\", \"latency@bare\"]\n",
                    Strategy("random")),
              ElementsAre(HasSubstr("(judged) has a value of 10 of")));
}

TEST_F(RunNotesTest, AMetricOfFewRowsIsNamed) {
  const std::string two = "objectives = [\"accuracy:val\", \"latency@bare\"]\n";
  EXPECT_THAT(Notes(two, Strategy("random")),
              ElementsAre(AllOf(HasSubstr("latency@bare"),
                                HasSubstr("a value of 10 of"),
                                HasSubstr("measured_only"))));
  EXPECT_THAT(Notes(two + "measured_only = true\n", Strategy("random")),
              IsEmpty());
}

TEST_F(RunNotesTest, APopulationThatTakesAllEvaluationsIsNamed) {
  const auto notes = [&](const std::string& size) {
    return Notes(kAccuracy, Strategy("regularized-evolution",
                                     "population_size = " + size));
  };
  EXPECT_THAT(notes("29"), IsEmpty());
  EXPECT_THAT(notes("30"),
              ElementsAre(AllOf(HasSubstr("regularized-evolution: its "
                                          "population of 30"),
                                HasSubstr("all of the 30 evaluations"))));
  // The default counts too; without a budget in evaluations nothing does.
  EXPECT_THAT(Notes(kAccuracy, Strategy("nsga2")),
              ElementsAre(HasSubstr("nsga2: its population of 100")));
  EXPECT_THAT(Notes(kAccuracy, Strategy("nsga2"), "simulated_seconds = 30\n"),
              IsEmpty());
}

TEST_F(RunNotesTest, StrategiesOfTheFirstObjectiveAloneAreNamedTogether) {
  EXPECT_THAT(
      Notes("objectives = [\"accuracy:val\", \"macs\"]\n",
            Strategy("tpe") + Strategy("random") + Strategy("local-search")),
      ElementsAre(AllOf(
          HasSubstr("tpe, local-search: only the first objective is searched"),
          HasSubstr("accuracy"))));
}

TEST_F(RunNotesTest, WhatIsNamedSeesTheFirstObjectiveAlone) {
  const auto trace = [&](const std::string& name, const std::string& second) {
    const Experiment experiment =
        Made("objectives = [\"accuracy:val\", \"" + second + "\"]\n",
             Strategy(name));
    const std::string path = dir_.Path(name + second + ".db");
    const auto results = Results::OpenOrCreate(path);
    EXPECT_EQ(RunExperiment(experiment, table_, *results, {}).failed, 0u);
    const RunOutcome outcome = results->Outcome(results->Runs().at(0));
    std::string text;
    for (const LoggedTrial& trial : outcome.trials) {
      text += outcome.entries[trial.entry].text + "\n";
    }
    return text;
  };
  size_t alone = 0;
  for (const StrategyInfo& info : BuiltInStrategies()) {
    if (!SearchesFirstAlone(info)) continue;
    ++alone;
    EXPECT_EQ(trace(info.name, "macs"),
              trace(info.name, "latency@synthetic-cpu"))
        << info.name;
  }
  EXPECT_GT(alone, 5u);
  for (const char* name : {"random", "nsga2", "scalarised", "exhaustive"}) {
    EXPECT_FALSE(SearchesFirstAlone(FindStrategy(name))) << name;
  }
}

TEST_F(RunNotesTest, ConstraintsThatNothingKeepsAreRefusedBeforeTheRuns) {
  const auto failure = [&](const std::string& rest) {
    return Failure(ErrorCode::kNotFound,
                   [&] { Notes(kAccuracy + rest, Strategy("random")); });
  };
  const std::string low = failure("constraints = [\"latency@mine<=1\"]\n");
  EXPECT_THAT(low, HasSubstr("problem 'p': no architecture of the table keeps "
                             "the constraints; the lowest latency@mine"));
  EXPECT_THAT(low, HasSubstr("is 5 ms, the limit 1"));
  EXPECT_THAT(failure("constraints = [\"accuracy:val>=100\"]\n"),
              HasSubstr("the highest accuracy"));
  // Each is kept by other rows; rows are numbered from 5 ms on.
  EXPECT_THAT(failure("constraints = [\"latency@mine<=6\", "
                      "\"latency@bare>=13\"]\n"),
              HasSubstr("each alone is kept by some"));
  EXPECT_THAT(failure("constraints = [\"latency@mine<=6\"]\n"
                      "filter = [\"latency@mine>=8\"]\n"),
              HasSubstr("within the filter"));
  // What predictions keep counts where they are judged by.
  const std::string far = "constraints = [\"latency@mine>=40\"]\n";
  failure(far);
  EXPECT_THAT(Notes(kAccuracy + far + "filled = \"all\"\n", Strategy("random")),
              IsEmpty());
}

TEST_F(RunNotesTest, NothingIsRunWhereNothingKeepsTheConstraints) {
  const auto results = Results::OpenOrCreate(dir_.Path("r.db"));
  EXPECT_THROW(RunExperiment(Made(std::string(kAccuracy) +
                                      "constraints = [\"latency@mine<=1\"]\n",
                                  Strategy("random")),
                             table_, *results, {}),
               Error);
  EXPECT_THAT(results->Runs(), IsEmpty());
  EXPECT_THAT(results->Experiments(), IsEmpty());
}

}  // namespace
}  // namespace hwnas
