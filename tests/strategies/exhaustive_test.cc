#include <gtest/gtest.h>

#include <set>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Exhaustive, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  const OptionMap shuffled = {{"order", "shuffled"}};
  EXPECT_EQ(RunOnLandscape("exhaustive", shuffled, problem, 1).Text(*space),
            RunOnLandscape("exhaustive", shuffled, problem, 1).Text(*space));
  EXPECT_NE(RunOnLandscape("exhaustive", shuffled, problem, 1).Text(*space),
            RunOnLandscape("exhaustive", shuffled, problem, 2).Text(*space));
}

TEST(Exhaustive, ProposesAllInTheSpacesOrderAndEnds) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("exhaustive", {}, problem, 1,
                                     {.evaluations = 1000, .workers = 10});
  ASSERT_EQ(trace.proposals.size(), 64u);
  for (size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(space->Rank(trace.proposals[i].architecture), i);
  }
  EXPECT_EQ(trace.last, AskState::kDone);
}

TEST(Exhaustive, ShuffledProposesAllOnce) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("exhaustive", {{"order", "shuffled"}},
                                     problem, 1, {.evaluations = 1000});
  std::set<Architecture> seen;
  for (const Proposal& p : trace.proposals) seen.insert(p.architecture);
  EXPECT_EQ(seen.size(), 64u);
  EXPECT_EQ(trace.proposals.size(), 64u);
}

TEST(Exhaustive, RefusesASpaceThatCannotBeListed) {
  const auto space = std::make_shared<ToySpace>(40, 9);
  const Problem problem = MakeProblem(space);
  EXPECT_THROW(RunOnLandscape("exhaustive", {}, problem, 1), Error);
  const auto large = std::make_shared<ToySpace>(9, 9);
  const Problem listed = MakeProblem(large);
  EXPECT_THROW(RunOnLandscape("exhaustive", {{"order", "shuffled"}}, listed, 1),
               Error);
  EXPECT_EQ(RunOnLandscape("exhaustive", {}, listed, 1).proposals.size(), 200u);
}

}  // namespace
}  // namespace hwnas
