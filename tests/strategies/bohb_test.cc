#include <gtest/gtest.h>

#include "strategies/kernel_density.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Bohb, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("bohb", {}, problem, 1).Text(*space),
            RunOnLandscape("bohb", {}, problem, 1).Text(*space));
}

TEST(Bohb, OfRandomFractionOneIsHyperband) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1, 3);
  const Trace bohb =
      RunOnLandscape("bohb", {{"random_fraction", "1"}}, problem, 1);
  const Trace hyperband = RunOnLandscape("hyperband", {}, problem, 1);
  for (size_t i = 0; i < bohb.proposals.size(); ++i) {
    EXPECT_EQ(bohb.proposals[i].rung, hyperband.proposals[i].rung);
  }
  EXPECT_EQ(bohb.Text(*space), hyperband.Text(*space));
}

TEST(KernelDensity, DrawsNearTheGoodOnceThereAreEnough) {
  const ToySpace space(4, 5);
  KernelDensity model(space, {});
  Rng rng(1);
  for (int i = 0; i < 60; ++i) {
    const Architecture sample = space.Sample(rng);
    if (i == 9) {
      EXPECT_FALSE(model.Ready());
    }
    // Good is: choice 2 everywhere.
    double distance = 0;
    for (const uint16_t choice : sample.Decisions()) distance += choice != 2;
    model.Add(sample, {0, distance});
  }
  ASSERT_TRUE(model.Ready());
  int hits = 0;
  for (int i = 0; i < 50; ++i) {
    const Architecture drawn = model.Draw(rng);
    for (const uint16_t choice : drawn.Decisions()) {
      hits += choice == 2;
    }
  }
  EXPECT_GT(hits, 120);  // 40 of 200 by chance
}

TEST(KernelDensity, IgnoresTrialsWithoutValues) {
  const ToySpace space(2, 3);
  KernelDensity model(space, {});
  for (int i = 0; i < 100; ++i) model.Add(Architecture{0, 0}, Fitness{});
  EXPECT_FALSE(model.Ready());
}

}  // namespace
}  // namespace hwnas
