#include "tabular/analysis/least_squares.h"

#include <vector>

#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

TEST(LeastSquares, FindsThePlaneThatThePointsLieOn) {
  const std::vector<double> x = {0, 0, 1, 0, 0, 1, 2, 5};
  std::vector<double> y;
  for (size_t i = 0; i < 4; ++i) y.push_back(3 + 2 * x[2 * i] - x[2 * i + 1]);
  const auto c = LeastSquares(x, 2, y);
  ASSERT_TRUE(c.has_value());
  EXPECT_NEAR((*c)[0], 3, 1e-12);
  EXPECT_NEAR((*c)[1], 2, 1e-12);
  EXPECT_NEAR((*c)[2], -1, 1e-12);
}

TEST(LeastSquares, FitsTheLineOfATextbook) {
  // x 1, 2, 3, 4 and y 6, 5, 7, 10: y = 3.5 + 1.4 x.
  const auto c = LeastSquares(std::vector<double>{1, 2, 3, 4}, 1,
                              std::vector<double>{6, 5, 7, 10});
  ASSERT_TRUE(c.has_value());
  EXPECT_NEAR((*c)[0], 3.5, 1e-12);
  EXPECT_NEAR((*c)[1], 1.4, 1e-12);
}

TEST(LeastSquares, ColumnsOfUnlikeScaleDoNotDisturb) {
  const std::vector<double> x = {1e-6, 1e6, 2e-6, 3e6, 3e-6, 2e6, 4e-6, 9e6};
  std::vector<double> y;
  for (size_t i = 0; i < 4; ++i) {
    y.push_back(1 + 1e6 * x[2 * i] + 1e-6 * x[2 * i + 1]);
  }
  const auto c = LeastSquares(x, 2, y);
  ASSERT_TRUE(c.has_value());
  EXPECT_NEAR((*c)[1] / 1e6, 1, 1e-9);
  EXPECT_NEAR((*c)[2] / 1e-6, 1, 1e-9);
}

TEST(LeastSquares, SaysNothingOfColumnsThatDependOnEachOther) {
  EXPECT_FALSE(LeastSquares(std::vector<double>{1, 2, 2, 4, 3, 6, 5, 10}, 2,
                            std::vector<double>{1, 2, 3, 4}));
  EXPECT_FALSE(LeastSquares(std::vector<double>{7, 7, 7}, 1,
                            std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(LeastSquares(std::vector<double>{1, 2, 3, 5}, 2,
                            std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace hwnas
