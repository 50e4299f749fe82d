#include "bench/report/report_model.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "bench/report/html.h"
#include "bench/report/latex.h"
#include "bench/report/report_csv.h"
#include "bench/report/report_json.h"
#include "bench/report/wording.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strategies/registry.h"
#include "tabular/error.h"
#include "tabular/spaces/generic.h"
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

TEST(ReportModel, AnIntervalWithoutZeroIsNotClearWhereHolmsPIsNot) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("ahead");
  made.AddStrategy("behind");
  const double lead[] = {0.1, 0.2, 0.3, 0.4, 0.5};
  for (uint64_t r = 0; r < 5; ++r) {
    made.AddAnswer(problem, "ahead", r, static_cast<uint16_t>(r),
                   {91 + lead[r]});
    made.AddAnswer(problem, "behind", r, 100, {91.0});
  }
  const ReportModel few = MakeReport(made.Get());
  const ReportDifference& d = few.problems[0].differences[0];
  EXPECT_GT(d.low, 0);
  EXPECT_EQ(d.holm_p, 0.0625);
  EXPECT_FALSE(d.better.has_value());
  EXPECT_NE(RelevanceOf(d, few.problems[0].measures[0].margin),
            Relevance::kMatters);
  EXPECT_EQ(LeastHolmP(few.problems[0]), 0.0625);
  EXPECT_THAT(few.problems[0].warnings,
              Contains("too few runs for any difference to be clear: with 5 in "
                       "common Holm's p is 0.062 at least"));
  EXPECT_THAT(Finding(few.problems[0]),
              HasSubstr("over 5 pairs, Holm p 0.0625): no clear difference."));
  EXPECT_THAT(DocumentToText(ReportDocument(few)),
              HasSubstr("Clear is a difference whose 95 % interval excludes 0 "
                        "and whose Holm p is below 0.05"));
  // A run more decides it; among three pairs of strategies it does not.
  made.AddAnswer(problem, "ahead", 5, 6, {91.6});
  made.AddAnswer(problem, "behind", 5, 100, {91.0});
  const ReportModel more = MakeReport(made.Get());
  EXPECT_EQ(more.problems[0].differences[0].holm_p, 0.03125);
  EXPECT_EQ(more.problems[0].differences[0].better, 0u);
  EXPECT_THAT(more.problems[0].warnings,
              Not(Contains(HasSubstr("too few runs for any"))));
  made.AddStrategy("third");
  for (uint64_t r = 0; r < 6; ++r) {
    made.AddAnswer(problem, "third", r, 101, {90.5});
  }
  const ReportModel three = MakeReport(made.Get());
  for (const ReportDifference& of : three.problems[0].differences) {
    EXPECT_TRUE(of.low > 0 || of.high < 0);
    EXPECT_FALSE(of.better.has_value());
  }
  EXPECT_THAT(three.problems[0].warnings,
              Contains(HasSubstr("Holm's p is 0.094 at least")));
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
  ASSERT_EQ(p.measures.size(), 3u);
  EXPECT_EQ(p.measures[0].name, "hypervolume");
  // (1, 0) and (0, 1) against (1.1, 1.1); (0.5, 0.5) alone.
  EXPECT_THAT(p.strategies[0].scores[0].value.mean,
              DoubleNear(0.11 + 0.11 - 0.01, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[0].value.mean, DoubleNear(0.36, 1e-12));
  // Scaled, the combined front is (0, 1), (0.5, 0.5), (1, 0) with accuracy
  // first as a cost; `front` misses the middle by 0.5 in one of three.
  EXPECT_EQ(p.measures[1].name, "igd+");
  EXPECT_THAT(p.strategies[0].scores[1].value.mean, DoubleNear(0.5 / 3, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[1].value.mean, DoubleNear(1.0 / 3, 1e-12));
  EXPECT_EQ(p.measures[2].name, "epsilon");
  EXPECT_THAT(p.strategies[0].scores[2].value.mean, DoubleNear(0.5, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[2].value.mean, DoubleNear(0.5, 1e-12));
  ASSERT_EQ(p.front.size(), 3u);
  EXPECT_EQ(p.front[1].architecture, "arch-3");
  EXPECT_THAT(p.front[1].strategies, ElementsAre(1));
}

// With the true front (89, 2), (93, 6), (94, 10).
ResultsProblem WithTrueFront(const std::string& name) {
  ResultsProblem problem = MadeResults::TwoObjectives(name);
  problem.true_front = {{89, 2}, {93, 6}, {94, 10}};
  return problem;
}

TEST(ReportModel, MeasuresByTheTrueFrontWhereItIsKnown) {
  MadeResults made;
  const int64_t problem = made.AddProblem(WithTrueFront("p"));
  made.AddStrategy("all");
  made.AddStrategy("two");
  made.AddRun(problem, "all", 0,
              {{1, {89.0, 2.0}}, {2, {93.0, 6.0}}, {3, {94.0, 10.0}}},
              {0, 1, 2});
  made.AddRun(problem, "two", 0, {{4, {92.0, 6.0}}, {3, {94.0, 10.0}}}, {0, 1});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  // Scaled, with accuracy first as a cost: (1, 0), (0.2, 0.5), (0, 1).
  const double whole = 0.1 * 1.1 + 0.8 * 0.6 + 0.2 * 0.1;
  EXPECT_THAT(*p.measures[0].optimum, DoubleNear(whole, 1e-12));
  EXPECT_FALSE(p.measures[1].optimum.has_value());
  const auto& all = p.strategies[0].scores;
  EXPECT_EQ(all[0].value.mean, *p.measures[0].optimum);
  EXPECT_EQ(all[0].regret->mean, 0);
  EXPECT_EQ(all[1].value.mean, 0);
  EXPECT_EQ(all[2].value.mean, 0);
  // (0.4, 0.5) and (0, 1): further from the first by 0.5, from the second by
  // 0.2.
  const auto& two = p.strategies[1].scores;
  EXPECT_THAT(two[0].value.mean, DoubleNear(0.7 * 0.6 + 0.4 * 0.1, 1e-12));
  EXPECT_THAT(two[0].regret->mean,
              DoubleNear(whole - 0.7 * 0.6 - 0.4 * 0.1, 1e-12));
  EXPECT_THAT(two[1].value.mean, DoubleNear(0.7 / 3, 1e-12));
  EXPECT_THAT(two[2].value.mean, DoubleNear(0.5, 1e-12));
  // The best that can be reached is the last target.
  EXPECT_EQ(p.targets[0].back(), *p.measures[0].optimum);
  // What runs found stays what they found.
  EXPECT_EQ(p.front.size(), 3u);
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("measured by the true front (3 points, 0.610)"));
  EXPECT_THAT(ReportToJson(model), HasSubstr("\"reference_front\": \"true\""));
  EXPECT_THAT(ReportToLatex(model),
              HasSubstr("coordinates {(2,89)(6,93)(10,94)}"));
}

TEST(ReportModel, WithTheTrueFrontAStrategyMoreMovesNoValueOfAnother) {
  for (const bool known : {false, true}) {
    MadeResults made;
    const int64_t problem = made.AddProblem(
        known ? WithTrueFront("p") : MadeResults::TwoObjectives("p"));
    made.AddStrategy("a");
    made.AddRun(problem, "a", 0, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}}, {0, 1});
    const ReportModel before = MakeReport(made.Get());
    made.AddStrategy("b");
    made.AddRun(problem, "b", 0, {{3, {93.0, 6.0}}, {4, {94.0, 10.0}}}, {0, 1});
    const ReportModel after = MakeReport(made.Get());
    for (size_t m = 0; m < 3; ++m) {
      EXPECT_EQ(before.problems[0].strategies[0].scores[m].value.mean ==
                    after.problems[0].strategies[0].scores[m].value.mean,
                known)
          << m;
    }
    EXPECT_EQ(
        DocumentToText(ReportDocument(after)).find("not hold the true front") ==
            std::string::npos,
        known);
  }
}

