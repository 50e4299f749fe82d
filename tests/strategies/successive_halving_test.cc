#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(SuccessiveHalving, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("successive-halving", {}, problem, 1).Text(*space),
            RunOnLandscape("successive-halving", {}, problem, 1).Text(*space));
}

TEST(SuccessiveHalving, BeatsRandomAtTheSameCostOnALadder) {
  // Rungs cost 1, 3, 9 and blur accuracy a little.
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 3);
  double gain = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Trace halving = RunOnLandscape("successive-halving", {}, problem,
                                         seed, {.evaluations = 130});
    double cost = 0;
    for (const Trial& trial : halving.trials) {
      cost += problem.ladder[static_cast<size_t>(trial.rung)].cost_scale;
    }
    const Trace random =
        RunOnLandscape("random", {}, problem, 500 + seed,
                       {.evaluations = static_cast<uint64_t>(cost / 9)});
    gain += BestAccuracy(halving, problem) - BestAccuracy(random, problem);
  }
  EXPECT_GT(gain / 40, 1);
}

TEST(SuccessiveHalving, StartsAsManyAsItIsTold) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 2);
  const Trace trace = RunOnLandscape("successive-halving", {{"initial", "12"}},
                                     problem, 1, {.evaluations = 32});
  for (size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(trace.proposals[i].rung, i % 16 < 12 ? 0 : 1) << i;
  }
}

}  // namespace
}  // namespace hwnas
