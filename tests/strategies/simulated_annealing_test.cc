#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(SimulatedAnnealing, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("simulated-annealing", {}, problem, 1).Text(*space),
            RunOnLandscape("simulated-annealing", {}, problem, 1).Text(*space));
}

TEST(SimulatedAnnealing, ColdItOnlyClimbs) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape(
      "simulated-annealing",
      {{"start_temperature", "1e-9"}, {"end_temperature", "1e-9"}}, problem, 1);
  // Every step starts from the best so far, so each proposal differs from
  // one of the architectures with that value in one decision.
  double best = -1e300;
  std::vector<Architecture> at_best;
  for (size_t i = 0; i < trace.trials.size(); ++i) {
    const Trial& trial = trace.trials[i];
    if (i >= 10) {
      bool near = false;
      for (const Architecture& from : at_best) {
        size_t differences = 0;
        for (size_t d = 0; d < 6; ++d) {
          differences += from[d] != trial.architecture[d];
        }
        near |= differences == 1;
      }
      EXPECT_TRUE(near) << i;
    }
    if (trial.values[0] > best) {
      best = trial.values[0];
      at_best.clear();
    }
    if (trial.values[0] == best) at_best.push_back(trial.architecture);
  }
}

TEST(SimulatedAnnealing, RefusesHeating) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5));
  EXPECT_THROW(RunOnLandscape("simulated-annealing", {{"end_temperature", "9"}},
                              problem, 1),
               Error);
}

}  // namespace
}  // namespace hwnas
