#include "tabular/analysis/attainment.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Attainment, OfOneRunIsItsStaircase) {
  const std::vector<std::vector<double>> runs = {{3, 1, 1, 3, 2, 2, 2, 5}};
  EXPECT_THAT(AttainmentSurface(runs, 1), ElementsAre(1, 3, 2, 2, 3, 1));
}

TEST(Attainment, CountsTheRunsThatReachAPoint) {
  // The figure of two crossing staircases: the first level is their union,
  // the second their intersection.
  const std::vector<std::vector<double>> runs = {{1, 4, 3, 2}, {2, 3, 4, 1}};
  EXPECT_THAT(AttainmentSurface(runs, 1), ElementsAre(1, 4, 2, 3, 3, 2, 4, 1));
  EXPECT_THAT(AttainmentSurface(runs, 2), ElementsAre(2, 4, 3, 3, 4, 2));
}

TEST(Attainment, RunsWithoutPointsAttainNothing) {
  const std::vector<std::vector<double>> runs = {{}, {1, 1}};
  EXPECT_THAT(AttainmentSurface(runs, 1), ElementsAre(1, 1));
  EXPECT_THAT(AttainmentSurface(runs, 2), IsEmpty());
}

// What the definition says, cell by cell.
bool Attained(const std::vector<std::vector<double>>& runs, size_t level,
              double x, double y) {
  size_t count = 0;
  for (const auto& run : runs) {
    bool reached = false;
    for (size_t i = 0; i < run.size(); i += 2) {
      reached |= run[i] <= x && run[i + 1] <= y;
    }
    if (reached) ++count;
  }
  return count >= level;
}

TEST(Attainment, AgreesWithItsDefinitionOnEveryCell) {
  Rng rng(5);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::vector<double>> runs(1 + rng.Below(6));
    for (auto& run : runs) {
      for (uint64_t i = 2 * rng.Below(7); i > 0; --i) {
        run.push_back(static_cast<double>(rng.Below(9)));
      }
    }
    for (size_t level = 1; level <= runs.size(); ++level) {
      const std::vector<double> surface = AttainmentSurface(runs, level);
      for (double x = 0; x < 9; ++x) {
        for (double y = 0; y < 9; ++y) {
          bool above = false;
          for (size_t i = 0; i < surface.size(); i += 2) {
            above |= surface[i] <= x && surface[i + 1] <= y;
          }
          ASSERT_EQ(above, Attained(runs, level, x, y));
        }
      }
      // Corners only: x ascends and y descends.
      for (size_t i = 2; i < surface.size(); i += 2) {
        ASSERT_LT(surface[i - 2], surface[i]);
        ASSERT_GT(surface[i - 1], surface[i + 1]);
      }
    }
  }
}

TEST(Attainment, LevelsAreOneToTheNumberOfRuns) {
  const std::vector<std::vector<double>> runs = {{1, 1}};
  EXPECT_THROW(AttainmentSurface(runs, 0), Error);
  EXPECT_THROW(AttainmentSurface(runs, 2), Error);
}

}  // namespace
}  // namespace hwnas
