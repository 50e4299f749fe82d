#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Random, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  EXPECT_EQ(RunOnLandscape("random", {}, problem, 1).Text(*space),
            RunOnLandscape("random", {}, problem, 1).Text(*space));
}

TEST(Random, IsUniformWithRepetition) {
  const auto space = std::make_shared<ToySpace>(2, 3);
  const Problem problem = MakeProblem(space);
  std::map<Architecture, int> counts;
  for (const Proposal& p :
       RunOnLandscape("random", {}, problem, 1, {.evaluations = 9000})
           .proposals) {
    ++counts[p.architecture];
  }
  EXPECT_EQ(counts.size(), 9u);
  for (const auto& [architecture, count] : counts) {
    EXPECT_NEAR(count, 1000, 150);
  }
}

TEST(Random, DoesNotDependOnTheNumberAskedForAtOnce) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  EXPECT_EQ(
      RunOnLandscape("random", {}, problem, 1).Text(*space),
      RunOnLandscape("random", {}, problem, 1, {.workers = 17}).Text(*space));
}

TEST(Random, UniqueDrawsEveryArchitectureOnceAndEnds) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("random", {{"unique", "true"}}, problem, 1,
                                     {.evaluations = 1000, .workers = 5});
  std::set<Architecture> seen;
  for (const Proposal& p : trace.proposals) seen.insert(p.architecture);
  EXPECT_EQ(seen.size(), 64u);
  EXPECT_EQ(trace.proposals.size(), 64u);
  EXPECT_EQ(trace.last, AskState::kDone);
}

TEST(Random, UniqueWorksWhereTheSpaceIsTooLargeToList) {
  const auto space = std::make_shared<ToySpace>(40, 9);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("random", {{"unique", "true"}}, problem, 1,
                                     {.evaluations = 500});
  std::set<Architecture> seen;
  for (const Proposal& p : trace.proposals) seen.insert(p.architecture);
  EXPECT_EQ(seen.size(), 500u);
}

}  // namespace
}  // namespace hwnas
