#include "strategies/ranking.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

Individual Make(double violation, double x, double y) {
  Individual individual;
  individual.rating.violation = violation;
  individual.rating.objectives = {x, y};
  return individual;
}

TEST(ConstrainedSorter, FeasibleComeFirstThenByViolation) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<Individual> all = {
      Make(2, 0, 0),   Make(0, 1, 1), Make(0, 2, 2),  Make(kInfinity, 0, 0),
      Make(0.5, 9, 9), Make(0, 0, 5), Make(0.5, 1, 1)};
  ConstrainedSorter sorter(2);
  sorter.Sort(all);
  const std::vector<uint32_t> expected = {3, 0, 1, 4, 2, 0, 2};
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].front, expected[i]);
  EXPECT_EQ(sorter.Fronts(), 5u);
  EXPECT_EQ(all[3].crowding, 0);
}

TEST(ConstrainedSorter, AgreesWithConstrainedDomination) {
  Rng rng(4);
  std::vector<Individual> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(Make(
        rng.Below(3) == 0 ? static_cast<double>(rng.Below(3)) : 0,
        static_cast<double>(rng.Below(8)), static_cast<double>(rng.Below(8))));
  }
  ConstrainedSorter sorter(2);
  sorter.Sort(all);
  for (const Individual& a : all) {
    for (const Individual& b : all) {
      if (ConstrainedDominates(a.rating, b.rating, 2)) {
        EXPECT_LT(a.front, b.front);
      }
    }
  }
}

TEST(Judge, MinimisesAndNormalisesViolations) {
  Problem problem = MakeProblem(std::make_shared<ToySpace>(2, 2), 2);
  problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 10});
  problem.constraints.push_back({Metric::Parse("params"), false, -4});
  const Judge judge(problem);
  Trial trial;
  trial.status = TrialStatus::kInfeasible;
  trial.values = {80, 5, 15, -6};
  const Rating rating = judge.RateAll(trial);
  EXPECT_EQ(rating.violation, 0.5 + 0.5);
  EXPECT_EQ(rating.objectives[0], -80);
  EXPECT_EQ(rating.objectives[1], 5);
  EXPECT_EQ(judge.Rate(trial).value, -80);
}

TEST(Judge, WithoutValuesOrNumbersATrialIsWorst) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(2, 2));
  const Judge judge(problem);
  Trial trial;
  trial.values = {90};
  const Fitness good = judge.Rate(trial);
  EXPECT_TRUE(good.Feasible());
  trial.status = TrialStatus::kMissing;
  EXPECT_FALSE(judge.Rate(trial).Rated());
  EXPECT_TRUE(good < judge.Rate(trial));
  trial.status = TrialStatus::kOk;
  trial.values = {std::numeric_limits<double>::quiet_NaN()};
  EXPECT_FALSE(judge.Rate(trial).Rated());
}

}  // namespace
}  // namespace hwnas
