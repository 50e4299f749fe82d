// What an experiment may add to a search: a filter, a hot start, early
// stopping.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/harness/tabular_benchmark.h"
#include "tabular/error.h"
#include "tests/synthetic_table_test.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr char kHead[] = R"(
name = "options"
repetitions = 2
[protocol]
evaluations = 60
[[strategy]]
name = "random"
[[strategy]]
name = "regularized-evolution"
options = { population_size = 10 }
[[problem]]
name = "one"
objectives = ["accuracy:val"]
)";

constexpr char kLadder[] = R"(
[[problem.rung]]
fidelity = "e12"
cost = "train-seconds:e12"
[[problem.rung]]
fidelity = "e200"
cost = "train-seconds:e200"
)";

class SearchOptions : public SyntheticTableTest {
 protected:
  static Experiment Read(const std::string& rest) {
    return Experiment::ReadText(kHead + rest, "options.toml");
  }
  std::vector<RunOutcome> Run(const std::string& rest) {
    const std::string path = dir_.Path(std::to_string(next_++) + ".db");
    const auto results = Results::OpenOrCreate(path);
    const RunSummary summary = RunExperiment(Read(rest), *table_, *results, {});
    EXPECT_EQ(summary.failed, 0u);
    EXPECT_TRUE(VerifyResults(*results, *table_, {}).empty());
    std::vector<RunOutcome> outcomes;
    for (const RunRecord& run : results->Runs()) {
      outcomes.push_back(results->Outcome(run));
    }
    return outcomes;
  }
  static double Macs(const Architecture& architecture) {
    const auto column = (*table_)->LoadOrCompute(
        (*table_)->Complete(Metric::Parse("macs")), "");
    return column->Mean(*(*table_)->FindRow(architecture)).value;
  }
  static double MedianMacs() {
    std::vector<double> macs;
    for (size_t row = 0; row < (*table_)->Rows(); ++row) {
      macs.push_back(Macs((*table_)->ArchitectureAt(row)));
    }
    std::sort(macs.begin(), macs.end());
    return macs[macs.size() / 2];
  }

  TempDir dir_;
  int next_ = 0;
};

TEST_F(SearchOptions, AFilterLeavesOnlyWhatSatisfiesItAndIsCharged) {
  const double bound = MedianMacs();
  const std::string filter = "filter = [\"macs<=" + std::to_string(bound) +
                             "\"]\nfilter_seconds = 0.5\n";
  const double read = 0.5 * static_cast<double>((*table_)->Rows());
  for (const RunOutcome& run : Run(filter)) {
    EXPECT_EQ(run.evaluations, 60u);
    EXPECT_EQ(run.strategy_seconds, read);
    EXPECT_EQ(run.simulated_seconds, read + 60);
    for (const DictionaryEntry& entry : run.entries) {
      EXPECT_LE(Macs(entry.architecture), bound + 1);
      EXPECT_EQ(entry.status, TrialStatus::kOk);
    }
  }
}

TEST_F(SearchOptions, AFilterChangesNotWhatIsToBeFound) {
  const Experiment all = Read("");
  const Experiment half =
      Read("filter = [\"macs<=" + std::to_string(MedianMacs()) + "\"]\n");
  EXPECT_EQ(
      TabularBenchmark::Make(*table_, all.problems[0])->Optimum()[0].value,
      TabularBenchmark::Make(*table_, half.problems[0])->Optimum()[0].value);
}

TEST_F(SearchOptions, FiltersThatLeaveNothingOrReadTestAreRefused) {
  for (const char* filter :
       {"filter = [\"macs<=0.001\"]", "filter = [\"accuracy:test>=50\"]",
        "filter = [\"macs\"]"}) {
    const Experiment experiment = Read(filter);
    EXPECT_THROW(TabularBenchmark::Make(*table_, experiment.problems[0]), Error)
        << filter;
  }
  EXPECT_THROW(Read("filter_seconds = -1"), Error);
}

TEST_F(SearchOptions, AHotStartIsWhereEveryStrategyStarts) {
  const std::string text =
      (*table_)->Space()->Format((*table_)->ArchitectureAt(3));
  const std::string other =
      (*table_)->Space()->Format((*table_)->ArchitectureAt(8));
  for (const RunOutcome& run : Run("[problem.hot_start]\narchitectures = [\"" +
                                   text + "\", \"" + other + "\"]\n")) {
    ASSERT_GE(run.entries.size(), 3u);
    EXPECT_EQ(run.entries[0].text, text);
    EXPECT_EQ(run.entries[1].text, other);
  }
}

TEST_F(SearchOptions, AHotStartByAMetricTakesTheBestOfItsSamples) {
  const std::vector<RunOutcome> runs = Run(
      "[problem.hot_start]\nmetric = \"max:macs\"\nsamples = 400\ncount = 8\n"
      "seconds = 0.25\n");
  ASSERT_EQ(runs.size(), 4u);
  double started = 0;
  double later = 0;
  for (const RunOutcome& run : runs) {
    EXPECT_EQ(run.strategy_seconds, 100);
    for (size_t i = 0; i + 1 < 8; ++i) {
      EXPECT_GE(Macs(run.entries[i].architecture),
                Macs(run.entries[i + 1].architecture));
    }
    for (size_t i = 0; i < 8; ++i) {
      started += Macs(run.entries[i].architecture);
      later += Macs(run.entries[10 + i].architecture);
    }
  }
  EXPECT_GT(started, 1.2 * later);
  // Both strategies of a repetition start from the same, repetitions do not.
  std::set<std::string> starts;
  for (const RunOutcome& run : runs) {
    std::string start;
    for (size_t i = 0; i < 8; ++i) start += run.entries[i].text + "\n";
    starts.insert(start);
  }
  EXPECT_EQ(starts.size(), 2u);
}

