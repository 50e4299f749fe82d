// What strategies observe from a predictor instead of the table.

#include "bench/harness/surrogate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/harness/tabular_benchmark.h"
#include "bench/predict/fit_cost.h"
#include "bench/report/report_model.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/table_writer.h"
#include "tests/synthetic_table_test.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

constexpr char kHead[] = R"(
name = "predicted"
repetitions = 3
[protocol]
evaluations = 40
replicates = false
[[strategy]]
name = "random"
[[problem]]
name = "one"
objectives = ["accuracy:val", "latency@synthetic-cpu"]
)";

constexpr char kSurrogate[] = R"(
[[problem.surrogate]]
metric = "latency@synthetic-cpu"
predictor = "ridge"
encoding = "one-hot"
train = 50
)";

class SurrogateTest : public SyntheticTableTest {
 protected:
  static Experiment Read(const std::string& rest) {
    return Experiment::ReadText(kHead + rest, "predicted.toml");
  }
  static ProblemSpec Problem(const std::string& rest) {
    return Read(rest).problems[0];
  }
  static std::string Failure(const std::string& rest) {
    try {
      TabularBenchmark::Make(*table_, Problem(rest));
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage) << error.what();
      return error.what();
    }
    return "";
  }
  static double Latency(const Architecture& architecture) {
    return (*table_)
        ->LoadOrCompute(Metric::Parse("latency@synthetic-cpu"))
        ->Mean(*(*table_)->FindRow(architecture))
        .value;
  }
  std::unique_ptr<Results> Run(const Experiment& experiment,
                               std::shared_ptr<const Table> table,
                               int threads = 1) {
    auto results =
        Results::OpenOrCreate(dir_.Path(std::to_string(next_++) + ".db"));
    RunOptions options;
    options.threads = threads;
    const RunSummary summary =
        RunExperiment(experiment, table, *results, options);
    EXPECT_EQ(summary.failed, 0u);
    EXPECT_TRUE(VerifyResults(*results, table, {}).empty());
    return results;
  }

  TempDir dir_;
  int next_ = 0;
};

TEST_F(SurrogateTest, StrategiesSeePredictionsAndScoresStayMeasured) {
  const auto results = Run(Read(kSurrogate), *table_);
  const ResultsProblem problem = results->Problems()[0];
  EXPECT_EQ(problem.objectives[1].origin, "predicted");
  EXPECT_EQ(problem.objectives[1].source, "ridge@1");
  EXPECT_EQ(problem.scores[1].origin, "simulated");
  ASSERT_EQ(problem.surrogates.size(), 1u);
  EXPECT_EQ(problem.surrogates[0].fitted_on, 50u);
  EXPECT_GT(problem.surrogates[0].kendall.value(), 0.5);
  const auto benchmark = TabularBenchmark::Make(*table_, Problem(kSurrogate));
  const Surrogate& surrogate = *benchmark->Surrogates()[0];
  size_t apart = 0;
  for (const DictionaryEntry& entry : results->Dictionary(problem.id)) {
    const size_t row = *(*table_)->FindRow(entry.architecture);
    EXPECT_EQ(entry.values[1], surrogate.draws[0].mean[row]);
    EXPECT_EQ(entry.scores[1].value, Latency(entry.architecture));
    EXPECT_EQ(entry.marks.predicted_values, 2u);
    EXPECT_EQ(entry.marks.predicted_scores, 0u);
    apart += entry.values[1] != entry.scores[1].value;
  }
  EXPECT_GT(apart, 0u);
  const ReportModel report = MakeReport(*results);
  ASSERT_EQ(report.problems[0].predicted.size(), 1u);
  EXPECT_EQ(report.problems[0].predicted[0].predicted,
            report.problems[0].predicted[0].values);
  EXPECT_THAT(report.problems[0].warnings,
              testing::Contains(HasSubstr("predicted, not measured: 100.0 %")));
}

TEST_F(SurrogateTest, NoiseIsTheStatedOneAndTheSameForAllStrategies) {
  std::string text = kHead;
  text += "[[strategy]]\nname = \"exhaustive\"\n";
  text.replace(text.find("evaluations = 40"), 16, "evaluations = 977");
  const auto results = Run(Experiment::ReadText(text + std::string(kSurrogate) +
                                                    "noise = true\ndraws = 2\n",
                                                "noise.toml"),
                           *table_, 2);
  const ResultsProblem problem = results->Problems()[0];
  const auto benchmark = TabularBenchmark::Make(*table_, problem.spec);
  const Surrogate& s = *benchmark->Surrogates()[0];
  ASSERT_EQ(s.draws.size(), 2u);
  double squares = 0;
  double count = 0;
  std::set<uint32_t> lucks;
  for (const DictionaryEntry& entry : results->Dictionary(problem.id)) {
    const size_t row = *(*table_)->FindRow(entry.architecture);
    const Predictions& p = s.draws[entry.replicate % 2];
    const double off = (entry.values[1] - p.mean[row]) / p.sd[row];
    EXPECT_LT(std::abs(off), 6);
    squares += off * off;
    count += 1;
    lucks.insert(entry.replicate % 2);
  }
  EXPECT_NEAR(std::sqrt(squares / count), 1, 0.1);
  EXPECT_EQ(lucks.size(), 2u) << "of three repetitions";
}

