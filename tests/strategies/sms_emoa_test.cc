#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(SmsEmoa, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("sms-emoa", {}, problem, 1).Text(*space),
            RunOnLandscape("sms-emoa", {}, problem, 1).Text(*space));
}

TEST(SmsEmoa, NeverWaits) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 2);
  const auto strategy = MakeStrategy("sms-emoa", {}, MakeContext(problem, 1));
  std::vector<Proposal> out;
  for (int i = 0; i < 20; ++i) {
    out.clear();
    EXPECT_EQ(strategy->Ask(50, &out), AskState::kReady);
    EXPECT_EQ(out.size(), 50u);
  }
}

TEST(SmsEmoa, AcceptsThreeObjectives) {
  Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 2);
  problem.objectives.push_back({Metric::Parse("params"), Direction::kMinimize});
  EXPECT_EQ(RunOnLandscape("sms-emoa", {{"population_size", "20"}}, problem, 1)
                .proposals.size(),
            200u);
}

}  // namespace
}  // namespace hwnas
