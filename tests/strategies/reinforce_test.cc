#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "strategies/policy.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Reinforce, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("reinforce", {}, problem, 1).Text(*space),
            RunOnLandscape("reinforce", {}, problem, 1).Text(*space));
}

TEST(Reinforce, LearnsASeparableReward) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace =
      RunOnLandscape("reinforce", {}, problem, 1, {.evaluations = 3000});
  double early = 0;
  double late = 0;
  for (size_t i = 0; i < 100; ++i) early += trace.trials[i].values[0] / 100;
  for (size_t i = 2900; i < 3000; ++i) late += trace.trials[i].values[0] / 100;
  EXPECT_GT(late, early + 8);
}

TEST(Policy, LogGradientIsTheDerivative) {
  const ToySpace space(3, 4);
  Rng rng(5);
  Policy policy(space, 0.1, rng);
  const Architecture chosen{2, 0, 3};
  // A few steps, so that the policy is not uniform.
  std::vector<double> push(policy.Parameters());
  policy.AddLogGradient(Architecture{2, 1, 1}, -1, &push);
  for (int i = 0; i < 5; ++i) policy.Step(push);
  std::vector<double> gradient(policy.Parameters());
  policy.AddLogGradient(chosen, 1, &gradient);
  // d log p(c) / d logit_k = 1[k = c] - p_k.
  size_t k = 0;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t c = 0; c < 4; ++c, ++k) {
      const double p = policy.Probabilities()[i][c];
      EXPECT_NEAR(gradient[k], (c == chosen[i] ? 1 : 0) - p, 1e-15);
    }
  }
  EXPECT_LT(policy.Entropy(), 3 * std::log(4.0));
}

TEST(Policy, AscendingEntropyFlattensIt) {
  const ToySpace space(3, 4);
  Rng rng(5);
  Policy policy(space, 0.05, rng);
  std::vector<double> gradient(policy.Parameters());
  policy.AddLogGradient(Architecture{2, 1, 1}, -1, &gradient);
  for (int i = 0; i < 20; ++i) policy.Step(gradient);
  const double before = policy.Entropy();
  for (int i = 0; i < 60; ++i) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    policy.AddEntropyGradient(-1, &gradient);
    policy.Step(gradient);
  }
  EXPECT_GT(policy.Entropy(), before + 0.01);
}

TEST(Adam, FirstStepIsTheLearningRate) {
  Adam adam(2, 0.01);
  std::vector<double> parameters = {1, 1};
  adam.Step({5, -0.003}, &parameters);
  EXPECT_NEAR(parameters[0], 0.99, 1e-9);
  EXPECT_NEAR(parameters[1], 1.01, 1e-7);
}

TEST(MovingAverage, CorrectsForItsStart) {
  MovingAverage average(0.9);
  average.Update(4);
  EXPECT_NEAR(average.Value(), 4, 1e-12);
  average.Update(8);
  EXPECT_NEAR(average.Value(), (0.09 * 4 + 0.1 * 8) / 0.19, 1e-12);
}

}  // namespace
}  // namespace hwnas