TEST_F(SurrogateTest, WhatItWasFittedOnAndFittingItAreCharged) {
  const std::string seconds =
      "[problem.query_seconds]\n\"latency@synthetic-cpu\" = 3\n";
  const auto measured = Run(Read(seconds), *table_);
  for (const RunRecord& run : measured->Runs()) {
    EXPECT_DOUBLE_EQ(run.simulated_seconds, 40 * (1 + 3));
  }
  const auto predicted =
      Run(Read(seconds + kSurrogate + "fit_seconds = 7\n"), *table_);
  for (const RunRecord& run : predicted->Runs()) {
    EXPECT_DOUBLE_EQ(run.simulated_seconds, 50 * 3 + 7 + 40);
    EXPECT_DOUBLE_EQ(run.strategy_seconds, 50 * 3 + 7);
  }
  EXPECT_EQ(predicted->Problems()[0].set_up_seconds, 157);
  const ReportModel report = MakeReport(*predicted);
  EXPECT_EQ(report.problems[0].set_up_seconds, 157);
  const ReportAxis& clock = report.problems[0].axes.at(1);
  EXPECT_EQ(clock.grid.back(), 197);
  const std::string sources =
      "[[problem.surrogate]]\nmetric = \"latency@synthetic-cpu\"\n"
      "sources = [\"synthetic-mcu\"]\nsource_architectures = 60\ntrain = 10\n"
      "fit_seconds = 0\n";
  const auto set_up = [&](const std::string& rest) {
    return TabularBenchmark::Make(*table_, Problem(seconds + rest))
        ->SetUpSeconds();
  };
  EXPECT_EQ(set_up(sources), 10 * 3);
  EXPECT_EQ(set_up(sources + "charge_sources = true\n"), (10 + 60) * 3);
}

TEST_F(SurrogateTest, AnAnswerThatBreaksAConstraintWhenMeasuredIsNotScored) {
  std::vector<double> all;
  for (size_t row = 0; row < (*table_)->Rows(); ++row) {
    all.push_back(Latency((*table_)->ArchitectureAt(row)));
  }
  std::sort(all.begin(), all.end());
  size_t middle = all.size() / 2;
  while (all[middle + 1] - all[middle] < 1e-4) ++middle;
  const double bound = (all[middle] + all[middle + 1]) / 2;
  std::string text = kHead;
  const std::string both = "[\"accuracy:val\", \"latency@synthetic-cpu\"]";
  text.replace(text.find(both), both.size(),
               "[\"accuracy:val\"]\nconstraints = [\"latency@synthetic-cpu<=" +
                   std::to_string(bound) + "\"]");
  text.replace(text.find("repetitions = 3"), 15, "repetitions = 20");
  // Ten values: the predictor knows little.
  std::string surrogate = kSurrogate;
  surrogate.replace(surrogate.find("train = 50"), 10, "train = 10");
  const auto results =
      Run(Experiment::ReadText(text + surrogate, "c.toml"), *table_);
  size_t broken = 0;
  for (const DictionaryEntry& entry :
       results->Dictionary(results->Problems()[0].id)) {
    EXPECT_EQ(entry.marks.broken, Latency(entry.architecture) > bound);
    broken += entry.marks.broken && entry.status == TrialStatus::kOk;
  }
  EXPECT_GT(broken, 0u);
  const ReportModel report = MakeReport(*results);
  const ReportStrategy& random = report.problems[0].strategies[0];
  EXPECT_GT(random.infeasible_answers, 0u);
  EXPECT_EQ(random.scores[0].value.count + random.infeasible_answers, 20u);
  // What is judged is what can be reached: the optimum holds the bound.
  EXPECT_LE(random.scores[0].value.maximum,
            *report.problems[0].measures[0].optimum);
}

