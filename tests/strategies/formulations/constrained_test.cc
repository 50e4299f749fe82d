#include <gtest/gtest.h>

#include <algorithm>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

Problem Limited(std::shared_ptr<const SearchSpace> space, double bound) {
  Problem problem = MakeProblem(std::move(space));
  problem.constraints.push_back(
      {Metric::Parse("latency@eyeriss"), true, bound});
  return problem;
}

/// Share of the last hundred trials of 600 that keep the limit of 8.
double FeasibleShare(const OptionMap& options) {
  const Problem problem = Limited(std::make_shared<ToySpace>(6, 5), 8);
  double count = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const Trace trace = RunOnLandscape("constrained", options, problem, seed,
                                       {.evaluations = 600});
    for (size_t i = 500; i < 600; ++i) {
      count += trace.trials[i].status == TrialStatus::kOk;
    }
  }
  return count / 500;
}

TEST(Constrained, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = Limited(space, 15);
  EXPECT_EQ(RunOnLandscape("constrained", {}, problem, 1).Text(*space),
            RunOnLandscape("constrained", {}, problem, 1).Text(*space));
}

TEST(Constrained, WithoutConstraintsHandlingsAreTheInnerStrategy) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const std::string hard =
      RunOnLandscape("constrained", {}, problem, 1).Text(*space);
  for (const char* handling : {"feasible-first", "penalty", "mnasnet"}) {
    EXPECT_EQ(
        RunOnLandscape("constrained", {{"handling", handling}}, problem, 1)
            .Text(*space),
        hard)
        << handling;
  }
}

TEST(Constrained, HandlingsThatMindTheLimitKeepIt) {
  const double without =
      FeasibleShare({{"handling", "penalty"}, {"penalty", "0"}});
  EXPECT_LT(without, 0.05);
  EXPECT_GT(FeasibleShare({{"handling", "feasible-first"}}), without + 0.1);
  EXPECT_GT(FeasibleShare({{"handling", "penalty"}}), without + 0.1);
  EXPECT_GT(
      FeasibleShare({{"handling", "mnasnet"}, {"alpha", "0"}, {"beta", "-1"}}),
      without + 0.1);
}

TEST(Constrained, AHardLimitIsHeldBestWhereTheStartIsFeasible) {
  const Problem problem = Limited(std::make_shared<ToySpace>(6, 5), 20);
  size_t hard = 0;
  size_t unlimited = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const Trace a = RunOnLandscape("constrained", {}, problem, seed);
    const Trace b = RunOnLandscape("constrained",
                                   {{"handling", "penalty"}, {"penalty", "0"}},
                                   problem, seed);
    for (size_t i = 100; i < 200; ++i) {
      hard += a.trials[i].status == TrialStatus::kInfeasible;
      unlimited += b.trials[i].status == TrialStatus::kInfeasible;
    }
  }
  EXPECT_LT(2 * hard, unlimited);
}

TEST(Constrained, MnasnetsExponentSaysHowMuchTheTargetWeighs) {
  const auto cost = [](const char* beta) {
    const Problem problem = Limited(std::make_shared<ToySpace>(6, 5), 8);
    const Trace trace = RunOnLandscape(
        "constrained",
        {{"handling", "mnasnet"}, {"alpha", "0"}, {"beta", beta}}, problem, 1);
    double sum = 0;
    for (size_t i = 150; i < 200; ++i) sum += trace.trials[i].values[1] / 50;
    return sum;
  };
  EXPECT_LT(cost("-1"), cost("0") - 3);
}

TEST(Constrained, ALowerBoundIsALimitToo) {
  Problem problem = Limited(std::make_shared<ToySpace>(6, 5), 35);
  problem.constraints[0].upper = false;
  for (const OptionMap& options :
       {OptionMap{{"handling", "feasible-first"}},
        OptionMap{{"handling", "penalty"}},
        OptionMap{{"handling", "mnasnet"}, {"alpha", "0"}, {"beta", "-1"}}}) {
    const Trace trace = RunOnLandscape("constrained", options, problem, 1);
    double sum = 0;
    for (size_t i = 150; i < 200; ++i) sum += trace.trials[i].values[1] / 50;
    EXPECT_GT(sum, 28) << options.at("handling");
  }
}

TEST(Constrained, MnasnetRefusesABoundThatIsNotPositive) {
  const Problem problem = Limited(std::make_shared<ToySpace>(6, 5), 0);
  EXPECT_THROW(
      RunOnLandscape("constrained", {{"handling", "mnasnet"}}, problem, 1),
      Error);
}

}  // namespace
}  // namespace hwnas
