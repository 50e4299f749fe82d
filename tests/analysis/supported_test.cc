#include "bench/analysis/supported.h"

#include <gtest/gtest.h>

#include <vector>

#include "tabular/analysis/pareto.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

using Flags = std::vector<bool>;

TEST(SupportedPoints, AreTheHullWithItsEdges) {
  // (2,2) lies on an edge, (1.5,2.9) above one.
  const std::vector<double> points = {0, 6, 1, 3, 1.5, 2.9, 2, 2, 3, 1, 5, 0.5};
  EXPECT_EQ(SupportedPoints(points),
            (Flags{true, true, false, true, true, true}));
}

TEST(SupportedPoints, OneTwoAndEqualPointsAreSupported) {
  EXPECT_EQ(SupportedPoints({}), Flags{});
  EXPECT_EQ(SupportedPoints(std::vector<double>{1, 2}), Flags{true});
  EXPECT_EQ(SupportedPoints(std::vector<double>{1, 2, 0, 3}),
            (Flags{true, true}));
  EXPECT_EQ(SupportedPoints(std::vector<double>{0, 3, 2, 0, 0, 3}),
            (Flags{true, true, true}));
}

/// Against the definition: a grid of weights, fine enough for few points.
TEST(SupportedPoints, AreThoseThatSomeWeightsChoose) {
  Rng rng(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> points;
    std::vector<double> all;
    for (int i = 0; i < 60; ++i) {
      all.push_back(static_cast<double>(rng.Below(40)));
    }
    for (const uint32_t i : NonDominated(all, 2)) {
      points.insert(points.end(), {all[2 * i], all[2 * i + 1]});
    }
    Flags chosen(points.size() / 2, false);
    // Slopes of edges between whole numbers below 40, and between them.
    for (int a = 1; a <= 80; ++a) {
      for (int b = 1; b <= 80; ++b) {
        double best = 1e300;
        for (size_t i = 0; i < chosen.size(); ++i) {
          best = std::min(best, a * points[2 * i] + b * points[2 * i + 1]);
        }
        for (size_t i = 0; i < chosen.size(); ++i) {
          if (a * points[2 * i] + b * points[2 * i + 1] == best) {
            chosen[i] = true;
          }
        }
      }
    }
    EXPECT_EQ(SupportedPoints(points), chosen) << round;
  }
}

}  // namespace
}  // namespace hwnas
