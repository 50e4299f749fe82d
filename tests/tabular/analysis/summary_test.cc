#include "tabular/analysis/summary.h"

#include <gtest/gtest.h>

#include <vector>

#include "tabular/analysis/bootstrap.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

const std::vector<double> kValues = {3.5, 1.25, 9, 4, 4, -2, 7.5};

TEST(Summary, AgreesWithNumpyAndScipy) {
  EXPECT_DOUBLE_EQ(Mean(kValues), 3.892857142857143);
  EXPECT_DOUBLE_EQ(StandardDeviation(kValues).value(), 3.6738295836257575);
  EXPECT_DOUBLE_EQ(StandardError(kValues).value(), 1.388577062500818);
  EXPECT_DOUBLE_EQ(Quantile(kValues, 0), -2);
  EXPECT_DOUBLE_EQ(Quantile(kValues, 0.025), -1.5125);
  EXPECT_DOUBLE_EQ(Quantile(kValues, 0.25), 2.375);
  EXPECT_DOUBLE_EQ(Median(kValues), 4);
  EXPECT_DOUBLE_EQ(Quantile(kValues, 0.975), 8.775);
  EXPECT_DOUBLE_EQ(Quantile(kValues, 1), 9);
  const Summary summary = Summarize(kValues);
  EXPECT_EQ(summary.count, 7u);
  EXPECT_EQ(summary.minimum, -2);
  EXPECT_EQ(summary.maximum, 9);
  EXPECT_DOUBLE_EQ(summary.quartile3, 5.75);
}

TEST(Summary, OneValueHasNoDeviation) {
  const std::vector<double> one = {5};
  EXPECT_EQ(StandardDeviation(one), std::nullopt);
  EXPECT_EQ(Summarize(one).standard_deviation, std::nullopt);
  EXPECT_EQ(Median(one), 5);
}

TEST(Summary, NothingHasNoMean) {
  EXPECT_THROW(Mean({}), Error);
  EXPECT_THROW(Quantile({}, 0.5), Error);
  EXPECT_THROW(Quantile(kValues, 1.5), Error);
}

TEST(Bootstrap, IntervalAgreesWithScipy) {
  // scipy.stats.bootstrap, percentile, 200,000 resamples: [1.357, 6.357].
  Rng rng(1);
  const Interval interval = BootstrapMean(kValues, rng, {.resamples = 200000});
  EXPECT_DOUBLE_EQ(interval.mean, Mean(kValues));
  EXPECT_NEAR(interval.low, 1.3571, 0.04);
  EXPECT_NEAR(interval.high, 6.3571, 0.04);
}

TEST(Bootstrap, SameStreamSameInterval) {
  Rng a(9);
  Rng b(9);
  const Interval first = BootstrapMean(kValues, a);
  const Interval second = BootstrapMean(kValues, b);
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
  const Interval third = BootstrapMean(kValues, b);
  EXPECT_NE(first.low, third.low);
}

TEST(Bootstrap, PairedDifferenceIsThatOfTheDifferences) {
  const std::vector<double> a = {5, 7, 9, 11};
  const std::vector<double> b = {4, 6, 8, 10};
  Rng rng(2);
  const Interval interval = BootstrapPairedDifference(a, b, rng);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 1);
  EXPECT_TRUE(interval.Excludes(0));
  EXPECT_FALSE(interval.Excludes(1));
  EXPECT_THROW(BootstrapPairedDifference(a, kValues, rng), Error);
}

TEST(Bootstrap, CoversTheMeanAboutAsOftenAsItSays) {
  Rng rng(3);
  int covered = 0;
  constexpr int kSamples = 400;
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> values(50);
    for (double& value : values) value = rng.Uniform();
    covered += !BootstrapMean(values, rng, {.resamples = 500}).Excludes(0.5);
  }
  EXPECT_GT(covered, kSamples * 90 / 100);
  EXPECT_LT(covered, kSamples * 98 / 100);
}

}  // namespace
}  // namespace hwnas
