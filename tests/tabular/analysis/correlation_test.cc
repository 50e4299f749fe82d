#include "tabular/analysis/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tabular/analysis/ranks.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

const std::vector<double> kX = {12, 2, 1, 12, 2, 5, 7, 7, 3, 9};
const std::vector<double> kY = {1, 4, 7, 1, 0, 5, 5, 2, 8, 3};

/// 1,000 tied pairs from the C standard's example generator, so that scipy
/// could be given the same.
void TiedPairs(std::vector<double>* a, std::vector<double>* b) {
  uint64_t state = 12345;
  const auto next = [&] {
    state = (state * 1103515245 + 12345) % (uint64_t{1} << 31);
    return static_cast<double>(state) / 0x1p31;
  };
  for (int i = 0; i < 1000; ++i) {
    const double u = next();
    const double v = next();
    a->push_back(std::floor(u * 200));
    b->push_back(std::floor((u + v) * 50));
  }
}

TEST(Ranks, TiesShareTheAverageAsInScipy) {
  EXPECT_EQ(AverageRanks(kX),
            (std::vector<double>{9.5, 2.5, 1, 9.5, 2.5, 5, 6.5, 6.5, 4, 8}));
  EXPECT_TRUE(AverageRanks({}).empty());
}

TEST(Ranks, TheLargestComesFirstAndEqualsKeepTheirOrder) {
  const std::vector<double> values = {2, 5, 2, 7, 5};
  EXPECT_EQ(LargestFirst(values), (std::vector<size_t>{3, 1, 4, 0, 2}));
  EXPECT_TRUE(LargestFirst({}).empty());
}

TEST(Ranks, NanIsRefused) {
  const std::vector<double> values = {1,
                                      std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(AverageRanks(values), Error);
  EXPECT_THROW(KendallTau(values, values), Error);
}

TEST(Correlation, SmallTiedSampleAgreesWithScipy) {
  EXPECT_NEAR(KendallTau(kX, kY).value(), -0.40002768453475995, 1e-15);
  EXPECT_NEAR(SpearmanRho(kX, kY).value(), -0.4461559581397119, 1e-15);
  EXPECT_NEAR(PearsonR(kX, kY).value(), -0.5290720029117117, 1e-15);
}

TEST(Correlation, ThousandTiedPairsAgreeWithScipy) {
  std::vector<double> a;
  std::vector<double> b;
  TiedPairs(&a, &b);
  EXPECT_NEAR(KendallTau(a, b).value(), 0.487781918691104, 1e-13);
  EXPECT_NEAR(SpearmanRho(a, b).value(), 0.6787968707980353, 1e-13);
  EXPECT_NEAR(PearsonR(a, b).value(), 0.6895146234665727, 1e-13);
}

TEST(Correlation, KendallTauEqualsItsDefinition) {
  std::vector<double> a;
  std::vector<double> b;
  TiedPairs(&a, &b);
  double agree = 0;
  double x_untied = 0;
  double y_untied = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const double dx = a[i] - a[j];
      const double dy = b[i] - b[j];
      agree += dx * dy > 0 ? 1 : dx * dy < 0 ? -1 : 0;
      x_untied += dx != 0;
      y_untied += dy != 0;
    }
  }
  EXPECT_NEAR(KendallTau(a, b).value(), agree / std::sqrt(x_untied * y_untied),
              1e-13);
}

TEST(Correlation, OrderAndReversedOrderAreOneAndMinusOne) {
  const std::vector<double> up = {1, 2, 3, 4, 10};
  const std::vector<double> down = {5, 4, 3, 2, 1};
  EXPECT_EQ(KendallTau(up, up), 1.0);
  EXPECT_EQ(KendallTau(up, down), -1.0);
  EXPECT_EQ(SpearmanRho(up, down), -1.0);
}

TEST(Correlation, UndefinedIsNoNumber) {
  const std::vector<double> constant = {3, 3, 3};
  const std::vector<double> varied = {1, 2, 3};
  const std::vector<double> one = {1};
  EXPECT_EQ(KendallTau(constant, varied), std::nullopt);
  EXPECT_EQ(SpearmanRho(varied, constant), std::nullopt);
  EXPECT_EQ(PearsonR(constant, constant), std::nullopt);
  EXPECT_EQ(KendallTau(one, one), std::nullopt);
  EXPECT_EQ(PearsonR({}, {}), std::nullopt);
}

TEST(Correlation, LengthsMustAgree) {
  const std::vector<double> one = {1};
  EXPECT_THROW(KendallTau(one, kX), Error);
}

}  // namespace
}  // namespace hwnas
