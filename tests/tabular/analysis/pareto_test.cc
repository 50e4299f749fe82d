#include "tabular/analysis/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

/// Points on a small grid, so that ties and copies occur.
std::vector<double> GridPoints(size_t n, size_t dims, uint64_t side,
                               uint64_t seed) {
  Rng rng(seed);
  std::vector<double> points(n * dims);
  for (double& value : points) value = static_cast<double>(rng.Below(side));
  return points;
}

/// Fronts by their definition: peel what nothing left dominates.
std::vector<uint32_t> PeeledFronts(const std::vector<double>& points,
                                   size_t dims) {
  const size_t n = points.size() / dims;
  constexpr uint32_t kLeft = ~uint32_t{0};
  std::vector<uint32_t> front_of(n, kLeft);
  size_t left = n;
  for (uint32_t front = 0; left > 0; ++front) {
    std::vector<size_t> members;
    for (size_t i = 0; i < n; ++i) {
      if (front_of[i] != kLeft) continue;
      bool dominated = false;
      for (size_t j = 0; j < n && !dominated; ++j) {
        dominated = front_of[j] == kLeft &&
                    Dominates(&points[j * dims], &points[i * dims], dims);
      }
      if (!dominated) members.push_back(i);
    }
    for (const size_t i : members) front_of[i] = front;
    left -= members.size();
  }
  return front_of;
}

TEST(Dominance, NeedsOneBetterAndNoneWorse) {
  const double a[] = {1, 2};
  const double b[] = {1, 3};
  const double c[] = {0, 4};
  EXPECT_TRUE(Dominates(a, b, 2));
  EXPECT_FALSE(Dominates(b, a, 2));
  EXPECT_FALSE(Dominates(a, a, 2));
  EXPECT_FALSE(Dominates(a, c, 2));
  EXPECT_FALSE(Dominates(c, a, 2));
}

TEST(NonDominated, EqualsTheFirstPeeledFrontInOneToFiveDimensions) {
  for (size_t dims = 1; dims <= 5; ++dims) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const std::vector<double> points = GridPoints(60, dims, 6, seed);
      const std::vector<uint32_t> fronts = PeeledFronts(points, dims);
      std::vector<uint32_t> expected;
      for (uint32_t i = 0; i < 60; ++i) {
        if (fronts[i] == 0) expected.push_back(i);
      }
      EXPECT_EQ(NonDominated(points, dims), expected) << dims << " " << seed;
    }
  }
}

TEST(NonDominated, CopiesAreAllKept) {
  const std::vector<double> points = {1, 1, 2, 0, 1, 1, 2, 2};
  EXPECT_EQ(NonDominated(points, 2), (std::vector<uint32_t>{0, 1, 2}));
}

TEST(NonDominated, EndsWhereThereAreMoreThanWanted) {
  for (const size_t dims : {2, 3}) {
    std::vector<double> points;
    for (int i = 0; i < 50; ++i) {
      points.push_back(i);
      points.push_back(100 - i);
      if (dims == 3) points.push_back(0);
    }
    EXPECT_EQ(NonDominated(points, dims, 50).size(), 50u);
    EXPECT_EQ(NonDominated(points, dims, 49).size(), 50u);
    EXPECT_EQ(NonDominated(points, dims, 9),
              (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }
}

TEST(NonDominated, NothingHasNoFront) {
  EXPECT_TRUE(NonDominated({}, 2).empty());
  FrontSorter sorter;
  sorter.Sort({}, 3);
  EXPECT_EQ(sorter.Fronts(), 0u);
}

TEST(NonDominated, NanAndRaggedRowsAreRefused) {
  const std::vector<double> nan = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(NonDominated(nan, 2), Error);
  const std::vector<double> ragged = {1, 2, 3};
  EXPECT_THROW(NonDominated(ragged, 2), Error);
}

TEST(FrontSorter, FrontsEqualPeelingInOneToFiveDimensions) {
  FrontSorter sorter;
  for (size_t dims = 1; dims <= 5; ++dims) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const std::vector<double> points = GridPoints(80, dims, 7, 100 + seed);
      const std::vector<uint32_t> expected = PeeledFronts(points, dims);
      sorter.Sort(points, dims);
      size_t members = 0;
      for (size_t k = 0; k < sorter.Fronts(); ++k) {
        EXPECT_TRUE(
            std::is_sorted(sorter.Front(k).begin(), sorter.Front(k).end()));
        EXPECT_FALSE(sorter.Front(k).empty());
        for (const uint32_t i : sorter.Front(k)) EXPECT_EQ(expected[i], k);
        members += sorter.Front(k).size();
      }
      EXPECT_EQ(members, 80u);
      for (size_t i = 0; i < 80; ++i) {
        ASSERT_EQ(sorter.FrontOf(i), expected[i]) << dims << " " << seed;
      }
    }
  }
}

TEST(CrowdingDistance, IsTheSumOfNormalisedGaps) {
  // A front of four in two objectives of ranges 10 and 20.
  const std::vector<double> points = {0, 20, 2, 10, 5, 6, 10, 0};
  const std::vector<uint32_t> front = {0, 1, 2, 3};
  std::vector<double> distances(4);
  CrowdingDistance().Compute(points, 2, front, distances);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(distances[0], kInfinity);
  EXPECT_DOUBLE_EQ(distances[1], 5.0 / 10 + 14.0 / 20);
  EXPECT_DOUBLE_EQ(distances[2], 8.0 / 10 + 10.0 / 20);
  EXPECT_EQ(distances[3], kInfinity);
}

TEST(CrowdingDistance, ConstantObjectivesDoNotDivideByZero) {
  const std::vector<double> points = {1, 1, 1, 1, 1, 1};
  const std::vector<uint32_t> front = {2, 1, 0};
  std::vector<double> distances(3);
  CrowdingDistance().Compute(points, 2, front, distances);
  EXPECT_EQ(distances[1], 0);
  EXPECT_EQ(distances[0], std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace hwnas
