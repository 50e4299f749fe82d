#include "bench/report/report_model.h"

#include <cmath>
#include <functional>

#include "bench/report/report_json.h"
#include "bench/report/wording.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/report/made_results.h"

namespace hwnas {
namespace {

using ::testing::Contains;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Two strategies, twelve repetitions, `better` ahead by 1 in each.
void AddClearWin(MadeResults* made, int64_t problem) {
  made->AddStrategy("better");
  made->AddStrategy("worse");
  for (uint64_t r = 0; r < 12; ++r) {
    const double luck = 0.1 * static_cast<double>(r % 4);
    made->AddAnswer(problem, "better", r, static_cast<uint16_t>(r),
                    {91 + luck});
    made->AddAnswer(problem, "worse", r, static_cast<uint16_t>(100 + r),
                    {90 + luck});
  }
}

TEST(ReportModel, SummarisesTheRecommendedArchitecturesScore) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  // The best observed is not the answer: what is recommended counts.
  made.AddRun(problem, "s", 0, {{1, {90.0}}, {2, {92.0}}}, {0});
  made.AddRun(problem, "s", 1, {{3, {91.0}}, {4, {80.0}}}, {0, 1});
  const ReportModel model = MakeReport(made.Get());
  ASSERT_EQ(model.problems.size(), 1u);
  const ReportScore& score = model.problems[0].strategies[0].scores[0];
  EXPECT_EQ(score.value.count, 2u);
  EXPECT_DOUBLE_EQ(score.value.mean, 90.5);
  EXPECT_DOUBLE_EQ(*score.value.sd, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(score.value.minimum, 90);
  EXPECT_DOUBLE_EQ(score.value.maximum, 91);
  ASSERT_TRUE(score.regret.has_value());
  EXPECT_DOUBLE_EQ(score.regret->mean, 4.5);
  EXPECT_DOUBLE_EQ(score.regret->minimum, 4);
  EXPECT_DOUBLE_EQ(score.regret->low, 95 - score.value.high);
  EXPECT_EQ(model.problems[0].strategies[0].best_architecture, "arch-3");
}

TEST(ReportModel, PairsDifferencesByRepetition) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  AddClearWin(&made, problem);
  // A repetition that only one strategy has is in no pair.
  made.AddAnswer(problem, "worse", 50, 777, {99.0});
  const ReportModel model = MakeReport(made.Get());
  ASSERT_EQ(model.problems[0].differences.size(), 1u);
  const ReportDifference& difference = model.problems[0].differences[0];
  EXPECT_EQ(difference.pairs, 12u);
  EXPECT_NEAR(difference.mean, 1, 1e-9);
  EXPECT_EQ(difference.a_wins, 12u);
  EXPECT_EQ(difference.b_wins, 0u);
  EXPECT_EQ(difference.better, 0u);
  EXPECT_EQ(difference.effect, 1);
  EXPECT_LT(difference.holm_p, 0.01);
  EXPECT_THAT(Finding(model.problems[0]), HasSubstr("better leads"));
}

TEST(ReportModel, SaysWhenADifferenceIsNotClear) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("a");
  made.AddStrategy("b");
  for (uint64_t r = 0; r < 12; ++r) {
    const double sign = r % 2 == 0 ? 1 : -1;
    made.AddAnswer(problem, "a", r, 1, {90 + 0.01});
    made.AddAnswer(problem, "b", r, r % 2 == 0 ? 2 : 3, {90 + sign});
  }
  const ReportModel model = MakeReport(made.Get());
  EXPECT_FALSE(model.problems[0].differences[0].better.has_value());
  EXPECT_THAT(Finding(model.problems[0]), HasSubstr("no clear difference"));
}

TEST(ReportModel, LowerIsBetterWhereTheMetricSaysSo) {
  MadeResults made;
  ResultsProblem stated = MadeResults::OneObjective("p");
  stated.objectives = {
      {"latency@pixel3", "ms", Direction::kMinimize, "measured", "made"}};
  stated.scores = stated.objectives;
  stated.optimum = {{2, Missing::kNone}};
  const int64_t problem = made.AddProblem(stated);
  AddClearWin(&made, problem);
  const ReportModel model = MakeReport(made.Get());
  EXPECT_THAT(model.problems[0].ranking, ElementsAre(1, 0));
  EXPECT_EQ(model.problems[0].differences[0].better, 1u);
  const ReportScore& score = model.problems[0].strategies[1].scores[0];
  EXPECT_DOUBLE_EQ(score.regret->mean, score.value.mean - 2);
  EXPECT_DOUBLE_EQ(score.regret->low, score.value.low - 2);
}

