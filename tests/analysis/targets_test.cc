#include "bench/analysis/targets.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

TEST(Targets, FallFromTheGapToAHundredthAndToTheBest) {
  const std::vector<double> targets = TargetLadder(110, 10);
  ASSERT_EQ(targets.size(), 22u);
  EXPECT_THAT(targets[0], DoubleNear(110, 1e-12));
  EXPECT_THAT(targets[10], DoubleNear(20, 1e-12));
  EXPECT_THAT(targets[20], DoubleNear(11, 1e-12));
  EXPECT_EQ(targets[21], 10);
  for (size_t i = 1; i < targets.size(); ++i) {
    EXPECT_LT(targets[i], targets[i - 1]);
  }
}

TEST(Targets, WithoutAGapAreTheBestAlone) {
  EXPECT_THAT(TargetLadder(10, 10), ElementsAre(10));
  EXPECT_THAT(TargetLadder(9, 10), ElementsAre(10));
}

TEST(HittingTimes, AreTheFirstValuesAtLeastAsGood) {
  const std::vector<Improvement> run = {{1, 9}, {4, 5}, {7, 2}};
  EXPECT_THAT(HittingTimes(run, std::vector<double>{9.5, 9, 5.5, 2, 1}),
              ElementsAre(Optional(1.0), Optional(1.0), Optional(4.0),
                          Optional(7.0), Eq(std::nullopt)));
  EXPECT_THAT(HittingTimes({}, std::vector<double>{1}),
              ElementsAre(Eq(std::nullopt)));
}

TEST(ExpectedRunningTime, SpreadsTheCostOfFailuresOverTheHits) {
  // Two of three runs hit, after 10 and 30; the third gave up after 100.
  const std::vector<std::optional<double>> hits = {10, std::nullopt, 30};
  EXPECT_THAT(ExpectedRunningTime(hits, std::vector<double>{100, 100, 100}),
              Optional(70.0));
  // With restarts of runs that hit with probability p after a and give up
  // after b, the expectation is a + b (1 - p) / p: here 20 + 100 / 2.
  EXPECT_DOUBLE_EQ(20 + 100 * (1 - 2.0 / 3) / (2.0 / 3), 70);
}

TEST(ExpectedRunningTime, IsUnknownWithoutAHit) {
  const std::vector<std::optional<double>> hits = {std::nullopt};
  EXPECT_EQ(ExpectedRunningTime(hits, std::vector<double>{5}), std::nullopt);
  EXPECT_THROW(ExpectedRunningTime(hits, std::vector<double>{}), Error);
}

}  // namespace
}  // namespace hwnas
