#include "bench/harness/defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/harness/tabular_benchmark.h"
#include "datasets/synthetic.h"
#include "tabular/search_space.h"
#include "tabular/table.h"
#include "tabular/table_writer.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const ProblemSpec& problem : experiment.problems) {
    names.push_back(problem.name);
  }
  return names;
}

TEST(SyntheticTable, IsMadeAgainWhereTheCacheCannotBeRead) {
  const TempDir folder;
  ASSERT_EQ(setenv("XDG_CACHE_HOME", folder.Path("cache").c_str(), 1), 0);
  const std::string path = SyntheticTable();
  EXPECT_TRUE(Table::Open(path)->Synthetic());
  std::ofstream(path, std::ios::trunc) << "of another version";
  EXPECT_EQ(TablePath("synthetic"), path);
  EXPECT_TRUE(Table::Open(path)->Synthetic());
}

TEST(EmbeddedTable, ComesWithTheBuildAndIsWhatIsMeantByNoName) {
  const std::string path = EmbeddedTable();
  EXPECT_EQ(TablePath(""), path);
  EXPECT_EQ(TablePath("mine.db"), "mine.db");
  const auto table = Table::Open(path);
  EXPECT_FALSE(table->Synthetic());
  EXPECT_EQ(table->Rows(), 15625u);
  EXPECT_EQ(table->Defaults().dataset, "fashion-mnist-14");
}

// Whatever is there of it by now, each problem is run or said to be left out.
TEST(EmbeddedTable, AnswersTheDefaultComparison) {
  const auto table = Table::Open(EmbeddedTable());
  std::vector<std::string> left_out;
  const Experiment experiment = DefaultExperiment(table, &left_out);
  EXPECT_GE(experiment.strategies.size(), 4u);
  EXPECT_EQ(experiment.problems.size() + left_out.size(), 4u);
  EXPECT_THAT(Names(experiment),
              testing::IsSupersetOf({"accuracy", "accuracy-and-macs"}));
  for (const ProblemSpec& problem : experiment.problems) {
    const auto benchmark = TabularBenchmark::Make(table, problem);
    const Coverage searched = benchmark->Searched();
    EXPECT_EQ(searched.all_networks, 6985u);
    // Rows never go; compressions and latencies may be fewer.
    EXPECT_GE(searched.networks, problem.name == "accuracy" ? 1025u : 1u);
    EXPECT_LE(searched.networks, 6985u);
    for (uint64_t i = 0; i < 200; ++i) {
      Rng rng(i);
      const Architecture architecture =
          benchmark->GetProblem().space->Sample(rng);
      std::vector<Value> scores(2);
      benchmark->Score(architecture, scores);
      EXPECT_NE(scores[0].missing, Missing::kNotMeasured) << problem.name;
      EXPECT_NE(scores[1].missing, Missing::kNotMeasured) << problem.name;
    }
  }
}

TEST(DefaultExperiment, LeavesOutWhatTheTableCannotAnswerAndSaysSo) {
  const TempDir folder;
  SyntheticOptions options;
  options.every = 64;
  WriteSyntheticTable(folder.Path("t.db"), options);
  std::vector<std::string> left_out;
  const Experiment experiment =
      DefaultExperiment(Table::Open(folder.Path("t.db")), &left_out);
  EXPECT_THAT(Names(experiment), ElementsAre("accuracy", "accuracy-and-macs"));
  EXPECT_THAT(
      left_out,
      ElementsAre(AllOf(HasSubstr("'accuracy-and-latency' is left out"),
                        HasSubstr("latency@epyc_folded_1")),
                  AllOf(HasSubstr("'accuracy-and-bit-operations' is left out"),
                        HasSubstr("bits=32;sparsity=0"))));
}

TEST(DefaultExperiment, OfATableThatAnswersNothingIsAnError) {
  const TempDir folder;
  TableInfo info;
  info.title = "empty";
  const auto space = MakeSpace("nb201");
  const auto writer = TableWriter::Create(folder.Path("t.db"), space, info);
  writer->AddArchitecture(space->Unrank(0));
  writer->Commit();
  std::vector<std::string> left_out;
  EXPECT_THAT(Failure(ErrorCode::kNotFound,
                      [&] {
                        DefaultExperiment(Table::Open(folder.Path("t.db")),
                                          &left_out);
                      }),
              HasSubstr("accuracy"));
}

TEST(MeasuredOnly, SearchesTheRowsOfWhichAllIsKnown) {
  const TempDir folder;
  const std::string path = folder.Path("t.db");
  const auto space = MakeSpace("nb201");
  TableInfo info;
  info.title = "growing";
  const auto writer = TableWriter::Create(path, space, info);
  Source source;
  source.name = "s";
  writer->AddSource(source);
  Column column;
  column.source = "s";
  column.metric = Metric::Parse("accuracy:d/val/e1");
  const int64_t val = writer->AddColumn(column);
  column.metric = Metric::Parse("accuracy:d/test/e1");
  const int64_t test = writer->AddColumn(column);
  // Of rows 0 to 39 the first 30 have a validation, the last 30 a test
  // accuracy. The best are outside.
  for (uint64_t i = 0; i < 40; ++i) {
    const int64_t row = writer->AddArchitecture(space->Unrank(i));
    const double accuracy = i >= 10 && i < 30 ? static_cast<double>(i) : 90;
    if (i == 15) {  // measured, in that it was tried
      writer->Set(val, "", row, {0, Missing::kDiverged});
    } else if (i < 30) {
      writer->Set(val, "", row, {accuracy, Missing::kNone});
    }
    if (i >= 10) writer->Set(test, "", row, {accuracy, Missing::kNone});
  }
  writer->FillGaps(val, "", Missing::kNotMeasured);
  writer->FillGaps(test, "", Missing::kNotMeasured);
  writer->Commit();
  ProblemSpec problem;
  problem.name = "p";
  problem.objectives = {{"accuracy:d/val/e1", "", ""}};
  problem.score = {{"accuracy:d/test/e1", "", ""}};
  problem.protocol.evaluations = 1;
  const auto table = Table::Open(path);
  const auto whole = TabularBenchmark::Make(table, problem);
  EXPECT_EQ(whole->GetProblem().space->Size(), 40u);
  EXPECT_TRUE(whole->Searched().Whole());
  EXPECT_EQ(whole->Optimum()[0].value, 90);

  problem.measured_only = true;
  const auto part = TabularBenchmark::Make(table, problem);
  EXPECT_EQ(part->GetProblem().space->Size(), 20u);
  EXPECT_EQ(part->Searched().architectures, 20u);
  EXPECT_EQ(part->Searched().all_architectures, 40u);
  EXPECT_EQ(part->Optimum()[0].value, 29);
  EXPECT_FALSE(part->GetProblem().space->IsValid(space->Unrank(5)));
  EXPECT_TRUE(part->GetProblem().space->IsValid(space->Unrank(15)));
  // The runs of both are told apart; without it a problem is as it was.
  EXPECT_EQ(ProblemFromText(ProblemJson(problem)).measured_only, true);
  problem.measured_only = false;
  EXPECT_EQ(ProblemJson(problem).find("measured"), std::string::npos);
}

}  // namespace
}  // namespace hwnas
