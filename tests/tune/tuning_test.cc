#include "bench/tune/tuning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>

#include "bench/harness/tabular_benchmark.h"
#include "tests/failure.h"
#include "tests/synthetic_table_test.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

constexpr char kTuning[] = R"(
name = "mine"
seed = 3
configurations = 6
repetitions = 3
test_repetitions = 4
[protocol]
evaluations = 40
[[problem]]
name = "val"
objectives = ["accuracy:val"]
[[problem]]
name = "small"
objectives = ["accuracy:val"]
evaluations = 20
[[test]]
name = "two"
objectives = ["accuracy:val", "macs;graph=effective"]
[[strategy]]
name = "regularized-evolution"
label = "REA"
options = { tournament_replacement = false }
search = { population_size = "5..20", sample_size = [2, 3, 5, 8] }
[[strategy]]
name = "random"
)";

/// kTuning with `from` replaced.
std::string With(const std::string& from, const std::string& to) {
  std::string text = kTuning;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(OptionRange, DrawsWholeNumbersRealsAndChoices) {
  Rng rng(1);
  const OptionRange whole = OptionRange::Parse("n", "3..5");
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(whole.Draw(rng));
  EXPECT_EQ(seen, (std::set<std::string>{"3", "4", "5"}));

  seen.clear();
  const OptionRange choices = OptionRange::Parse("c", "first,best");
  for (int i = 0; i < 50; ++i) seen.insert(choices.Draw(rng));
  EXPECT_EQ(seen, (std::set<std::string>{"first", "best"}));

  const OptionRange real = OptionRange::Parse("r", "0.5..2");
  EXPECT_EQ(real.kind, OptionRange::Kind::kReal);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = std::stod(real.Draw(rng));
    EXPECT_GE(value, 0.5);
    EXPECT_LE(value, 2);
    sum += value;
  }
  EXPECT_NEAR(sum / 1000, 1.25, 0.1);
}

TEST(OptionRange, ALogarithmGivesEachDecadeItsShare) {
  Rng rng(1);
  const OptionRange real = OptionRange::Parse("r", "log:1e-4..1");
  const OptionRange whole = OptionRange::Parse("n", "log:1..1000");
  int small = 0;
  int few = 0;
  for (int i = 0; i < 1000; ++i) {
    small += std::stod(real.Draw(rng)) < 1e-2;
    const int n = std::stoi(whole.Draw(rng));
    EXPECT_GE(n, 1);
    EXPECT_LE(n, 1000);
    few += n < 32;
  }
  EXPECT_NEAR(small, 500, 60);
  EXPECT_NEAR(few, 500, 80);
}

TEST(OptionRange, RefusesWhatIsNone) {
  for (const char* text :
       {"", "5..", "..5", "5..5", "9..3", "a..b", "log:0..1", "log:1,2", "1,,2",
        "2,2", "1..nan", "0..99999999999999999"}) {
    EXPECT_THAT(
        Failure(ErrorCode::kUsage, [&] { OptionRange::Parse("size", text); }),
        HasSubstr("of option 'size'"))
        << text;
  }
}

TEST(TuningSpec, RefusesWhatMakesNoSense) {
  const auto refusal = [](const std::string& text) {
    return Failure(ErrorCode::kUsage,
                   [&] { TuningSpec::ReadText(text, "t.toml"); });
  };
  EXPECT_NO_THROW(TuningSpec::ReadText(kTuning, "t.toml"));
  EXPECT_THAT(refusal(With("configurations = 6", "configurations = 0")),
              HasSubstr("t.toml:4"));
  EXPECT_THAT(refusal(With("seed = 3", "sead = 3")), HasSubstr("sead"));
  EXPECT_THAT(refusal(With("population_size =", "population_sise =")),
              HasSubstr("did you mean 'population_size'"));
  EXPECT_THAT(refusal(With("search = {", "unused = {")), HasSubstr("unused"));
  EXPECT_THAT(refusal(With("label = \"REA\"", "repetitions = 3")),
              HasSubstr("has the same repetitions"));
  EXPECT_THAT(
      refusal(With("options = { tournament_replacement = false }",
                   "options = { sample_size = 3 }")),
      HasSubstr("option 'sample_size' of 'REA' is both set and searched"));
  EXPECT_THAT(refusal(With("label = \"REA\"", "label = \"R#1\"")),
              HasSubstr("must have no '#'"));
  EXPECT_THAT(refusal(With("[[test]]", "[[problem]]")),
              HasSubstr("no problem to test on"));
  EXPECT_THAT(refusal(With(R"(["accuracy:val", "macs;graph=effective"])",
                           R"(["accuracy:val"])")),
              HasSubstr("a test is the tuning problem 'val'"));
  EXPECT_THAT(refusal(With(R"(search = { population_size = "5..20", )"
                           R"(sample_size = [2, 3, 5, 8] })",
                           "")),
              HasSubstr("nothing is searched"));
}

class TuningTest : public SyntheticTableTest {
 protected:
  static DrawnConfigurations Draw(const TuningSpec& spec) {
    const auto benchmark = TabularBenchmark::Make(*table_, spec.problems[0]);
    return DrawConfigurations(
        spec, spec.strategies[0],
        {std::shared_ptr<const Problem>(benchmark, &benchmark->GetProblem())},
        {});
  }

  Tuning Tune(const TuningSpec& spec, const std::string& name,
              const RunOptions& options = {}) {
    const auto results = Results::OpenOrCreate(dir_.Path(name));
    Tuning tuning = RunTuning(spec, *table_, *table_, *results, options);
    digest_ = results->Digest();
    results->Close();
    return tuning;
  }

  const TempDir dir_;
  std::string digest_;
};