TEST(ReportModel, MeasuresSeveralObjectivesByTheHypervolume) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("front");
  made.AddStrategy("point");
  // The combined front spans accuracy 90..92 and latency 4..8.
  made.AddRun(problem, "front", 0, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}},
              {0, 1});
  made.AddRun(problem, "point", 0, {{3, {91.0, 6.0}}, {4, {90.5, 7.0}}},
              {0, 1});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  ASSERT_EQ(p.measures.size(), 1u);
  EXPECT_EQ(p.measures[0].name, "hypervolume");
  // (1, 0) and (0, 1) against (1.1, 1.1); (0.5, 0.5) alone.
  EXPECT_THAT(p.strategies[0].scores[0].value.mean,
              DoubleNear(0.11 + 0.11 - 0.01, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[0].value.mean, DoubleNear(0.36, 1e-12));
  ASSERT_EQ(p.front.size(), 3u);
  EXPECT_EQ(p.front[1].architecture, "arch-3");
  EXPECT_THAT(p.front[1].strategies, ElementsAre(1));
}

TEST(ReportModel, CountsWhatProposalsWere) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0,
              {{1, {90.0}},
               {2, {}, TrialStatus::kMissing},
               {3, {}, TrialStatus::kInvalid},
               {4, {91.0}, TrialStatus::kInfeasible},
               {1, {90.0}, TrialStatus::kOk, true}},
              {0});
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& strategy = model.problems[0].strategies[0];
  EXPECT_EQ(strategy.trials, 5u);
  EXPECT_EQ(strategy.missing, 1u);
  EXPECT_EQ(strategy.invalid, 1u);
  EXPECT_EQ(strategy.infeasible, 1u);
  EXPECT_EQ(strategy.repeated, 1u);
  EXPECT_DOUBLE_EQ(strategy.mean_evaluations, 5);
  EXPECT_DOUBLE_EQ(strategy.mean_simulated_seconds, 50);
}

TEST(ReportModel, FailedRunsAreRowsWithTheirReasonAndInNoFigure) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddAnswer(problem, "s", 0, 1, {90.0});
  made.AddFailure(problem, "s", 1, "it threw");
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& strategy = model.problems[0].strategies[0];
  EXPECT_EQ(strategy.runs, 2u);
  EXPECT_EQ(strategy.scores[0].value.count, 1u);
  ASSERT_EQ(strategy.failures.size(), 1u);
  EXPECT_EQ(strategy.failures[0].reason, "it threw");
  EXPECT_THAT(model.problems[0].warnings,
              Contains(HasSubstr("1 of 2 runs failed")));
  EXPECT_THAT(DocumentToText(ReportDocument(model)), HasSubstr("it threw"));
}

TEST(ReportModel, ResultsOfFailedRunsOnlyStillGiveAReport) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddFailure(problem, "s", 0, "it threw");
  const ReportModel model = MakeReport(made.Get());
  EXPECT_THAT(model.problems[0].ranking, IsEmpty());
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("No run left anything to compare."));
  EXPECT_THAT(ReportToCsv(model), HasSubstr(",s,random@1,"));
  EXPECT_THAT(ReportToJson(model), HasSubstr("\"count\": 0"));
}

TEST(ReportModel, ConstantValuesHaveNoSpread) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("a");
  made.AddStrategy("b");
  for (uint64_t r = 0; r < 12; ++r) {
    made.AddAnswer(problem, "a", r, 1, {91.1});
    made.AddAnswer(problem, "b", r, 1, {91.1});
  }
  const ReportModel model = MakeReport(made.Get());
  const SampleSummary& value = model.problems[0].strategies[0].scores[0].value;
  EXPECT_EQ(value.sd, 0.0);
  EXPECT_EQ(value.low, 91.1);
  EXPECT_EQ(value.high, 91.1);
  EXPECT_EQ(model.problems[0].differences[0].ties, 12u);
  EXPECT_FALSE(model.problems[0].differences[0].better.has_value());
}

TEST(ReportModel, AStrategyLackingInAProblemIsSaid) {
  MadeResults made;
  const int64_t p = made.AddProblem(MadeResults::OneObjective("p"));
  const int64_t q = made.AddProblem(MadeResults::OneObjective("q"));
  AddClearWin(&made, p);
  made.AddAnswer(q, "better", 0, 1, {90.0});
  const ReportModel model = MakeReport(made.Get());
  EXPECT_THAT(model.warnings, ElementsAre("worse was not run on made/q"));
  EXPECT_EQ(model.problems[1].strategies.size(), 1u);
}

