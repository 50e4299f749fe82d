#include <gtest/gtest.h>

#include <set>
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Tpe, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("tpe", {}, problem, 1).Text(*space),
            RunOnLandscape("tpe", {}, problem, 1).Text(*space));
}

TEST(Tpe, ConcentratesOnTheChoicesOfGoodTrials) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("tpe", {}, problem, 1);
  double early = 0;
  double late = 0;
  for (size_t i = 0; i < 10; ++i) early += trace.trials[i].values[0];
  for (size_t i = 190; i < 200; ++i) late += trace.trials[i].values[0];
  EXPECT_GT(late, early + 50);
}

TEST(Tpe, RarelyRepeatsItself) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  std::set<Architecture> seen;
  for (const Proposal& p : RunOnLandscape("tpe", {}, problem, 1).proposals) {
    seen.insert(p.architecture);
  }
  EXPECT_GT(seen.size(), 190u);
}

}  // namespace
}  // namespace hwnas