TEST(ReportModel, ATrueFrontOfOnePointIsScaledByTheUnits) {
  MadeResults made;
  ResultsProblem stated = MadeResults::TwoObjectives("p");
  stated.true_front = {{93, 6}};
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("it");
  made.AddStrategy("near");
  made.AddRun(problem, "it", 0, {{1, {93.0, 6.0}}}, {0});
  made.AddRun(problem, "near", 0, {{2, {92.5, 6.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  EXPECT_THAT(p.strategies[0].scores[0].value.mean, DoubleNear(1.21, 1e-12));
  EXPECT_EQ(p.strategies[0].scores[0].regret->mean, 0);
  EXPECT_THAT(p.strategies[1].scores[0].value.mean,
              DoubleNear(0.6 * 1.1, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[1].value.mean, DoubleNear(0.5, 1e-12));
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("true front (1 point, 1.210)"));
}

TEST(ReportModel, AnObjectiveThatIsConstantAddsNothing) {
  MadeResults made;
  ResultsProblem stated = MadeResults::TwoObjectives("p");
  stated.spec.objectives.push_back({"params", "", ""});
  stated.objectives.push_back(
      {"params", "1", Direction::kMinimize, "analytic", "made"});
  stated.scores = stated.objectives;
  stated.true_front = {{89, 2, 7}, {93, 6, 7}, {94, 10, 7}};
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0, {{1, {93.0, 6.0, 7.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const auto& scores = model.problems[0].strategies[0].scores;
  // (0.2, 0.5, 0) of (1, 0, 0), (0.2, 0.5, 0), (0, 1, 0).
  EXPECT_THAT(scores[0].value.mean, DoubleNear(0.9 * 0.6 * 1.1, 1e-12));
  EXPECT_THAT(scores[1].value.mean, DoubleNear((0.5 + 0.2) / 3, 1e-12));
}

TEST(ReportModel, ArchitecturesOfOneScoreAreOnePointOfTheFront) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddStrategy("t");
  // Three copies of one end do not outweigh the other.
  made.AddRun(problem, "s", 0,
              {{1, {90.0, 4.0}}, {2, {90.0, 4.0}}, {3, {90.0, 4.0}}},
              {0, 1, 2});
  made.AddRun(problem, "t", 0, {{4, {92.0, 8.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  ASSERT_EQ(p.front.size(), 2u);
  EXPECT_EQ(p.front[0].architecture, "arch-1");
  EXPECT_EQ(p.front[0].architectures, 3u);
  EXPECT_THAT(p.front[0].strategies, ElementsAre(0));
  EXPECT_EQ(p.front[1].architectures, 1u);
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr(" 4              3  arch-1        s"));
  EXPECT_THAT(ReportToJson(model), HasSubstr("\"architectures\": 3"));
  EXPECT_THAT(p.strategies[0].scores[1].value.mean, DoubleNear(0.5, 1e-12));
  EXPECT_THAT(p.strategies[1].scores[1].value.mean, DoubleNear(0.5, 1e-12));
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

TEST(ReportModel, AnswersWithoutAScoreAreWarnedOfInTradeOffs) {
  MadeResults made;
  const int64_t problem = made.AddProblem(WithTrueFront("p"));
  made.AddStrategy("s");
  made.AddStrategy("t");
  const MadePoint unscored{7, {}, TrialStatus::kOk, false, {95.0, 1.0}};
  for (uint64_t r = 0; r < 2; ++r) {
    made.AddRun(problem, "s", r,
                {{1, {90.0, 4.0}},
                 unscored,
                 {2, {94.0, 1.0}, TrialStatus::kInfeasible}},
                {0, 1, 2});
    made.AddRun(problem, "t", r, {{1, {90.0, 4.0}}}, {0});
  }
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  EXPECT_EQ(p.strategies[0].answers, 6u);
  EXPECT_EQ(p.strategies[0].unscored_answers, 2u);
  EXPECT_EQ(p.strategies[1].unscored_answers, 0u);
  EXPECT_THAT(
      p.warnings,
      Contains("s: 2 of the 6 architectures that its runs answered with "
               "lack a score in the table; these are not judged"));
  EXPECT_EQ(std::count_if(p.warnings.begin(), p.warnings.end(),
                          [](const std::string& line) {
                            return line.find("lack a score") !=
                                   std::string::npos;
                          }),
            1);
}

TEST(ReportModel, ProposalsThatAreMostlyWastedAreWarnedOf) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("mostly");
  made.AddStrategy("within");
  std::vector<MadePoint> points;
  for (uint16_t i = 0; i < 20; ++i) points.push_back({i, {90.0}});
  // A tenth invalid and half repeated is not more than that.
  for (size_t i = 1; i <= 2; ++i) {
    points[i].status = TrialStatus::kInvalid;
    points[i].scores.clear();
  }
  for (size_t i = 10; i < 20; ++i) points[i].repeated = true;
  made.AddRun(problem, "within", 0, points, {0});
  points[3] = {103, {}, TrialStatus::kInvalid, false};
  points[9].repeated = true;
  made.AddRun(problem, "mostly", 0, points, {0});
  const auto warnings = MakeReport(made.Get()).problems[0].warnings;
  EXPECT_THAT(warnings, Contains("mostly: 15.0 % of its proposals are no "
                                 "architecture of the space"));
  EXPECT_THAT(warnings,
              Contains("mostly: 55.0 % of its proposals repeat earlier ones"));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("within: 1"))));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("within: 5"))));
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

TEST(ReportModel, WarnsOfStrategiesThatSeeTheFirstObjectiveAlone) {
  MadeResults made;
  const int64_t two = made.AddProblem(MadeResults::TwoObjectives("two"));
  const StrategyInfo& evolution = FindStrategy("regularized-evolution");
  made.AddStrategy("alone", evolution.name, evolution.version);
  // Another version may have been another search.
  made.AddStrategy("older", evolution.name, evolution.version + 1);
  const StrategyInfo& nsga2 = FindStrategy("nsga2");
  made.AddStrategy("both", nsga2.name, nsga2.version);
  for (const char* label : {"alone", "older", "both"}) {
    made.AddRun(two, label, 0, {{1, {90.0, 4.0}}, {2, {91.0, 5.0}}}, {0});
  }
  EXPECT_THAT(MakeReport(made.Get()).problems[0].warnings,
              Contains("alone searches by the first objective alone, " +
                       MadeResults::TwoObjectives("two").objectives[0].metric));
}

TEST(ReportModel, ALongSpaceIsShortenedAndWhatTheTableLacksIsSaid) {
  GenericDescription description;
  description.name = "mine";
  description.version = 3;
  for (const char* name : {"kernel", "width", "depth", "activation"}) {
    description.decisions.push_back({name, {"one", "two", "three"}});
  }
  MadeResults made;
  ResultsProblem stated = MadeResults::OneObjective("p");
  stated.space = MakeGenericSpace(description)->Spec() + "#subset";
  ASSERT_GT(stated.space.size(), 80u);
  stated.searched = {50, 60, 50, 60};
  AddClearWin(&made, made.AddProblem(stated));
  ResultsProblem unknown = stated;
  unknown.spec.name = "unknown";
  unknown.space = "other@9{" + std::string(100, 'x') + "}";
  AddClearWin(&made, made.AddProblem(unknown));
  const ReportModel model = MakeReport(made.Get());
  EXPECT_EQ(model.problems[0].space_size, 81u);
  EXPECT_EQ(model.problems[1].space_size, std::nullopt);
  for (const std::string& page :
       {DocumentToText(ReportDocument(model)), ReportToLatex(model)}) {
    EXPECT_THAT(page, HasSubstr("mine@3"));
    EXPECT_THAT(page, HasSubstr("subset (description of "));
    EXPECT_THAT(page, HasSubstr("holds 60 of the 81 architectures"));
    EXPECT_THAT(page, HasSubstr("50 of 60 architectures"));
    EXPECT_THAT(page, HasSubstr("other@9 (description of 109 characters"));
    EXPECT_THAT(page, Not(HasSubstr("activation")));
    EXPECT_THAT(page, Not(HasSubstr("xxx")));
  }
  const std::string json = ReportToJson(model);
  EXPECT_THAT(json, HasSubstr("activation"));
  EXPECT_THAT(json, HasSubstr("\"space_architectures\": 81"));
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
    std::vector<std::string> problems = {"p", "q", "r"};
    std::vector<std::string> labels = {"a", "b", "c"};
    if (reversed) {
      std::reverse(problems.begin(), problems.end());
      std::reverse(labels.begin(), labels.end());
    }
    std::vector<std::function<void()>> adds;
    for (const std::string& name : problems) {
      const int64_t id =
          made->AddProblem(name == "p"   ? MadeResults::OneObjective(name)
                           : name == "q" ? MadeResults::TwoObjectives(name)
                                         : WithTrueFront(name));
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
  EXPECT_THAT(model.problems[0].axes[0].grid, ElementsAre(1, 2, 3));
  const ReportCurve& curve = model.problems[0].strategies[0].curves[0][0];
  EXPECT_THAT(curve.runs, ElementsAre(1, 2, 2));
  EXPECT_THAT(curve.mean, ElementsAre(90, 90.5, 91.5));
  EXPECT_THAT(curve.median, ElementsAre(90, 90.5, 91.5));
  const std::string text = DocumentToText(ReportDocument(model));
  EXPECT_THAT(text, HasSubstr("by evaluations; (m/n): of the m of n runs"));
  EXPECT_THAT(text, HasSubstr("90.00 (1/2)"));
}

TEST(ReportModel, CurvesOfSeveralObjectivesAreHypervolumes) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0,
              {{1, {90.0, 4.0}}, {3, {89.0, 9.0}}, {2, {92.0, 8.0}}}, {0, 2});
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& strategy = model.problems[0].strategies[0];
  const ReportCurve& curve = strategy.curves[0][0];
  EXPECT_THAT(curve.mean,
              ElementsAre(DoubleNear(0.11, 1e-12), DoubleNear(0.11, 1e-12),
                          DoubleNear(0.21, 1e-12)));
  EXPECT_EQ(curve.mean.back(), strategy.scores[0].value.mean);
}

TEST(ReportModel, CurvesEndAtTheAnswersMeasureWhereTestRanksUnlikeValidation) {
  MadeResults made;
  ResultsProblem stated = WithTrueFront("p");
  stated.scores[0].metric = "accuracy:cifar10/test/e200";
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("s");
  // Observed accuracies rank 1 < 2 < 3 at one latency, the test's otherwise:
  // 1 is the best of them and gone once 2 was met.
  const auto point = [](uint16_t architecture, double val, double test) {
    return MadePoint{
        architecture, {test, 6.0}, TrialStatus::kOk, false, {val, 6.0}};
  };
  for (uint64_t r = 0; r < 2; ++r) {
    made.AddRun(problem, "s", r,
                {point(1, 90, 93), point(2, 91, 90), point(3, 92, 92)}, {2});
  }
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  const ReportStrategy& strategy = p.strategies[0];
  const ReportCurve& curve = strategy.curves[0][0];
  // Scaled, 93, 90 and 92 are costs of 0.2, 0.8 and 0.4, latency 6 is 0.5.
  EXPECT_THAT(curve.mean, ElementsAre(DoubleNear(0.9 * 0.6, 1e-12),
                                      DoubleNear(0.3 * 0.6, 1e-12),
                                      DoubleNear(0.7 * 0.6, 1e-12)));
  for (const auto& axis : strategy.curves) {
    EXPECT_EQ(axis[0].mean.back(), strategy.scores[0].value.mean);
  }
  // What was reached on the way counts as reached: the start is what the
  // first evaluation gave.
  const ReportHits& hits = strategy.hits[0];
  EXPECT_EQ(hits.reached.front(), 2u);
  EXPECT_EQ(hits.expected.front(), 1);
  EXPECT_EQ(hits.reached.back(), 0u);
  EXPECT_EQ(hits.ecdf.front(), hits.ecdf.back());
}

TEST(ReportModel, CurvesOfSeveralObjectivesLeaveOutWhatBreaksAConstraint) {
  MadeResults made;
  const int64_t problem = made.AddProblem(WithTrueFront("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0,
              {{1, {94.0, 2.0}, TrialStatus::kInfeasible}, {2, {93.0, 6.0}}},
              {1});
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& strategy = model.problems[0].strategies[0];
  EXPECT_THAT(strategy.curves[0][0].mean,
              ElementsAre(0, DoubleNear(0.9 * 0.6, 1e-12)));
  EXPECT_EQ(strategy.curves[0][0].mean.back(), strategy.scores[0].value.mean);
}

TEST(ReportModel, CurvesByTheClockFollowWhenTrialsEnd) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  // Ten simulated seconds each.
  made.AddRun(problem, "s", 0, {{1, {90.0}}, {2, {92.0}}}, {1});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  ASSERT_EQ(p.axes.size(), 2u);
  EXPECT_EQ(p.axes[1].name, "simulated_seconds");
  const ReportCurve& curve = p.strategies[0].curves[1][0];
  for (size_t i = 0; i < p.axes[1].grid.size(); ++i) {
    const double at = p.axes[1].grid[i];
    EXPECT_EQ(curve.runs[i], at < 10 ? 0u : 1u) << at;
    EXPECT_EQ(curve.median[i], at < 10 ? 0 : at < 20 ? 90 : 92) << at;
  }
  EXPECT_EQ(p.axes[1].grid.back(), 20);
}

TEST(ReportModel, SaysWhenTargetsAreReached) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("hits");
  made.AddStrategy("misses");
  // The gap is from 85 to the optimum, 95: a tenth of it is at 94.
  made.AddRun(problem, "hits", 0, {{1, {85.0}}, {2, {94.5}}, {3, {95.0}}}, {2});
  made.AddRun(problem, "hits", 1, {{1, {85.0}}, {4, {86.0}}, {5, {93.0}}}, {2});
  made.AddRun(problem, "misses", 0, {{1, {85.0}}, {6, {84.0}}}, {0});
  made.AddRun(problem, "misses", 1, {{1, {85.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  ASSERT_EQ(p.targets.size(), 1u);
  EXPECT_THAT(p.targets[0][0], DoubleNear(85, 1e-12));
  EXPECT_THAT(p.targets[0][10], DoubleNear(94, 1e-12));
  EXPECT_EQ(p.targets[0][21], 95);
  const ReportHits& hits = p.strategies[0].hits[0];
  EXPECT_EQ(hits.reached[10], 1u);
  // One run after 2 evaluations, another gave up after 3.
  EXPECT_EQ(hits.expected[10], 5);
  EXPECT_EQ(hits.expected[21], 6);
  const ReportHits& none = p.strategies[1].hits[0];
  EXPECT_EQ(none.reached[10], 0u);
  EXPECT_EQ(none.expected[10], std::nullopt);
  // Of 2 runs and 22 targets each first run of one target, the easiest.
  EXPECT_THAT(p.axes[0].grid, ElementsAre(1, 2, 3));
  EXPECT_DOUBLE_EQ(hits.ecdf[0], 2.0 / 44);
  EXPECT_DOUBLE_EQ(none.ecdf[2], 2.0 / 44);
  EXPECT_GT(hits.ecdf[1], hits.ecdf[0]);
  EXPECT_THAT(DocumentToText(ReportDocument(model)),
              HasSubstr("Expected evaluations until"));
}

TEST(ReportModel, WhatHalfOfTheRunsAttainIsASurface) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}}, {0, 1});
  made.AddRun(problem, "s", 1, {{3, {91.0, 6.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const auto& attainment = model.problems[0].strategies[0].attainment;
  ASSERT_EQ(attainment.size(), 3u);
  EXPECT_EQ(attainment[1].share, 0.5);
  // One of two runs: all three points. From the most accurate on.
  EXPECT_THAT(attainment[1].first, ElementsAre(92, 91, 90));
  EXPECT_THAT(attainment[1].second, ElementsAre(8, 6, 4));
  // Both: each the worse of two.
  EXPECT_EQ(attainment[2].share, 0.75);
  EXPECT_THAT(attainment[2].first, ElementsAre(91, 90));
  EXPECT_THAT(attainment[2].second, ElementsAre(8, 6));
}

TEST(ReportModel, CountsClearWinsOverProblems) {
  MadeResults made;
  AddClearWin(&made, made.AddProblem(MadeResults::OneObjective("p")));
  // Here there is no difference, and one strategy more.
  const int64_t q = made.AddProblem(MadeResults::OneObjective("q"));
  made.AddStrategy("only-here");
  for (const char* label : {"better", "worse", "only-here"}) {
    for (uint64_t r = 0; r < 12; ++r) made.AddAnswer(q, label, r, 1, {90.0});
  }
  const ReportModel model = MakeReport(made.Get());
  ASSERT_TRUE(model.wins.has_value());
  EXPECT_THAT(model.wins->labels, ElementsAre("better", "only-here", "worse"));
  EXPECT_EQ(model.wins->wins[0][2], 1u);
  EXPECT_EQ(model.wins->wins[2][0], 0u);
  EXPECT_EQ(model.wins->compared[0][2], 2u);
  EXPECT_EQ(model.wins->compared[0][1], 1u);
  EXPECT_THAT(model.warnings, Contains(HasSubstr("only-here was not run on")));
  // Two strategies are in every problem: too few for Friedman's test.
  EXPECT_FALSE(model.across.has_value());
}

TEST(ReportModel, OneRunIsReportedWithoutAnInterval) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddRun(problem, "s", 0, {{1, {90.0, 4.0}}}, {0});
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  EXPECT_EQ(p.strategies[0].scores[0].value.count, 1u);
  EXPECT_FALSE(p.strategies[0].scores[0].value.sd.has_value());
  EXPECT_THAT(p.warnings, Contains(HasSubstr("only 1 finished run")));
  EXPECT_THAT(Finding(p), HasSubstr("nothing to compare it with"));
  EXPECT_EQ(DoesItMatter(p), "-");
}

TEST(ReportModel, RunsWithoutAnAnswerHaveNoDistanceToTheFront) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::TwoObjectives("p"));
  made.AddStrategy("s");
  made.AddStrategy("t");
  made.AddRun(problem, "s", 0, {{1, {90.0, 4.0}}}, {0});
  made.AddRun(problem, "t", 0, {{2, {}, TrialStatus::kMissing}}, {});
  const ReportModel model = MakeReport(made.Get());
  const ReportStrategy& t = model.problems[0].strategies[1];
  EXPECT_EQ(t.scores[0].values[0], 0);
  EXPECT_EQ(t.scores[1].values[0], std::nullopt);
  EXPECT_EQ(t.scores[1].unscored, 1u);
  EXPECT_EQ(t.missing, 1u);
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

TEST(ReportModel, EachMeasuresTableIsSortedByItsOwnMean) {
  MadeResults made;
  ResultsProblem stated = MadeResults::OneObjective("p");
  stated.scores.push_back(
      {"latency@pixel3", "ms", Direction::kMinimize, "measured", "made"});
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("accurate");
  made.AddStrategy("fast");
  made.AddAnswer(problem, "accurate", 0, 1, {92.0, 8.0});
  made.AddAnswer(problem, "fast", 0, 2, {90.0, 4.0});
  const ReportModel model = MakeReport(made.Get());
  EXPECT_THAT(model.problems[0].ranking, ElementsAre(0, 1));
  EXPECT_THAT(RankBy(model.problems[0], 1), ElementsAre(1, 0));
  const std::string text = DocumentToText(ReportDocument(model));
  const size_t second = text.find("latency@pixel3 (ms), lower is better");
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(text.find("\n  fast", second), text.find("\n  accurate", second));
  EXPECT_THAT(Finding(model.problems[0]),
              HasSubstr("with 92.000 %, +2.000 points from fast"));
}

TEST(ReportModel, SaysWhetherADifferenceMatters) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  AddClearWin(&made, problem);
  // Ahead by a fiftieth of a point in every run: clear, and of no interest.
  made.AddStrategy("tiny");
  for (uint64_t r = 0; r < 12; ++r) {
    const double luck = 0.1 * static_cast<double>(r % 4);
    made.AddAnswer(problem, "tiny", r, static_cast<uint16_t>(200 + r),
                   {91.02 + luck + (r % 2 == 0 ? 0.001 : -0.001)});
  }
  const ReportModel model = MakeReport(made.Get());
  const ReportProblem& p = model.problems[0];
  EXPECT_EQ(p.measures[0].margin, 0.1);
  const auto between = [&p](const std::string& a, const std::string& b) {
    for (const ReportDifference& d : p.differences) {
      if (p.strategies[d.a].label == a && p.strategies[d.b].label == b) {
        return RelevanceOf(d, p.measures[0].margin);
      }
    }
    ADD_FAILURE() << a << " and " << b << " are not compared";
    return Relevance::kUnclear;
  };
  EXPECT_EQ(between("better", "worse"), Relevance::kMatters);
  EXPECT_EQ(between("better", "tiny"), Relevance::kEquivalent);
  EXPECT_EQ(p.differences[0].better, 1u);
  EXPECT_EQ(DoesItMatter(p), "no, less than 0.1 points");
  // A margin of one's own: what is equivalent in it.
  ReportOptions options;
  options.margin = 2;
  const ReportModel wide = MakeReport(made.Get(), options);
  EXPECT_EQ(RelevanceOf(wide.problems[0].differences[1], 2),
            Relevance::kEquivalent);
}

TEST(ReportHtml, IsTheSameForTheSameResultsInAnyOrder) {
  const auto make = [](bool backwards) {
    MadeResults made;
    const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
    for (const char* label : {"a", "b"}) made.AddStrategy(label);
    for (uint64_t i = 0; i < 12; ++i) {
      const uint64_t r = backwards ? 11 - i : i;
      for (const char* label : {"a", "b"}) {
        made.AddAnswer(problem, label, r, static_cast<uint16_t>(r % 5),
                       {90.0 + static_cast<double>(r % 5)});
      }
    }
    return ReportToHtml(MakeReport(made.Get()));
  };
  const std::string html = make(false);
  EXPECT_EQ(html, make(true));
  EXPECT_THAT(html, HasSubstr("data-figure=\"anytime 0 0\""));
}

TEST(ReportHtml, ANameThatIsMarkupStaysText) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("<script>alert(1)</script>");
  made.AddAnswer(problem, "<script>alert(1)</script>", 0, 1, {90.0});
  const std::string html = ReportToHtml(MakeReport(made.Get()));
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, HasSubstr("\\u003cscript>alert(1)"));
}

TEST(ReportHtml, WithoutALibraryToDrawWithThePageSaysSo) {
  MadeResults made;
  AddClearWin(&made, made.AddProblem(MadeResults::OneObjective("p")));
  const ReportModel model = MakeReport(made.Get());
  const std::string html = ReportToHtml(model, "");
  EXPECT_THAT(html, HasSubstr("This page has no figures: hwnas was built"));
  EXPECT_THAT(html, HasSubstr("<caption>accuracy:cifar10/val/e200"));
  EXPECT_THAT(ReportToHtml(model, "let vega = {};"),
              Not(HasSubstr("This page has no figures")));
}

TEST(ReportCsv, HasATableForEveryFigure) {
  MadeResults made;
  AddClearWin(&made, made.AddProblem(MadeResults::OneObjective("p")));
  const int64_t two = made.AddProblem(MadeResults::TwoObjectives("two"));
  for (const char* label : {"better", "worse", "third"}) {
    made.AddStrategy(label);
    made.AddRun(two, label, 0, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}}, {0, 1});
  }
  const ReportModel model = MakeReport(made.Get());
  for (const std::string& name : ReportCsvNames()) {
    const std::string csv = ReportToCsv(model, name);
    // Two strategies are in both problems: too few for ranks.
    const bool empty = name == "ranks";
    const auto lines = std::count(csv.begin(), csv.end(), '\n');
    EXPECT_EQ(lines > 1, !empty) << name;
    // Every line has as many fields as the header.
    const std::string header = csv.substr(0, csv.find('\n'));
    const auto commas = std::count(header.begin(), header.end(), ',');
    EXPECT_EQ(std::count(csv.begin(), csv.end(), ','), commas * lines) << name;
  }
  EXPECT_THAT(ReportToCsv(model, "wins"), HasSubstr("\nbetter,worse,2,1,0\n"));
  EXPECT_THAT(ReportToCsv(model, "attainment"),
              HasSubstr("\nmade,two,better,0.5,92,8\n"));
  EXPECT_THAT(ReportToCsv(model, "values"),
              HasSubstr("\nmade,p,worse,accuracy:cifar10/val/e200,0,90\n"));
  EXPECT_THROW(ReportToCsv(model, "nothing"), Error);
}

TEST(ReportHtml, ResultsOfFailedRunsOnlyHaveNoFigures) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddFailure(problem, "s", 0, "it threw");
  const std::string html = ReportToHtml(MakeReport(made.Get()));
  EXPECT_THAT(html, Not(HasSubstr("<figure")));
  EXPECT_THAT(html, HasSubstr("it threw"));
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
