#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/harness/tabular_benchmark.h"
#include "datasets/synthetic.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr char kExperiment[] = R"(
name = "codesign"
repetitions = 2
[protocol]
evaluations = 120
[[problem]]
name = "compressed"
objectives = ["accuracy:val", "bit-operations"]
score = ["accuracy:test", "bit-operations"]
  [[problem.factor]]
  name = "compression"
  qualifiers = ["bits=32;sparsity=0", "bits=4;sparsity=50"]
[[strategy]]
name = "nsga2"
options = { population_size = 10 }
[[strategy]]
name = "local-search"
)";

// A synthetic table in which 4 bits with half the weights lose a point.
class Codesign : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempDir();
    const std::string path = folder_->Path("table.db");
    SyntheticOptions options;
    options.every = 16;
    WriteSyntheticTable(path, options);
    AddCompressions(path);
    table_ = new std::shared_ptr<const Table>(Table::Open(path));
  }
  static void TearDownTestSuite() {
    delete table_;
    delete folder_;
  }

  static void AddCompressions(const std::string& path) {
    const auto table = Table::Open(path);
    const auto writer = TableWriter::Open(path);
    Source source;
    source.name = "compressed";
    writer->AddSource(source);
    for (const bool narrow : {false, true}) {
      const std::string qualifiers =
          narrow ? ";bits=4;sparsity=50" : ";bits=32;sparsity=0";
      for (const std::string metric :
           {"accuracy:val", "accuracy:test", "macs"}) {
        const bool cost = metric == "macs";
        Column column;
        column.metric = table->Complete(
            Metric::Parse((cost ? "bit-operations" : metric) + qualifiers));
        column.source = "compressed";
        const int64_t id = writer->AddColumn(column);
        const auto plain = table->LoadOrCompute(Metric::Parse(metric));
        for (size_t row = 0; row < table->Rows(); ++row) {
          Value value = plain->Mean(row);
          if (cost) value.value *= narrow ? 8 : 1024;
          if (!cost && narrow) value.value -= 1;
          writer->Set(id, "",
                      *writer->FindArchitecture(table->ArchitectureAt(row)),
                      value);
        }
      }
    }
    writer->Commit();
  }

  static TempDir* folder_;
  static std::shared_ptr<const Table>* table_;
};

TempDir* Codesign::folder_ = nullptr;
std::shared_ptr<const Table>* Codesign::table_ = nullptr;

TEST_F(Codesign, TheEvaluatorReadsTheColumnOfTheChoice) {
  const Experiment experiment =
      Experiment::ReadText(kExperiment, "codesign.toml");
  const auto benchmark =
      TabularBenchmark::Make(*table_, experiment.problems[0]);
  const SearchSpace& space = *benchmark->GetProblem().space;
  EXPECT_EQ(space.Id(), "nb201+compression@1");
  Architecture architecture = space.Unrank(0);
  std::vector<Value> wide(2), narrow(2);
  benchmark->Score(architecture, wide);
  architecture[architecture.size() - 1] = 1;
  benchmark->Score(architecture, narrow);
  EXPECT_DOUBLE_EQ(narrow[0].value, wide[0].value - 1);
  EXPECT_DOUBLE_EQ(narrow[1].value * 128, wide[1].value);
}

TEST_F(Codesign, ASearchFindsNetworksAndTheirCompressionTogether) {
  const Experiment experiment =
      Experiment::ReadText(kExperiment, "codesign.toml");
  const auto results = Results::OpenOrCreate(folder_->Path("results.db"));
  const RunSummary summary = RunExperiment(experiment, *table_, *results, {});
  EXPECT_EQ(summary.failed, 0u);
  EXPECT_TRUE(VerifyResults(*results, *table_, {}).empty());
  for (const RunRecord& run : results->Runs()) {
    size_t narrow = 0;
    const RunOutcome outcome = results->Outcome(run);
    for (const DictionaryEntry& entry : outcome.entries) {
      ASSERT_EQ(entry.architecture.size(), 7u);
      EXPECT_EQ(entry.status, TrialStatus::kOk);
      narrow += entry.architecture[6];
    }
    EXPECT_GT(narrow, 0u);
    EXPECT_LT(narrow, outcome.entries.size());
  }
}

TEST_F(Codesign, AChoiceThatTheTableLacksIsNamed) {
  std::string text = kExperiment;
  text.replace(text.find("bits=4"), 6, "bits=5");
  const Experiment experiment = Experiment::ReadText(text, "codesign.toml");
  try {
    TabularBenchmark::Make(*table_, experiment.problems[0]);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
    EXPECT_NE(std::string(error.what()).find("bits=5;sparsity=50"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace hwnas