TEST(ReportModel, AnAnswerWithoutAScoreIsCountedAndNotJudged) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddAnswer(problem, "s", 0, 1, {90.0});
  made.AddRun(problem, "s", 1, {{2, {}, TrialStatus::kMissing}}, {0});
  made.AddRun(problem, "s", 2, {{3, {}, TrialStatus::kMissing}}, {});
  const ReportModel model = MakeReport(made.Get());
  const ReportScore& score = model.problems[0].strategies[0].scores[0];
  EXPECT_EQ(score.value.count, 1u);
  EXPECT_EQ(score.unscored, 2u);
  EXPECT_THAT(model.problems[0].warnings,
              Contains(HasSubstr("2 of 3 runs gave no answer")));
}

TEST(ReportModel, AnswersThatBreakAConstraintAreWarnedOfAndNotScored) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0, {{1, {94.0}, TrialStatus::kInfeasible}}, {0});
  const ReportModel model = MakeReport(made.Get());
  EXPECT_EQ(model.problems[0].strategies[0].infeasible_answers, 1u);
  EXPECT_EQ(model.problems[0].strategies[0].scores[0].value.count, 0u);
  EXPECT_THAT(model.problems[0].warnings,
              Contains(HasSubstr("constraint broken")));
}

TEST(ReportModel, WarnsOfFewRunsTestDataModelsAndRedundantObjectives) {
  MadeResults made;
  ResultsProblem stated = MadeResults::TwoObjectives("p");
  stated.objectives[0].metric = "accuracy:cifar10/test/e200";
  stated.scores.push_back(
      {"energy@eyeriss", "mJ", Direction::kMinimize, "simulated", "made"});
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0,
              {{1, {90.0, 4.0}}, {2, {91.0, 5.0}}, {3, {92.0, 6.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const auto& warnings = model.problems[0].warnings;
  EXPECT_THAT(warnings, Contains(HasSubstr("test data observed")));
  EXPECT_THAT(warnings, Contains(HasSubstr("models mixed with measurements")));
  EXPECT_THAT(warnings, Contains(HasSubstr("redundant objectives")));
  EXPECT_THAT(warnings, Contains(HasSubstr("only 1 finished run")));
}

TEST(ReportModel, EveryPageOfASyntheticTableSaysSo) {
  MadeResults made;
  ResultsProblem stated = MadeResults::OneObjective("p");
  stated.synthetic = true;
  AddClearWin(&made, made.AddProblem(stated));
  const ReportModel model = MakeReport(made.Get());
  EXPECT_TRUE(model.synthetic);
  for (const std::string& page :
       {DocumentToText(ReportDocument(model)),
        DocumentToMarkdown(ReportDocument(model)), ReportToCsv(model)}) {
    EXPECT_THAT(page, HasSubstr("SYNTHETIC"));
  }
  EXPECT_THAT(ReportToJson(model), HasSubstr("\"synthetic\": true"));
}

TEST(ReportModel, TheOrderOfRecordingChangesNoByte) {
  const auto fill = [](MadeResults* made, bool reversed) {
    std::vector<std::string> problems = {"p", "q"};
    std::vector<std::string> labels = {"a", "b", "c"};
    if (reversed) {
      std::reverse(problems.begin(), problems.end());
      std::reverse(labels.begin(), labels.end());
    }
    std::vector<std::function<void()>> adds;
    for (const std::string& name : problems) {
      const int64_t id =
          made->AddProblem(name == "p" ? MadeResults::OneObjective(name)
                                       : MadeResults::TwoObjectives(name));
      for (const std::string& label : labels) {
        made->AddStrategy(label);
        for (uint64_t r = 0; r < 5; ++r) {
          const auto architecture =
              static_cast<uint16_t>(label[0] * 10 + static_cast<int>(r));
          const double score = 90 + 0.1 * (architecture % 7);
          adds.push_back([=] {
            made->AddAnswer(id, label, r, architecture,
                            name == "p" ? std::vector<double>{score}
                                        : std::vector<double>{score, score});
          });
        }
      }
    }
    if (reversed) std::reverse(adds.begin(), adds.end());
    for (const auto& add : adds) add();
  };
  MadeResults one;
  MadeResults two("other.db");
  fill(&one, false);
  fill(&two, true);
  const ReportModel a = MakeReport(one.Get());
  const ReportModel b = MakeReport(two.Get());
  EXPECT_EQ(ReportToJson(a), ReportToJson(b));
  EXPECT_EQ(ReportToCsv(a), ReportToCsv(b));
  EXPECT_EQ(DocumentToText(ReportDocument(a)),
            DocumentToText(ReportDocument(b)));
}

TEST(ReportModel, AStrategyMoreChangesNoIntervalOfAnother) {
  MadeResults one;
  const int64_t p = one.AddProblem(MadeResults::OneObjective("p"));
  AddClearWin(&one, p);
  const ReportModel before = MakeReport(one.Get());
  one.AddStrategy("added");
  one.AddAnswer(p, "added", 0, 777, {90.0});
  const ReportModel after = MakeReport(one.Get());
  EXPECT_EQ(before.problems[0].strategies[0].scores[0].value.low,
            after.problems[0].strategies[1].scores[0].value.low);
  EXPECT_EQ(before.problems[0].strategies[0].label, "better");
  EXPECT_EQ(after.problems[0].strategies[1].label, "better");
}

TEST(ReportModel, CurvesFollowTheBestObserved) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0, {{1, {90.0}}, {2, {89.0}}, {3, {92.0}}}, {2});
  made.AddRun(problem, "s", 1, {{4, {}, TrialStatus::kMissing}, {5, {91.0}}},
              {1});
  const ReportModel model = MakeReport(made.Get());
  EXPECT_THAT(model.problems[0].evaluations, ElementsAre(1, 2, 3));
  const ReportCurve& curve = model.problems[0].strategies[0].curves[0];
  EXPECT_THAT(curve.runs, ElementsAre(1, 2, 2));
  EXPECT_THAT(curve.mean, ElementsAre(90, 90.5, 91.5));
  EXPECT_THAT(curve.median, ElementsAre(90, 90.5, 91.5));
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("by evaluations"));
}

