#include "bench/reproduce/claims.h"

#include "bench/harness/objective_text.h"
#include "bench/reproduce/reproduce.h"
#include "datasets/synthetic.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/analysis/correlation.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kPlatforms = {"synthetic-cpu", "synthetic-mcu"};

class ClaimsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SyntheticOptions options;
    options.every = 7;
    WriteSyntheticTable(folder_.Path("table.db"), options);
    table_ = Table::Open(folder_.Path("table.db"));
    results_ = Results::OpenOrCreate(folder_.Path("r.db"));
  }

  ClaimAnswer Answer(const ClaimSpec& spec) {
    return AnswerClaim(spec, {*table_, *results_, model_, "", {}});
  }

  ClaimSpec Spec(ClaimCheck check) const {
    ClaimSpec spec;
    spec.check = check;
    spec.accuracy = ParseObjective("accuracy:val");
    spec.platforms = kPlatforms;
    return spec;
  }

  // Of connected architectures.
  std::vector<double> Values(const std::string& metric) const {
    const auto column = table_->LoadOrCompute(Metric::Parse(metric));
    std::vector<double> values;
    for (size_t row = 0; row < table_->Rows(); ++row) {
      if (table_->Connected(row)) values.push_back(column->Mean(row).value);
    }
    return values;
  }

  TempDir folder_;
  std::shared_ptr<const Table> table_;
  std::unique_ptr<Results> results_;
  ReportModel model_;
};

TEST(ClaimCases, DecideByTheShareThatHolds) {
  const auto verdict = [](size_t holds, size_t fails) {
    ClaimCases cases{"things", {}, {}};
    for (size_t i = 0; i < holds; ++i) cases.Add(true, "h");
    for (size_t i = 0; i < fails; ++i) cases.Add(false, "f");
    return cases.GetVerdict();
  };
  EXPECT_EQ(verdict(20, 0), Verdict::kSupported);
  EXPECT_EQ(verdict(19, 1), Verdict::kSupported);
  EXPECT_EQ(verdict(18, 2), Verdict::kDepends);
  EXPECT_EQ(verdict(1, 18), Verdict::kDepends);
  EXPECT_EQ(verdict(1, 19), Verdict::kRefuted);
  EXPECT_EQ(verdict(0, 0), Verdict::kNotTestable);
  ClaimCases cases{"things", {"a", "b"}, {"c"}};
  EXPECT_EQ(cases.Text(), "holds for 2 of 3 things (not: c)");
}

TEST_F(ClaimsTest, CostOrderIsTheMeanRankCorrelationOverDevices) {
  ClaimSpec spec = Spec(ClaimCheck::kCostOrder);
  spec.metrics = {"macs"};
  spec.holds_at = 1.1;
  const ClaimAnswer answer = Answer(spec);
  double mean = 0;
  for (const std::string& platform : kPlatforms) {
    mean += *SpearmanRho(Values("macs"), Values("latency@" + platform)) / 2;
  }
  EXPECT_NEAR(*answer.figure, mean, 1e-12);
  EXPECT_EQ(answer.verdict, Verdict::kSupported);
  spec.holds_at = -1.1;
  EXPECT_EQ(Answer(spec).verdict, Verdict::kRefuted);
}

TEST_F(ClaimsTest, ACostThatIsOneOfTheFittedOnesIsFitted) {
  ClaimSpec spec = Spec(ClaimCheck::kCostsTogether);
  spec.metrics = {"latency@synthetic-cpu", "latency@synthetic-mcu"};
  spec.holds_at = 0.99;
  const ClaimAnswer answer = Answer(spec);
  EXPECT_GT(*answer.figure, 0.999);  // rounding breaks ties
  EXPECT_EQ(answer.verdict, Verdict::kSupported);
}

TEST_F(ClaimsTest, AMetricOrdersItselfAndItsSum) {
  ClaimSpec spec = Spec(ClaimCheck::kSumOrder);
  spec.metrics = {"macs"};
  spec.against = {"macs", "macs"};
  spec.holds_at = 0.9;
  EXPECT_EQ(*Answer(spec).figure, 1);
  EXPECT_EQ(Answer(spec).verdict, Verdict::kSupported);
  spec = Spec(ClaimCheck::kOrder);
  spec.metrics = {"accuracy:val/e12"};
  spec.against = {"accuracy:val"};
  const ClaimAnswer answer = Answer(spec);
  EXPECT_NEAR(*answer.figure,
              *SpearmanRho(Values("accuracy:val/e12"), Values("accuracy:val")),
              1e-12);
  EXPECT_LE(*answer.low, *answer.figure);
  EXPECT_GE(*answer.high, *answer.figure);
}

