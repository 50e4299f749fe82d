#include <gtest/gtest.h>

#include <algorithm>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(GpBo, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("gp-bo", {}, problem, 1).Text(*space),
            RunOnLandscape("gp-bo", {}, problem, 1).Text(*space));
}

TEST(GpBo, FindsTheFeasibleBestUnderAConstraint) {
  const auto space = std::make_shared<ToySpace>(5, 4);
  Problem problem = MakeProblem(space);
  problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 12});
  double optimum = 0;
  for (uint64_t rank = 0; rank < space->Size().value(); ++rank) {
    const Architecture a = space->Unrank(rank);
    if (SyntheticEvaluator::Latency(a) > 12) continue;
    optimum = std::max(optimum, SyntheticEvaluator::Accuracy(a));
  }
  double gap = 0;
  size_t feasible = 0;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const Trace trace =
        RunOnLandscape("gp-bo", {}, problem, seed, {.evaluations = 80});
    gap += optimum - BestAccuracy(trace, problem);
    for (size_t i = 20; i < 80; ++i) {
      feasible += trace.trials[i].status == TrialStatus::kOk;
    }
  }
  EXPECT_LT(gap / 4, 1.5);
  EXPECT_GT(feasible, 4 * 60 / 2);  // random: about a third
}

}  // namespace
}  // namespace hwnas
