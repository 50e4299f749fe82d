#include <gtest/gtest.h>

#include <algorithm>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

/// Accuracy, and the latency on three platforms of different speed: the
/// second prefers low choices, the third high ones.
class ThreePlatforms : public Evaluator {
 public:
  void Evaluate(std::span<const Proposal> proposals,
                std::span<Trial> trials) override {
    for (size_t k = 0; k < proposals.size(); ++k) {
      const Architecture& a = proposals[k].architecture;
      trials[k] = {};
      trials[k].id = proposals[k].id;
      trials[k].architecture = a;
      double sum = 0;
      for (const uint16_t choice : a.Decisions()) sum += choice;
      trials[k].values[0] = SyntheticEvaluator::Accuracy(a);
      trials[k].values[1] = 1 + sum;
      trials[k].values[2] = 100 * (31 - sum);
    }
  }
};

Problem Three(std::shared_ptr<const SearchSpace> space) {
  Problem problem = MakeProblem(std::move(space), 2);
  problem.objectives.push_back(
      {Metric::Parse("latency@eyeriss"), Direction::kMinimize});
  return problem;
}

Trace RunThree(const OptionMap& options, const Problem& problem) {
  const std::unique_ptr<Strategy> strategy =
      MakeStrategy("platforms", options, MakeContext(problem, 1));
  ThreePlatforms evaluator;
  return Drive(*strategy, evaluator, {.evaluations = 400});
}

/// Mean of Σ choices over the last hundred trials.
double LateSum(const OptionMap& options, const Problem& problem) {
  const Trace trace = RunThree(options, problem);
  double sum = 0;
  for (size_t i = 300; i < 400; ++i) sum += trace.trials[i].values[1] - 1;
  return sum / 100;
}

TEST(Platforms, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = Three(space);
  for (const char* combine : {"worst-case", "mean", "mean-rank"}) {
    const OptionMap options = {{"combine", combine}};
    EXPECT_EQ(RunThree(options, problem).Text(*space),
              RunThree(options, problem).Text(*space));
  }
}

TEST(Platforms, OneMoreObjectiveIsTheInnerStrategysOwn) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem two = MakeProblem(space, 2);
  const Trace worst = RunOnLandscape("platforms", {}, two, 1);
  const Trace mean = RunOnLandscape("platforms", {{"combine", "mean"}}, two, 1);
  EXPECT_EQ(worst.Text(*space), mean.Text(*space));
}

TEST(Platforms, TheScalesDecideWhichPlatformIsTheWorst) {
  const Problem problem = Three(std::make_shared<ToySpace>(6, 5));
  const double slow_third = LateSum({{"scale", "1,1"}}, problem);
  const double slow_second = LateSum({{"scale", "1,1000000"}}, problem);
  EXPECT_GT(slow_third, slow_second + 3);
}

TEST(Platforms, RanksNeedNoScales) {
  // Opposite preferences cancel out as ranks, whatever the units: only the
  // accuracy is left, whose optimum has choices 1, 3, 1, 3, 1, 3.
  const Problem problem = Three(std::make_shared<ToySpace>(6, 5));
  const double ranks = LateSum({{"combine", "mean-rank"}}, problem);
  const double mean = LateSum({{"combine", "mean"}}, problem);
  EXPECT_LT(std::abs(ranks - 12), std::abs(mean - 12));
}

TEST(Platforms, ScalesThatDoNotFitAreRefused) {
  const Problem problem = Three(std::make_shared<ToySpace>(6, 5));
  for (const char* scale : {"1", "1,0", "1,2,3"}) {
    EXPECT_THROW(RunThree({{"scale", scale}}, problem), Error);
  }
}

}  // namespace
}  // namespace hwnas