TEST_F(TuningTest, MoreConfigurationsKeepTheFirst) {
  TuningSpec spec = TuningSpec::ReadText(kTuning, "t.toml");
  const DrawnConfigurations few = Draw(spec);
  ASSERT_EQ(few.options.size(), 6u);
  EXPECT_EQ(few.options[0], (OptionMap{{"tournament_replacement", "false"}}));
  spec.configurations = 12;
  const DrawnConfigurations more = Draw(spec);
  ASSERT_EQ(more.options.size(), 12u);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(more.options[i], few.options[i]);
  EXPECT_EQ(
      std::set<OptionMap>(more.options.begin(), more.options.end()).size(),
      12u);
  spec.seed = 4;
  EXPECT_NE(Draw(spec).options, more.options);
}

TEST_F(TuningTest, RefusedDrawsAreDrawnAgainAndCounted) {
  // Tournaments without replacement must not be larger than the population.
  const TuningSpec spec = TuningSpec::ReadText(
      With(R"(population_size = "5..20", sample_size = [2, 3, 5, 8])",
           R"(population_size = "2..9", sample_size = "2..9")"),
      "t.toml");
  const DrawnConfigurations drawn = Draw(spec);
  EXPECT_EQ(drawn.options.size(), 6u);
  EXPECT_GT(drawn.refused, 0u);
  EXPECT_THAT(drawn.reason, HasSubstr("sample_size"));
  for (size_t i = 1; i < drawn.options.size(); ++i) {
    EXPECT_LE(std::stoi(drawn.options[i].at("sample_size")),
              std::stoi(drawn.options[i].at("population_size")));
  }
}

TEST_F(TuningTest, RangesThatHoldLittleAreUsedUp) {
  const TuningSpec spec = TuningSpec::ReadText(
      With(R"(population_size = "5..20", sample_size = [2, 3, 5, 8])",
           "population_size = [8, 9]"),
      "t.toml");
  const DrawnConfigurations drawn = Draw(spec);
  EXPECT_TRUE(drawn.exhausted);
  EXPECT_EQ(drawn.options.size(), 3u);
  const TuningSpec none = TuningSpec::ReadText(
      With(R"(population_size = "5..20", sample_size = [2, 3, 5, 8])",
           "population_size = [0, -1]"),
      "t.toml");
  EXPECT_THAT(Failure(ErrorCode::kUsage, [&] { Draw(none); }),
              HasSubstr("no draw from the search ranges is allowed"));
}

TEST_F(TuningTest, ChoosesTheLeastMeanRankAndTestsItElsewhere) {
  const TuningSpec spec = TuningSpec::ReadText(kTuning, "t.toml");
  const Tuning tuning = Tune(spec, "a.db");
  ASSERT_EQ(tuning.strategies.size(), 2u);
  const TunedResult& rea = tuning.strategies[0];
  ASSERT_EQ(rea.tried.size(), 6u);
  EXPECT_FALSE(tuning.strategies[1].Tuned());
  EXPECT_EQ(rea.runs, 6u * 2 * 3);
  EXPECT_EQ(rea.evaluations, 6u * 3 * (40 + 20));

  // Ranks by hand: 1 + better ones + half of the equal others.
  ASSERT_EQ(tuning.problems.size(), 2u);
  for (const TriedConfiguration& one : rea.tried) {
    double rank = 0;
    for (size_t p = 0; p < 2; ++p) {
      double of_problem = 1;
      for (const TriedConfiguration& other : rea.tried) {
        if (&other == &one) continue;
        of_problem += *other.means[p] > *one.means[p]    ? 1
                      : *other.means[p] == *one.means[p] ? 0.5
                                                         : 0;
      }
      rank += of_problem / 2;
    }
    EXPECT_DOUBLE_EQ(one.mean_rank, rank) << one.label;
    EXPECT_GE(one.mean_rank, rea.tried[0].mean_rank);
  }
  EXPECT_EQ(rea.tried[0].options.at("tournament_replacement"), "false");

  // Defaults, what was chosen, and the strategy that was not tuned.
  ASSERT_EQ(tuning.tests.size(), 1u);
  std::set<std::string> labels;
  for (const ReportStrategy& strategy : tuning.tests[0].strategies) {
    labels.insert(strategy.label);
    EXPECT_EQ(strategy.runs, 4u);
  }
  EXPECT_EQ(labels,
            (std::set<std::string>{"REA", rea.tried[0].label, "random"}));
  EXPECT_EQ(tuning.summary.ran, 36u + labels.size() * 4);
}

TEST_F(TuningTest, GoesOnWhereItStoppedAndThreadsChangeNothing) {
  const TuningSpec spec = TuningSpec::ReadText(kTuning, "t.toml");
  const Tuning whole = Tune(spec, "whole.db");
  const std::string digest = digest_;

  RunOptions options;
  options.threads = 3;
  int asked = 0;
  options.interrupted = [&asked] { return ++asked > 600; };
  options.threads = 1;
  EXPECT_THAT(Failure(ErrorCode::kInterrupted,
                      [&] { Tune(spec, "parts.db", options); }),
              HasSubstr("goes on"));
  options = {};
  options.threads = 3;
  const Tuning rest = Tune(spec, "parts.db", options);
  EXPECT_GT(rest.summary.skipped, 0u);
  EXPECT_GT(rest.summary.ran, 0u);
  EXPECT_EQ(digest_, digest);
  EXPECT_EQ(rest.strategies[0].tried[0].label,
            whole.strategies[0].tried[0].label);
  EXPECT_EQ(rest.strategies[0].evaluations, whole.strategies[0].evaluations);
  // Nothing is left to do.
  EXPECT_EQ(Tune(spec, "parts.db").summary.ran, 0u);
}

}  // namespace
}  // namespace hwnas