TEST_F(SurrogateTest, GapsThatWereFilledAreObservedAndCounted) {
  const std::string path = dir_.Path("gaps.db");
  const Metric metric = Metric::Parse("latency@synthetic-gpu");
  size_t filled = 0;
  {
    std::filesystem::copy_file((*table_)->Path(), path);
    const auto writer = TableWriter::Open(path);
    Source source;
    source.name = kFilledSource;
    writer->AddSource(source);
    Column column;
    column.metric = (*table_)->Complete(metric);
    column.source = kFilledSource;
    column.origin = Origin::kPredicted;
    column.predictor = "made@1";
    const int64_t id = writer->AddColumn(column);
    const auto own = (*table_)->LoadOrCompute(metric);
    for (size_t row = 0; row < (*table_)->Rows(); ++row) {
      if (own->Mean(row).Ok()) continue;
      writer->Set(id, "",
                  *writer->FindArchitecture((*table_)->ArchitectureAt(row)),
                  {1e6, Missing::kNone}, 1.0);
      ++filled;
    }
    writer->Commit();
  }
  ASSERT_GT(filled, 0u);
  const auto table = Table::Open(path);
  const auto count = [&](const std::string& how, size_t* missing) {
    std::string text = kHead;
    text.replace(text.find("latency@synthetic-cpu"), 21,
                 "latency@synthetic-gpu");
    const auto results = Run(Experiment::ReadText(text + how, "f.toml"), table);
    size_t values = 0;
    size_t scores = 0;
    *missing = 0;
    for (const DictionaryEntry& e :
         results->Dictionary(results->Problems()[0].id)) {
      const bool made = !e.values.empty() && e.values[1] == 1e6;
      EXPECT_EQ(e.marks.predicted_values, made ? 2u : 0u);
      *missing += e.status == TrialStatus::kMissing;
      values += made;
      scores += e.marks.predicted_scores != 0;
    }
    return std::pair(values, scores);
  };
  size_t missing = 0;
  const auto [none, no_scores] = count("", &missing);
  EXPECT_EQ(none + no_scores, 0u);
  EXPECT_GT(missing, 0u);
  const auto [observed, judged] = count("filled = \"observed\"\n", &missing);
  EXPECT_GT(observed, 0u);
  EXPECT_EQ(judged, 0u);
  EXPECT_EQ(missing, 0u);
  const auto [both, scored] = count("filled = \"all\"\n", &missing);
  EXPECT_EQ(both, scored);
}

TEST_F(SurrogateTest, MistakesAreRefusedInOneLine) {
  const std::string s = kSurrogate;
  EXPECT_THAT(Failure(s + "[[problem.surrogate]]\nmetric = "
                          "\"latency@synthetic-cpu\"\ntrain = 20\n"),
              HasSubstr("two surrogates"));
  EXPECT_THAT(Failure("[[problem.surrogate]]\nmetric = \"macs\"\n"
                      "predictor = \"ridge\"\ntrain = 50\n"),
              HasSubstr("not observed"));
  EXPECT_THAT(Failure("features = [\"latency@synthetic-cpu\"]\n"
                      "allow_scored_features = true\n" +
                      s),
              HasSubstr("which a surrogate answers"));
  EXPECT_THAT(Failure("[problem.query_seconds]\n\"macs\" = 2\n"),
              HasSubstr("not observed"));
  std::string many = s;
  many.replace(many.find("train = 50"), 10, "train = 5000");
  EXPECT_THAT(Failure(many), HasSubstr("5000 values"));
  for (const std::string& bad :
       {s + "draws = 0\n", s + "fit_seconds = -1\n", s + "colour = 1\n",
        s + "sources = [\"synthetic-mcu\"]\n", std::string("filled = \"x\"\n"),
        std::string("[problem.query_seconds]\n\"macs\" = -1\n")}) {
    EXPECT_THROW(Read(bad), Error) << bad;
  }
  const Experiment experiment = Read(s + "noise = true\ndraws = 3\n");
  const Experiment again = Experiment::FromJson(experiment.ToJson());
  EXPECT_EQ(again.ToJson(), experiment.ToJson());
}

TEST(FitSeconds, GrowsWithWhatIsFittedAndIsNeverGuessed) {
  for (const PredictorInfo& info : PredictorList()) {
    if (info.name.starts_with("torch")) continue;
    try {
      const double some = FitSeconds(info.name, {}, 100, 50);
      EXPECT_GT(some, 0) << info.name;
      EXPECT_GT(FitSeconds(info.name, {}, 1000, 50), some) << info.name;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("state fit_seconds")) << info.name;
    }
  }
  EXPECT_EQ(
      FitSeconds("ridge+lookup", {}, 100, 50),
      FitSeconds("ridge", {}, 100, 50) + FitSeconds("lookup", {}, 100, 50));
  EXPECT_EQ(FitSeconds("xgboost", {{"trees", 400}}, 100, 50),
            2 * FitSeconds("xgboost", {{"trees", 200}}, 100, 50));
  EXPECT_THROW(FitSeconds("oracle", {}, 100, 50), Error);
}

}  // namespace
}  // namespace hwnas