TEST(ReportModel, CurvesOfSeveralObjectivesAreHypervolumes) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0,
              {{1, {90.0, 4.0}}, {3, {89.0, 9.0}}, {2, {92.0, 8.0}}}, {0, 2});
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& strategy = model.problems[0].strategies[0];
  const ReportCurve& curve = strategy.curves[0];
  EXPECT_THAT(curve.mean,
              ElementsAre(DoubleNear(0.11, 1e-12), DoubleNear(0.11, 1e-12),
                          DoubleNear(0.21, 1e-12)));
  EXPECT_EQ(curve.mean.back(), strategy.scores[0].value.mean);
}

TEST(ReportModel, RanksStrategiesAcrossProblems) {
  MadeResults made;
  for (const char* name : {"p", "q", "r"}) {
    const int64_t id = made.AddProblem(MadeResults::OneObjective(name));
    uint16_t architecture = 0;
    for (const char* label : {"a", "b", "c"}) {
      made.AddStrategy(label);
      ++architecture;
      made.AddAnswer(id, label, 0, architecture, {90.0 + architecture});
    }
  }
  const ReportModel model = MakeReport(made.Get());
  ASSERT_TRUE(model.across.has_value());
  EXPECT_THAT(model.across->labels, ElementsAre("c", "b", "a"));
  EXPECT_THAT(model.across->mean_ranks, ElementsAre(1, 2, 3));
  // Three blocks in perfect agreement: 12/(3*3*4) * (9+36+81) - 36 = 6.
  EXPECT_DOUBLE_EQ(model.across->statistic, 6);
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("Across problems"));
}

TEST(ReportModel, TablesOfDifferentDigestsInOneExperimentAreRefused) {
  MadeResults made;
  ResultsProblem other = MadeResults::OneObjective("q");
  other.table_digest = std::string(64, 'b');
  const int64_t p = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddProblem(other);
  made.AddStrategy("s");
  made.AddAnswer(p, "s", 0, 1, {90.0});
  try {
    MakeReport(made.Get());
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kDisagree);
    EXPECT_THAT(error.what(), HasSubstr("different tables"));
  }
}

TEST(ReportModel, ResultsWithoutRunsAreRefused) {
  MadeResults made;
  made.AddProblem(MadeResults::OneObjective("p"));
  EXPECT_THROW(MakeReport(made.Get()), Error);
}

TEST(ReportModel, ANameThatIsMarkupStaysText) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  const std::string name = "<script>alert(1)</script>|*x*,\"y\"";
  made.AddStrategy(name);
  made.AddAnswer(problem, name, 0, 1, {90.0});
  const ReportModel model = MakeReport(made.Get());
  const std::string markdown = DocumentToMarkdown(ReportDocument(model));
  EXPECT_THAT(markdown, Not(HasSubstr("<script>")));
  EXPECT_THAT(markdown, HasSubstr("\\<script\\>"));
  EXPECT_THAT(markdown, HasSubstr("\\|\\*x\\*"));
  EXPECT_THAT(DocumentToText(ReportDocument(model)), HasSubstr(name));
  EXPECT_THAT(ReportToCsv(model),
              HasSubstr("\"<script>alert(1)</script>|*x*,\"\"y\"\"\""));
}

}  // namespace
}  // namespace hwnas
