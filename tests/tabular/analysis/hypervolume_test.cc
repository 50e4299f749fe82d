#include "tabular/analysis/hypervolume.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tabular/analysis/indicators.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

/// Counts the unit cells of a grid of `side`^dims that some point dominates.
double CountedVolume(const std::vector<double>& points, size_t dims, int side) {
  std::vector<int> cell(dims, 0);
  double count = 0;
  while (true) {
    bool dominated = false;
    for (size_t i = 0; i < points.size() && !dominated; i += dims) {
      dominated = true;
      for (size_t d = 0; d < dims; ++d) dominated &= points[i + d] <= cell[d];
    }
    count += dominated;
    size_t d = 0;
    while (d < dims && ++cell[d] == side) cell[d++] = 0;
    if (d == dims) return count;
  }
}

TEST(Hypervolume, EqualsCountedCellsInOneToFiveDimensions) {
  for (size_t dims = 1; dims <= 5; ++dims) {
    constexpr int kSide = 7;
    const std::vector<double> reference(dims, kSide);
    for (uint64_t seed = 0; seed < 30; ++seed) {
      Rng rng(seed);
      std::vector<double> points(dims * (1 + rng.Below(25)));
      // 7 and 8 lie outside and must add nothing.
      for (double& value : points) value = static_cast<double>(rng.Below(9));
      EXPECT_EQ(Hypervolume(points, reference),
                CountedVolume(points, dims, kSide))
          << dims << " dimensions, seed " << seed;
    }
  }
}

TEST(Hypervolume, InFourAndFiveDimensionsEqualsInclusionAndExclusion) {
  // Another way to the same, on points that are no grid's: the sum over
  // subsets of the boxes that they have in common, with alternating signs.
  for (size_t dims = 4; dims <= 5; ++dims) {
    const std::vector<double> reference(dims, 1.1);
    for (uint64_t seed = 0; seed < 20; ++seed) {
      Rng rng(seed);
      constexpr size_t kPoints = 12;
      std::vector<double> points(dims * kPoints);
      for (double& value : points) value = rng.Uniform();
      // Copies, and ties in one objective.
      for (size_t d = 0; d < dims; ++d) points[dims + d] = points[d];
      points[3 * dims - 1] = points[dims - 1];
      double volume = 0;
      for (size_t subset = 1; subset < (size_t{1} << kPoints); ++subset) {
        double box = -1;
        for (size_t i = 0; i < kPoints; ++i) {
          if ((subset >> i & 1) != 0) box = -box;
        }
        for (size_t d = 0; d < dims; ++d) {
          double corner = 0;
          for (size_t i = 0; i < kPoints; ++i) {
            if ((subset >> i & 1) == 0) continue;
            corner = std::max(corner, points[i * dims + d]);
          }
          box *= reference[d] - corner;
        }
        volume += box;
      }
      EXPECT_NEAR(Hypervolume(points, reference), volume, 1e-11)
          << dims << " dimensions, seed " << seed;
    }
  }
}

TEST(Hypervolume, OfNothingIsZero) {
  const std::vector<double> reference = {1, 1, 1};
  EXPECT_EQ(Hypervolume({}, reference), 0);
  const std::vector<double> on_the_border = {0, 0, 1};
  EXPECT_EQ(Hypervolume(on_the_border, reference), 0);
}

TEST(Hypervolume, ApproachesTheBallsComplementOnASphericalFront) {
  // Points of the unit sphere's positive octant (the front of DTLZ2): the
  // volume tends to 1 - pi/6 from below.
  std::vector<double> points;
  constexpr int kSteps = 60;
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; j <= kSteps; ++j) {
      const double a = M_PI_2 * i / kSteps;
      const double b = M_PI_2 * j / kSteps;
      points.insert(points.end(), {std::cos(a) * std::cos(b),
                                   std::cos(a) * std::sin(b), std::sin(a)});
    }
  }
  const std::vector<double> reference = {1, 1, 1};
  const double volume = Hypervolume(points, reference);
  EXPECT_LT(volume, 1 - M_PI / 6);
  EXPECT_GT(volume, 1 - M_PI / 6 - 0.03);
}

TEST(Hypervolume, ContributionsAreWhatIsLostWithoutThePoint) {
  for (size_t dims = 2; dims <= 4; ++dims) {
    const std::vector<double> reference(dims, 8);
    Rng rng(dims);
    std::vector<double> points(dims * 20);
    for (double& value : points) value = static_cast<double>(rng.Below(9));
    const std::vector<double> contributions =
        HypervolumeContributions(points, reference);
    const double all = Hypervolume(points, reference);
    for (size_t i = 0; i < 20; ++i) {
      std::vector<double> rest = points;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i * dims),
                 rest.begin() + static_cast<std::ptrdiff_t>((i + 1) * dims));
      EXPECT_EQ(contributions[i], all - Hypervolume(rest, reference));
    }
  }
}

TEST(Hypervolume, ContributionsOfATwoDimensionalFrontAreRectangles) {
  const std::vector<double> points = {4, 1, 1, 5, 2, 3, 2, 3, 3, 2};
  const std::vector<double> reference = {6, 6};
  EXPECT_EQ(HypervolumeContributions(points, reference),
            (std::vector<double>{2, 1, 0, 0, 1}));
}

TEST(Hypervolume, RaggedPointsAreRefused) {
  const std::vector<double> points = {1, 2, 3};
  const std::vector<double> reference = {4, 4};
  EXPECT_THROW(Hypervolume(points, reference), Error);
}

TEST(Indicators, IgdPlusAgreesWithTheExampleOfItsPaper) {
  // Ishibuchi et al. 2015, figure 1's kind: reference (0,10),(1,6),(2,2),
  // (6,1),(10,0); A = (2,4),(3,3),(4,2), B = (2,8),(4,4),(8,2). By hand:
  // IGD+ counts only the components that are worse.
  const std::vector<double> reference = {0, 10, 1, 6, 2, 2, 6, 1, 10, 0};
  const std::vector<double> a = {2, 4, 3, 3, 4, 2};
  const std::vector<double> b = {2, 8, 4, 4, 8, 2};
  EXPECT_NEAR(IgdPlus(a, reference, 2), (2 + 1 + std::sqrt(2.0) + 1 + 2) / 5,
              1e-15);
  EXPECT_NEAR(IgdPlus(b, reference, 2),
              (2 + std::sqrt(5.0) + std::sqrt(8.0) + std::sqrt(5.0) + 2) / 5,
              1e-15);
  EXPECT_EQ(IgdPlus(reference, reference, 2), 0);
}

TEST(Indicators, AdditiveEpsilonIsTheLeastShift) {
  const std::vector<double> reference = {0, 4, 2, 2, 4, 0};
  const std::vector<double> points = {1, 4, 5, 1};
  // (2,2) is covered by (1,4) moved by 2; (4,0) by (5,1) moved by 1.
  EXPECT_EQ(AdditiveEpsilon(points, reference, 2), 2);
  EXPECT_EQ(AdditiveEpsilon(reference, reference, 2), 0);
  const std::vector<double> better = {-1, -1};
  EXPECT_EQ(AdditiveEpsilon(better, reference, 2), -1);
}

TEST(Indicators, EmptySetsAreRefused) {
  const std::vector<double> one = {1, 1};
  EXPECT_THROW(IgdPlus({}, one, 2), Error);
  EXPECT_THROW(AdditiveEpsilon(one, {}, 2), Error);
}

}  // namespace
}  // namespace hwnas