TEST_F(ClaimsTest, TheMostAccurateBreaksEveryLimitThatIsBelowIt) {
  ClaimSpec spec = Spec(ClaimCheck::kTwoStage);
  spec.limits = {1};
  EXPECT_EQ(*Answer(spec).figure, 0);
  spec.limits = {0.01};
  EXPECT_EQ(*Answer(spec).figure, 1);
}

TEST_F(ClaimsTest, WeightedSumsReachSomeOfTheFrontAndNotMoreThanAll) {
  const ClaimAnswer answer = Answer(Spec(ClaimCheck::kWeightedSums));
  EXPECT_GT(*answer.figure, 0);
  EXPECT_LT(*answer.figure, 1);
  EXPECT_EQ(answer.verdict, Verdict::kSupported);
}

TEST_F(ClaimsTest, NothingGainsOnItselfAndOneThatDoesRefutes) {
  ClaimSpec spec = Spec(ClaimCheck::kNeverGains);
  spec.metrics = {"accuracy:val"};
  spec.against = {"accuracy:val"};
  EXPECT_EQ(Answer(spec).verdict, Verdict::kSupported);
  EXPECT_EQ(*Answer(spec).figure, 0);
  spec.against = {"accuracy:test"};
  EXPECT_EQ(Answer(spec).verdict, Verdict::kRefuted);
  EXPECT_GT(*Answer(spec).figure, 0);
}

TEST_F(ClaimsTest, OperatorsAreComparedWithOneThatIsFree) {
  ClaimSpec spec = Spec(ClaimCheck::kOperators);
  spec.operators = {"nor_conv_3x3", "nor_conv_1x1", "none"};
  spec.holds_at = 1000;
  const ClaimAnswer answer = Answer(spec);
  EXPECT_GT(*answer.figure, 1);  // nine times the macs
  EXPECT_EQ(answer.verdict, Verdict::kRefuted);
  spec.operators.pop_back();
  EXPECT_THROW(Answer(spec), Error);
}

TEST_F(ClaimsTest, UnknownChecksNameTheNearest) {
  EXPECT_EQ(ParseClaimCheck("joint"), ClaimCheck::kJoint);
  try {
    ParseClaimCheck("never-gain");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("never-gains"));
  }
}

constexpr char kOnRuns[] = R"(
name = "claims"
title = "Claims"
source = "this test"
certainty = "copied"
[[column]]
name = "figure"
[[row]]
name = "random"
claim = "it is slow"
from = "claim"
check = "random-needs"
strategy = "REA"
published = [[]]
[[row]]
name = "joint"
from = "claim"
check = "joint"
strategy = "REA"
problem = "alone"
published = [[]]
[[row]]
name = "area"
from = "not testable"
reason = "no area"
published = [[]]
[experiment]
name = "claims"
repetitions = 5
[experiment.protocol]
evaluations = 60
replicates = false
[[experiment.strategy]]
label = "REA"
name = "regularized-evolution"
options = { population_size = 10, sample_size = 3 }
[[experiment.problem]]
name = "alone"
objectives = ["accuracy:val"]
[[experiment.problem]]
name = "limited"
objectives = ["accuracy:val"]
constraints = ["latency@synthetic-mcu<=100"]
)";

TEST_F(ClaimsTest, ChecksOnRunsUseTheExperimentBeside) {
  const auto published = PublishedTable::ReadText(kOnRuns, "claims.toml");
  const Reproduction made =
      Reproduce(published, table_, *results_, std::nullopt, {});
  ASSERT_EQ(made.cells.size(), 3u);
  EXPECT_THAT(made.cells[0].reason, HasSubstr("\"it is slow\""));
  EXPECT_GT(*made.cells[0].ours, 0);
  EXPECT_LE(*made.cells[0].low, *made.cells[0].ours);
  EXPECT_GE(*made.cells[0].high, *made.cells[0].ours);
  ASSERT_TRUE(made.cells[1].ours.has_value());
  EXPECT_THAT(made.cells[1].reason, HasSubstr("over 1 limits"));
  EXPECT_EQ(made.cells[2].reason, "no area");
  // The table is made up, so that it speaks neither for nor against.
  for (const ReproducedCell& cell : made.cells) {
    EXPECT_EQ(cell.verdict, Verdict::kNotTestable);
  }
}

}  // namespace
}  // namespace hwnas
