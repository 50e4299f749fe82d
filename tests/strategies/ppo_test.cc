#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Ppo, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("ppo", {}, problem, 1).Text(*space),
            RunOnLandscape("ppo", {}, problem, 1).Text(*space));
}

TEST(Ppo, LearnsASeparableReward) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace =
      RunOnLandscape("ppo", {}, problem, 1, {.evaluations = 1000});
  double early = 0;
  double late = 0;
  for (size_t i = 0; i < 100; ++i) early += trace.trials[i].values[0] / 100;
  for (size_t i = 900; i < 1000; ++i) late += trace.trials[i].values[0] / 100;
  EXPECT_GT(late, early + 6);
}

}  // namespace
}  // namespace hwnas
