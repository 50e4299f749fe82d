#include <gtest/gtest.h>

#include <set>
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(ParetoLocalSearch, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("pareto-local-search", {}, problem, 1).Text(*space),
            RunOnLandscape("pareto-local-search", {}, problem, 1).Text(*space));
}

TEST(ParetoLocalSearch, ProposesNothingTwiceAndEndsWithTheSpace) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space, 2);
  const Trace trace = RunOnLandscape("pareto-local-search", {}, problem, 1,
                                     {.evaluations = 1000, .workers = 3});
  std::set<Architecture> seen;
  for (const Proposal& p : trace.proposals) {
    EXPECT_TRUE(seen.insert(p.architecture).second);
  }
  EXPECT_EQ(seen.size(), 64u);
  EXPECT_EQ(trace.last, AskState::kDone);
}

}  // namespace
}  // namespace hwnas
