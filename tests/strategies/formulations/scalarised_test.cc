#include <gtest/gtest.h>

#include <algorithm>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Scalarised, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunStrategy("scalarised", {}, problem, 1).Text(*space),
            RunStrategy("scalarised", {}, problem, 1).Text(*space));
}

TEST(Scalarised, WeightsDecideWhatIsFound) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space, 2);
  const auto best = [&](const char* weights, size_t value) {
    const Trace trace = RunStrategy(
        "scalarised", {{"inner", "local-search"}, {"weights", weights}},
        problem, 1, {.evaluations = 40});
    double result = value == 0 ? -1e300 : 1e300;
    for (size_t i = 20; i < trace.trials.size(); ++i) {
      const double v = trace.trials[i].values[value];
      result = value == 0 ? std::max(result, v) : std::min(result, v);
    }
    return result;
  };
  EXPECT_EQ(best("0,1", 1), 1);  // the cheapest there is
  EXPECT_GT(best("1,0", 0), best("0,1", 0));
}

TEST(Scalarised, ASweepVisitsTheLattice) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space, 2);
  problem.budget.evaluations = 200;
  const Trace trace = RunStrategy(
      "scalarised",
      {{"inner", "regularized-evolution"}, {"sweep", "4"}, {"scale", "10,10"}},
      problem, 1);
  // The first weights are (0, 1): cheap; the last (1, 0): accurate.
  double cheap = 0;
  double accurate = 0;
  for (size_t i = 30; i < 50; ++i) cheap += trace.trials[i].values[1];
  for (size_t i = 180; i < 200; ++i) accurate += trace.trials[i].values[1];
  EXPECT_LT(cheap, accurate);
}

TEST(Scalarised, MnasnetsExponentKeepsTheCostAtTheTarget) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  const auto late_cost = [&](const char* beta) {
    const Trace trace = RunStrategy(
        "scalarised", {{"scheme", "mnasnet"}, {"target", "8"}, {"beta", beta}},
        problem, 1);
    double sum = 0;
    for (size_t i = 150; i < 200; ++i) sum += trace.trials[i].values[1] / 50;
    return sum;
  };
  EXPECT_LT(late_cost("-1"), late_cost("0") - 3);
}

TEST(Scalarised, PenaltyTakesTheConstraintsIn) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space);
  problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 15});
  const auto feasible = [&](const char* penalty) {
    size_t count = 0;
    const Trace trace =
        RunStrategy("scalarised", {{"scheme", "penalty"}, {"penalty", penalty}},
                    problem, 1);
    for (size_t i = 100; i < 200; ++i) {
      count += trace.trials[i].status == TrialStatus::kOk;
    }
    return count;
  };
  EXPECT_GT(feasible("1000"), feasible("0"));
}

TEST(Scalarised, SchemesThatDoNotFitAreRefused) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem one = MakeProblem(space);
  const Problem two = MakeProblem(space, 2);
  EXPECT_THROW(RunStrategy("scalarised", {{"scheme", "mnasnet"}}, one, 1),
               Error);
  EXPECT_THROW(RunStrategy("scalarised", {{"scheme", "worst-case"}}, one, 1),
               Error);
  EXPECT_THROW(RunStrategy("scalarised", {{"weights", "1"}}, two, 1), Error);
  EXPECT_THROW(RunStrategy("scalarised", {{"scale", "1,0"}}, two, 1), Error);
  EXPECT_EQ(RunStrategy("scalarised",
                        {{"scheme", "worst-case"}, {"inner", "nsga2"}}, two, 1)
                .proposals.size(),
            200u);
}

}  // namespace
}  // namespace hwnas