TEST_F(SearchOptions, HotStartsThatWouldReadTheAnswerAreRefused) {
  for (const char* metric : {"accuracy:test", "accuracy:val"}) {
    const Experiment experiment =
        Read(std::string("[problem.hot_start]\nmetric = \"") + metric + "\"\n");
    EXPECT_THROW(TabularBenchmark::Make(*table_, experiment.problems[0]), Error)
        << metric;
  }
  for (const char* start :
       {"count = 3", "architectures = [\"x\"]\nmetric = \"macs\"",
        "metric = \"macs\"\ncount = 0", "metric = \"macs\"\nsamples = 3"}) {
    EXPECT_THROW(Read(std::string("[problem.hot_start]\n") + start), Error)
        << start;
  }
}

TEST_F(SearchOptions, EarlyStoppingLeavesTrialsAtTheLowerRungForItsCost) {
  const std::string stopping =
      std::string(kLadder) + "[problem.early_stopping]\nafter = 5\n";
  const std::vector<RunOutcome> whole = Run(kLadder);
  const std::vector<RunOutcome> stopped = Run(stopping);
  for (size_t r = 0; r < stopped.size(); ++r) {
    EXPECT_LT(stopped[r].simulated_seconds, whole[r].simulated_seconds);
    size_t lower = 0;
    std::vector<double> kept;
    std::vector<double> cut;
    for (const LoggedTrial& trial : stopped[r].trials) {
      const DictionaryEntry& entry = stopped[r].entries[trial.entry];
      lower += entry.rung == 0;
      (entry.rung == 0 ? cut : kept).push_back(entry.full_cost_seconds);
    }
    EXPECT_GT(lower, 10u);
    EXPECT_LT(lower, 50u);
    // Training longer costs more.
    EXPECT_LT(*std::max_element(cut.begin(), cut.end()),
              *std::min_element(kept.begin(), kept.end()));
    for (const uint32_t best : stopped[r].recommended) {
      EXPECT_EQ(stopped[r].entries[best].rung, 1);
    }
  }
}

TEST_F(SearchOptions, AQuantileOfOneStopsOnlyTheWorstSoFar) {
  const std::vector<RunOutcome> runs =
      Run(std::string(kLadder) +
          "[problem.early_stopping]\nquantile = 1\nafter = 5\n");
  for (const RunOutcome& run : runs) {
    size_t lower = 0;
    for (const LoggedTrial& trial : run.trials) {
      lower += run.entries[trial.entry].rung == 0;
    }
    EXPECT_LT(lower, 8u);
  }
}

TEST_F(SearchOptions, EarlyStoppingNeedsARungBelowTheHighest) {
  for (const std::string& text :
       {std::string("[problem.early_stopping]\nafter = 5\n"),
        kLadder + std::string("[problem.early_stopping]\nrung = 1\n"),
        kLadder + std::string("[problem.early_stopping]\nquantile = 2\n"),
        kLadder + std::string("[problem.early_stopping]\nafter = 0\n")}) {
    EXPECT_THROW(Read(text), Error) << text;
  }
}

TEST_F(SearchOptions, FeaturesAreReadByStrategiesThatEncodeThem) {
  const auto run = [&](const char* encoding) {
    Experiment experiment = Read("features = [\"macs\", \"params\"]\n");
    experiment.strategies = {
        {"bananas", "bananas", {{"epochs", "20"}, {"encoding", encoding}}}};
    const auto results =
        Results::OpenOrCreate(dir_.Path(std::string(encoding) + ".db"));
    EXPECT_EQ(RunExperiment(experiment, *table_, *results, {}).failed, 0u);
    return results->Outcome(results->Runs()[0]).Digest();
  };
  EXPECT_NE(run("features"), run("one-hot"));
  Experiment without = Read("");
  without.strategies = {{"bananas", "bananas", {{"encoding", "features"}}}};
  const auto results = Results::OpenOrCreate(dir_.Path("without.db"));
  EXPECT_THROW(RunExperiment(without, *table_, *results, {}), Error);
}

TEST_F(SearchOptions, OptionsAreStoredAndChangeARunsIdentity) {
  const Experiment all = Read(
      std::string("filter = [\"macs<=1e9\"]\nfilter_seconds = 2\n") + kLadder +
      "[problem.hot_start]\nmetric = \"max:macs\"\n[problem.early_stopping]\n");
  EXPECT_EQ(Experiment::FromJson(all.ToJson()).ToJson(), all.ToJson());
  const Experiment none = Read(kLadder);
  EXPECT_NE(ProblemJson(all.problems[0]), ProblemJson(none.problems[0]));
  EXPECT_EQ(ProblemJson(none.problems[0]).find("hot_start"), std::string::npos);
}

}  // namespace
}  // namespace hwnas
