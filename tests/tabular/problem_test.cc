#include "tabular/problem.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

#include "tabular/evaluator.h"

namespace hwnas {
namespace {

class NoFeatures : public FeatureSource {
 public:
  Value Read(size_t, const Architecture&) const override { return {}; }
};

Problem Good() {
  Problem problem;
  problem.name = "p";
  problem.space = MakeSpace("nb201");
  problem.objectives = {
      {Metric::Parse("accuracy:cifar10/val/e200"), Direction::kMaximize},
      {Metric::Parse("latency@pixel3")}};
  problem.constraints = {{Metric::Parse("energy@eyeriss"), true, 5}};
  problem.ladder = {{Fidelity::Parse("e200"), {}, 1}};
  problem.score = {
      {Metric::Parse("accuracy:cifar10/test/e200"), Direction::kMaximize}};
  problem.features = {{"macs", Metric::Parse("macs")}};
  problem.feature_source = std::make_shared<NoFeatures>();
  return problem;
}

std::string Refusal(const Problem& problem) {
  try {
    CheckProblem(problem, false, false);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

#define EXPECT_REFUSED(problem, why) \
  EXPECT_NE(Refusal(problem).find(why), std::string::npos) << Refusal(problem)

TEST(Problem, AGoodOneIsAccepted) { EXPECT_EQ(Refusal(Good()), "accepted"); }

TEST(Problem, ATestSplitIsObservedOnlyWhereThatIsSaid) {
  Problem problem = Good();
  problem.objectives[0].metric.split = "test";
  problem.score.clear();
  EXPECT_REFUSED(problem, "observes the test split");
  EXPECT_NO_THROW(CheckProblem(problem, true, false));
  problem.objectives[0].metric.split = "valtest";
  EXPECT_REFUSED(problem, "observes the test split");

  Problem constrained = Good();
  constrained.constraints[0].metric = Metric::Parse("accuracy:cifar10/test");
  EXPECT_REFUSED(constrained, "observes the test split");

  Problem featured = Good();
  featured.features[0].metric = Metric::Parse("accuracy:cifar10/test/e12");
  EXPECT_REFUSED(featured, "observes the test split");
}

TEST(Problem, AScoredFeatureIsReadOnlyWhereThatIsSaid) {
  Problem problem = Good();
  problem.score = {{Metric::Parse("latency@pixel3")}};
  problem.features[0].metric = Metric::Parse("latency@pixel3");
  EXPECT_REFUSED(problem, "is scored");
  EXPECT_NO_THROW(CheckProblem(problem, false, true));
  problem.score.clear();  // then the objectives are scored
  EXPECT_REFUSED(problem, "is scored");
}

TEST(Problem, ShapesAreChecked) {
  Problem problem = Good();
  problem.space = nullptr;
  EXPECT_REFUSED(problem, "no search space");
  problem = Good();
  problem.objectives.clear();
  EXPECT_REFUSED(problem, "no objective");
  problem = Good();
  problem.objectives.push_back(problem.objectives[0]);
  EXPECT_REFUSED(problem, "twice");
  problem = Good();
  problem.constraints.resize(15, problem.constraints[0]);
  EXPECT_REFUSED(problem, "at most 16");
  problem = Good();
  problem.constraints[0].bound = std::numeric_limits<double>::quiet_NaN();
  EXPECT_REFUSED(problem, "not a number");
  problem = Good();
  problem.ladder.clear();
  EXPECT_REFUSED(problem, "no rung");
  problem = Good();
  problem.ladder[0].cost_scale = -1;
  EXPECT_REFUSED(problem, "scaled by");
  problem = Good();
  problem.feature_source = nullptr;
  EXPECT_REFUSED(problem, "without a source");
  problem = Good();
  problem.budget.workers = 0;
  EXPECT_REFUSED(problem, "worker");
  problem = Good();
  problem.budget.simulated_seconds = -1;
  EXPECT_REFUSED(problem, "seconds");
  problem = Good();
  problem.linear_costs = {{Metric::Parse("macs"), 0, {{1, 2}}}};
  EXPECT_REFUSED(problem, "linear form");
}

TEST(Problem, ConstraintsMeasureTheirViolation) {
  const Constraint upper{Metric::Parse("latency@x"), true, 5};
  EXPECT_TRUE(upper.Satisfied(5));
  EXPECT_EQ(upper.Violation(4), 0);
  EXPECT_EQ(upper.Violation(7), 2);
  const Constraint lower{Metric::Parse("accuracy"), false, 90};
  EXPECT_FALSE(lower.Satisfied(89));
  EXPECT_EQ(lower.Violation(89), 1);
}

TEST(Evaluator, StatusesHaveNames) {
  EXPECT_STREQ(TrialStatusName(TrialStatus::kOk), "ok");
  EXPECT_STREQ(TrialStatusName(TrialStatus::kInfeasible), "infeasible");
  EXPECT_THROW(TrialStatusName(static_cast<TrialStatus>(9)), Error);
}

TEST(Constraint, BoundsAMetricFromAboveOrBelow) {
  const Constraint upper = ParseConstraint("latency@pixel3<=20");
  EXPECT_EQ(upper.metric.Text(), "latency@pixel3");
  EXPECT_TRUE(upper.upper);
  EXPECT_EQ(upper.bound, 20);
  EXPECT_TRUE(upper.Satisfied(20));
  EXPECT_FALSE(upper.Satisfied(20.5));
  EXPECT_EQ(upper.Violation(20.5), 0.5);

  const Constraint lower = ParseConstraint(" accuracy:cifar10/val >= 1.5e1 ");
  EXPECT_EQ(lower.metric.Text(), "accuracy:cifar10/val");
  EXPECT_FALSE(lower.upper);
  EXPECT_EQ(lower.bound, 15);
}

TEST(Constraint, AnythingElseIsRefused) {
  for (const char* text :
       {"", "latency@pixel3", "latency@pixel3<20",
        "latency@pixel3<=", "latency@pixel3<=fast", "latency@pixel3<=nan",
        "<=20", "latncy<=20", "latency<=1<=2"}) {
    EXPECT_THROW(ParseConstraint(text), Error) << text;
  }
}

}  // namespace
}  // namespace hwnas
