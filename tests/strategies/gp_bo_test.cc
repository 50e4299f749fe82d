#include <gtest/gtest.h>

#include <algorithm>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(GpBo, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("gp-bo", {}, problem, 1).Text(*space),
            RunOnLandscape("gp-bo", {}, problem, 1).Text(*space));
}

/// Decisions in which the members of a batch, asked for when 30
/// trials were told, differ from each other, summed over pairs.
size_t SpreadOfBatch(const std::string& lie, uint64_t seed) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const auto strategy =
      MakeStrategy("gp-bo", {{"lie", lie}}, MakeContext(problem, seed));
  SyntheticEvaluator evaluator(problem);
  std::vector<Proposal> batch;
  for (int told = 0; told < 30; ++told) {
    batch.clear();
    strategy->Ask(1, &batch);
    const Trial trial = evaluator.One(batch[0]);
    strategy->Tell({&trial, 1});
  }
  batch.clear();
  strategy->Ask(8, &batch);
  EXPECT_EQ(batch.size(), 8u);
  size_t spread = 0;
  for (size_t a = 0; a < batch.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      for (size_t i = 0; i < 6; ++i) {
        spread += batch[a].architecture[i] != batch[b].architecture[i];
      }
    }
  }
  return spread;
}

TEST(GpBo, LiesOfWhatIsUnderWaySpreadABatch) {
  size_t with = 0;
  size_t without = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    with += SpreadOfBatch("max", seed);
    without += SpreadOfBatch("none", seed);
  }
  EXPECT_GT(with, without);
}

TEST(GpBo, OneProposalUnderWayAtATimeNeedsNoLie) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const DriveOptions drive = {.evaluations = 60};
  const auto text = [&](const char* lie) {
    return RunOnLandscape("gp-bo", {{"lie", lie}}, problem, 1, drive)
        .Text(*space);
  };
  EXPECT_EQ(text("min"), text("none"));
}

TEST(GpBo, FindsTheFeasibleBestUnderAConstraint) {
  const auto space = std::make_shared<ToySpace>(5, 4);
  Problem problem = MakeProblem(space);
  problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 12});
  double optimum = 0;
  for (uint64_t rank = 0; rank < space->Size().value(); ++rank) {
    const Architecture a = space->Unrank(rank);
    if (SyntheticEvaluator::Latency(a) > 12) continue;
    optimum = std::max(optimum, SyntheticEvaluator::Accuracy(a));
  }
  double gap = 0;
  size_t feasible = 0;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const Trace trace =
        RunOnLandscape("gp-bo", {}, problem, seed, {.evaluations = 80});
    gap += optimum - BestAccuracy(trace, problem);
    for (size_t i = 20; i < 80; ++i) {
      feasible += trace.trials[i].status == TrialStatus::kOk;
    }
  }
  EXPECT_LT(gap / 4, 1.5);
  EXPECT_GT(feasible, 4 * 60 / 2);  // random: about a third
}

}  // namespace
}  // namespace hwnas
