#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Nsga3, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("nsga3", {}, problem, 1).Text(*space),
            RunOnLandscape("nsga3", {}, problem, 1).Text(*space));
}

TEST(Nsga3, OrderOfTellingDoesNotMatter) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(
      RunOnLandscape("nsga3", {}, problem, 1, {.workers = 9}).Text(*space),
      RunOnLandscape("nsga3", {}, problem, 1,
                     {.workers = 9, .order = TellOrder::kReversed})
          .Text(*space));
}

TEST(Nsga3, AcceptsOneAndThreeObjectives) {
  Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 2);
  problem.objectives.push_back({Metric::Parse("params"), Direction::kMinimize});
  EXPECT_EQ(RunOnLandscape("nsga3", {}, problem, 1).proposals.size(), 200u);
  problem.objectives.resize(1);
  EXPECT_EQ(RunOnLandscape("nsga3", {}, problem, 1).proposals.size(), 200u);
}

}  // namespace
}  // namespace hwnas
