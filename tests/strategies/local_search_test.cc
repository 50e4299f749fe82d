#include <gtest/gtest.h>

#include <set>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(LocalSearch, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  for (const char* improvement : {"first", "best"}) {
    const OptionMap options = {{"improvement", improvement}};
    EXPECT_EQ(RunOnLandscape("local-search", options, problem, 1).Text(*space),
              RunOnLandscape("local-search", options, problem, 1).Text(*space));
  }
}

TEST(LocalSearch, ProposesNothingTwiceAndEndsWithTheSpace) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  for (const char* improvement : {"first", "best"}) {
    for (const size_t workers : {1, 6}) {
      const Trace trace =
          RunOnLandscape("local-search", {{"improvement", improvement}},
                         problem, 1, {.evaluations = 1000, .workers = workers});
      std::set<Architecture> seen;
      for (const Proposal& p : trace.proposals) {
        EXPECT_TRUE(seen.insert(p.architecture).second);
      }
      EXPECT_EQ(seen.size(), 64u);
      EXPECT_EQ(trace.last, AskState::kDone);
    }
  }
}

TEST(LocalSearch, BestImprovementEvaluatesTheWholeNeighbourhood) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape(
      "local-search", {{"improvement", "best"}, {"initial", "1"}}, problem, 1,
      {.evaluations = 25});
  std::vector<Architecture> neighbors;
  space->Neighbors(trace.proposals[0].architecture, &neighbors);
  std::set<Architecture> expected(neighbors.begin(), neighbors.end());
  for (size_t i = 1; i < 25; ++i) {
    EXPECT_TRUE(expected.contains(trace.proposals[i].architecture));
  }
}

TEST(LocalSearch, ReachesTheOptimumOfASeparableLandscape) {
  // Three decisions: the landscape's pairs are too weak to trap a climb for
  // the whole budget.
  const auto space = std::make_shared<ToySpace>(3, 5);
  const Problem problem = MakeProblem(space);
  double optimum = 0;
  for (uint64_t rank = 0; rank < 125; ++rank) {
    optimum =
        std::max(optimum, SyntheticEvaluator::Accuracy(space->Unrank(rank)));
  }
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const Trace trace =
        RunOnLandscape("local-search", {}, problem, seed, {.evaluations = 100});
    EXPECT_GE(BestAccuracy(trace, problem), optimum - 0.8);
  }
}

}  // namespace
}  // namespace hwnas
