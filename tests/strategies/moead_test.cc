#include <gtest/gtest.h>

#include <algorithm>

#include "strategies/weights.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Moead, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("moead", {}, problem, 1).Text(*space),
            RunOnLandscape("moead", {}, problem, 1).Text(*space));
}

TEST(Moead, AcceptsOneObjective) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5));
  EXPECT_EQ(RunOnLandscape("moead", {}, problem, 1).proposals.size(), 200u);
}

TEST(SimplexLattice, HasTheCountsOfDasAndDennis) {
  EXPECT_EQ(SimplexLattice(2, 100).size() / 2, 100u);
  EXPECT_EQ(SimplexLattice(3, 100).size() / 3, 91u);   // H = 12
  EXPECT_EQ(SimplexLattice(5, 210).size() / 5, 210u);  // H = 6
  EXPECT_EQ(SimplexLattice(3, 3).size() / 3, 3u);
  EXPECT_EQ(SimplexLattice(1, 7), std::vector<double>{1.0});
}

TEST(SimplexLattice, EveryPointSumsToOneAndIsDistinct) {
  const std::vector<double> points = SimplexLattice(4, 300);
  for (size_t i = 0; i < points.size(); i += 4) {
    double sum = 0;
    for (size_t d = 0; d < 4; ++d) sum += points[i + d];
    EXPECT_NEAR(sum, 1, 1e-12);
    for (size_t j = 0; j < i; j += 4) {
      EXPECT_FALSE(std::equal(&points[i], &points[i] + 4, &points[j]));
    }
  }
}

}  // namespace
}  // namespace hwnas
