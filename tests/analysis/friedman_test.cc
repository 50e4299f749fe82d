#include "bench/analysis/friedman.h"

#include <cmath>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hwnas {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Expected values were recorded from scipy 1.10.1 (friedmanchisquare,
// studentized_range with infinitely many degrees of freedom).

TEST(Friedman, AgreesWithScipyWhereBlocksHaveTies) {
  const std::vector<double> values = {9.0, 9.5, 5.0, 8.5, 9.5, 10.0, 6.0, 8.0,
                                      5.0, 7.0, 4.0, 7.0, 8.5, 9.0,  5.0, 8.5,
                                      8.0, 8.0, 6.0, 7.5, 7.5, 8.0,  4.5, 7.0};
  const auto result = Friedman(values, 4);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->statistic, 15.789473684210527, 1e-12);
  EXPECT_NEAR(result->p, 0.001252430002026065, 1e-14);
  EXPECT_THAT(result->mean_ranks, ElementsAre(DoubleNear(17.0 / 6, 1e-12),
                                              DoubleNear(23.0 / 6, 1e-12), 1.0,
                                              DoubleNear(14.0 / 6, 1e-12)));
}

TEST(Friedman, OneProblemOrTwoStrategiesAreTooFew) {
  EXPECT_FALSE(Friedman(std::vector<double>{1, 2, 3}, 3).has_value());
  EXPECT_FALSE(Friedman(std::vector<double>{1, 2, 3, 4}, 2).has_value());
}

TEST(Friedman, BlocksThatAreOneTieSayNothing) {
  EXPECT_FALSE(Friedman(std::vector<double>(9, 5.0), 3).has_value());
}

TEST(Nemenyi, AgreesWithTheStudentizedRange) {
  const std::pair<size_t, double> quantiles[] = {
      {2, 1.9599639845400534}, {3, 2.343700586378409},
      {4, 2.569031772546482},  {5, 2.7277743708703763},
      {10, 3.163683577053373}, {20, 3.5437991315177815}};
  for (const auto& [k, q] : quantiles) {
    // One block and this factor leave the quantile itself.
    const double factor = std::sqrt(static_cast<double>(k * (k + 1)) / 6);
    EXPECT_NEAR(NemenyiCriticalDifference(k, 1) / factor, q, 1e-8) << k;
  }
}

TEST(Nemenyi, MoreProblemsMakeItSmaller) {
  EXPECT_NEAR(NemenyiCriticalDifference(5, 4),
              0.5 * NemenyiCriticalDifference(5, 1), 1e-9);
}

TEST(NormalRange, AgreesWithScipy) {
  EXPECT_NEAR(NormalRangeCdf(3, 2), 0.9661051464753106, 1e-9);
  EXPECT_NEAR(NormalRangeCdf(3, 10), 0.48781592602919316, 1e-9);
  EXPECT_EQ(NormalRangeCdf(0, 4), 0);
}

}  // namespace
}  // namespace hwnas
