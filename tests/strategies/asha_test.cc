#include <gtest/gtest.h>

#include <map>
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Asha, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("asha", {}, problem, 1).Text(*space),
            RunOnLandscape("asha", {}, problem, 1).Text(*space));
}

TEST(Asha, NeverWaitsAndPromotesAQuarter) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 3);
  const Trace trace = RunOnLandscape("asha", {}, problem, 1,
                                     {.evaluations = 500, .workers = 8});
  std::map<int, int> rungs;
  for (const Proposal& proposal : trace.proposals) ++rungs[proposal.rung];
  EXPECT_EQ(trace.proposals.size(), 500u);
  EXPECT_NEAR(rungs[1], rungs[0] / 4.0, 20);
  EXPECT_NEAR(rungs[2], rungs[1] / 4.0, 12);
}

TEST(Asha, PromotesAnArchitectureOnceFromARung) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 1, 3);
  const Trace trace = RunOnLandscape("asha", {{"resume", "always"}}, problem, 1,
                                     {.evaluations = 400, .workers = 4});
  std::map<uint64_t, int> promotions;
  for (const Proposal& p : trace.proposals) {
    EXPECT_EQ(p.rung == 0, p.resumed_from == kNoProposal);
    if (p.rung > 0) {
      EXPECT_EQ(++promotions[p.resumed_from], 1);
    }
  }
}

}  // namespace
}  // namespace hwnas
