// Tables that hold some rows of a space: every strategy searches them and
// proposes nothing else.

#include <memory>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "datasets/importer.h"
#include "gtest/gtest.h"
#include "strategies/registry.h"
#include "tabular/table.h"
#include "tests/real_data.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

/// All strategies, once for the first objective and once for both.
Experiment EveryStrategy(const std::string& first, const std::string& second) {
  Experiment experiment;
  experiment.name = "subset";
  for (const StrategyInfo& info : BuiltInStrategies()) {
    experiment.strategies.push_back({info.name, info.name, {}});
  }
  ProblemSpec problem;
  problem.protocol.evaluations = 80;
  problem.protocol.allow_test_observed = true;  // it is what some pools hold
  problem.name = "one";
  problem.objectives = {{first, "", ""}};
  experiment.problems.push_back(problem);
  problem.name = "two";
  problem.objectives.push_back({second, "", ""});
  experiment.problems.push_back(problem);
  return experiment;
}

void SearchWithEveryStrategy(const std::string& source, const std::string& path,
                             uint64_t rows, const std::string& first,
                             const std::string& second) {
  const TempDir dir;
  ImportInto(FindImporter(source), {{path}, ""}, dir.Path("t.db"));
  const std::shared_ptr<const Table> table = Table::Open(dir.Path("t.db"));
  ASSERT_EQ(table->Space()->Size(), rows);
  const Experiment experiment = EveryStrategy(first, second);
  const auto results = Results::OpenOrCreate(dir.Path("r.db"));
  const RunSummary summary = RunExperiment(experiment, table, *results, {});
  EXPECT_EQ(summary.ran, 2 * experiment.strategies.size());
  for (const RunRecord& run : results->Runs()) {
    EXPECT_NE(run.end, RunEnd::kFailed) << run.strategy << ": " << run.reason;
    EXPECT_GT(run.trials, 0u) << run.strategy;
  }
  for (const ResultsProblem& problem : results->Problems()) {
    for (const DictionaryEntry& entry : results->Dictionary(problem.id)) {
      EXPECT_NE(entry.status, TrialStatus::kInvalid) << entry.text;
      EXPECT_TRUE(table->FindRow(entry.architecture).has_value()) << entry.text;
    }
  }
}

TEST(SubsetSearch, HelpsFbnetNetworks) {
  HWNAS_REAL_DATA(path, "help/fbnet");
  SearchWithEveryStrategy("help", path, 5000, "latency@pixel3", "params");
}

TEST(SubsetSearch, MetaD2asCandidates) {
  HWNAS_REAL_DATA(path, "help/nasbench201/arch_generated_by_metad2a.txt");
  SearchWithEveryStrategy("metad2a", path, 500, "accuracy", "macs");
}

TEST(SubsetSearch, NaslibsPoolOfNasBench301) {
  HWNAS_REAL_DATA(path, "naslib/nasbench301_zc_naslib_1bdbd960.json");
  SearchWithEveryStrategy("naslib", path, 725, "accuracy", "macs");
}

TEST(SubsetSearch, NaslibsPoolOfNasBench101) {
  HWNAS_REAL_DATA(path, "naslib/nasbench101_zc_naslib_1bdbd960.json");
  SearchWithEveryStrategy("naslib", path, 301, "accuracy", "params");
}

TEST(SubsetSearch, TheSampleOfNasBench101) {
  HWNAS_REAL_DATA(path, "nas-bench-101/sample_30001.jsonl.gz");
  SearchWithEveryStrategy("nas-bench-101-sample", path, 30001, "accuracy",
                          "params");
}

}  // namespace
}  // namespace hwnas
