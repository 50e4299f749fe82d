#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Differentiable, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("differentiable", {}, problem, 1).Text(*space),
            RunOnLandscape("differentiable", {}, problem, 1).Text(*space));
}

TEST(Differentiable, EachWayBeatsRandom) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const DriveOptions drive = {.evaluations = 80};
  for (const char* way : {"gumbel", "expected", "score"}) {
    double gain = 0;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      gain +=
          BestAccuracy(RunOnLandscape("differentiable", {{"way", way}}, problem,
                                      seed, drive),
                       problem) -
          BestAccuracy(RunOnLandscape("random", {}, problem, 90 + seed, drive),
                       problem);
    }
    EXPECT_GT(gain / 5, 0) << way;
  }
}

TEST(Differentiable, ReadsTheLinearCost) {
  // The cost as stated: with it the second objective needs no network.
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space, 2);
  LinearCost cost;
  cost.metric = problem.objectives[1].metric;
  cost.intercept = 1;
  for (size_t i = 0; i < 6; ++i) {
    cost.per_choice.emplace_back();
    for (size_t c = 0; c < 5; ++c) {
      cost.per_choice[i].push_back(static_cast<double>(c * (1 + i % 3)));
    }
  }
  const DriveOptions drive = {.evaluations = 70};
  const std::string without =
      RunOnLandscape("differentiable", {}, problem, 1, drive).Text(*space);
  problem.linear_costs.push_back(cost);
  EXPECT_NE(
      RunOnLandscape("differentiable", {}, problem, 1, drive).Text(*space),
      without);
}

}  // namespace
}  // namespace hwnas
