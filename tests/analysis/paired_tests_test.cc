#include "bench/analysis/paired_tests.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

// Expected values were recorded from scipy 1.10.1 (scipy.stats.wilcoxon,
// mannwhitneyu, ttest_1samp) unless a test says otherwise.

TEST(Wilcoxon, IsExactForFewDistinctDifferences) {
  const std::vector<double> d = {0.31,  -0.12, 0.45, 0.27, 0.08,
                                 -0.05, 0.62,  0.19, 0.33, -0.21};
  const WilcoxonResult result = WilcoxonSignedRank(d);
  EXPECT_TRUE(result.exact);
  EXPECT_EQ(result.pairs, 10u);
  EXPECT_EQ(result.minus, 9);
  EXPECT_EQ(result.plus, 46);
  EXPECT_NEAR(result.p, 0.064453125, 1e-15);
  EXPECT_NEAR(result.effect, 37.0 / 55, 1e-15);
}

TEST(Wilcoxon, DropsTiesAndCorrectsForEqualMagnitudes) {
  const std::vector<double> d = {0.5, -0.5, 1, 1, 0, 2, 3, -1, 0.5, 4, 2, 0};
  const WilcoxonResult result = WilcoxonSignedRank(d);
  EXPECT_FALSE(result.exact);
  EXPECT_EQ(result.pairs, 10u);
  EXPECT_EQ(result.minus, 7);
  EXPECT_NEAR(result.p, 0.035564379058193644, 1e-12);
}

TEST(Wilcoxon, ApproximatesForManyPairs) {
  std::vector<double> d;
  for (int i = 0; i < 60; ++i)
    d.push_back(((i * 37) % 101 - 40) / 10.0 + 0.01 * i);
  const WilcoxonResult result = WilcoxonSignedRank(d);
  EXPECT_FALSE(result.exact);
  EXPECT_EQ(result.minus, 514);
  EXPECT_NEAR(result.p, 0.003157200642141992, 1e-12);
}

TEST(Wilcoxon, FewEqualDifferencesSayNoMoreThanTheirSigns) {
  // The approximation alone says 0.0455.
  const std::vector<double> d = {2, 2, 2, 2};
  EXPECT_FALSE(WilcoxonSignedRank(d).exact);
  EXPECT_EQ(WilcoxonSignedRank(d).p, 0.125);
}

TEST(Wilcoxon, PairsWithoutAnyDifferenceSayNothing) {
  const WilcoxonResult result = WilcoxonSignedRank(std::vector<double>(9, 0));
  EXPECT_EQ(result.pairs, 0u);
  EXPECT_EQ(result.p, 1);
  EXPECT_EQ(result.effect, 0);
}

TEST(Holm, StepsDownAndStaysMonotone) {
  // By hand: sorted 0.01 (x4), 0.02 (x3), 0.03 (x2), 0.04 (x1).
  EXPECT_THAT(HolmAdjust(std::vector<double>{0.04, 0.01, 0.03, 0.02}),
              ElementsAre(DoubleEq(0.06), DoubleEq(0.04), DoubleEq(0.06),
                          DoubleEq(0.06)));
  EXPECT_THAT(HolmAdjust(std::vector<double>{0.9, 0.8}), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(HolmAdjust({}).empty());
}

TEST(VarghaDelaney, IsTheProbabilityOfSuperiority) {
  const std::vector<double> a = {91.2, 90.8, 91.5, 91.1, 90.9};
  const std::vector<double> b = {90.7, 91.1, 90.6, 90.9, 90.8, 90.9};
  EXPECT_NEAR(VarghaDelaneyA(a, b), 0.8, 1e-12);
  EXPECT_NEAR(VarghaDelaneyA(b, a), 0.2, 1e-12);
  EXPECT_NEAR(VarghaDelaneyA(a, a), 0.5, 1e-12);
}

TEST(Equivalence, IsTheWorseOfTwoOneSidedTests) {
  const std::vector<double> d = {0.02, -0.01, 0.03, 0.00,
                                 0.05, -0.02, 0.01, 0.04};
  EXPECT_NEAR(*EquivalenceP(d, 0.05), 0.00246190212610083, 1e-12);
}

TEST(Equivalence, WithoutSpreadItIsCertain) {
  EXPECT_EQ(EquivalenceP(std::vector<double>{0.5, 0.5}, 1), 0.0);
  EXPECT_EQ(EquivalenceP(std::vector<double>{2, 2}, 1), 1.0);
  EXPECT_EQ(EquivalenceP(std::vector<double>{2}, 1), std::nullopt);
  EXPECT_THROW(EquivalenceP(std::vector<double>{1, 2}, 0), Error);
}

}  // namespace
}  // namespace hwnas
