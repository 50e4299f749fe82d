#include <gtest/gtest.h>

#include "strategies/front_archive.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(EvolutionPareto, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("evolution-pareto", {}, problem, 1).Text(*space),
            RunOnLandscape("evolution-pareto", {}, problem, 1).Text(*space));
}

TEST(EvolutionPareto, OrderOfTellingDoesNotMatter) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("evolution-pareto", {}, problem, 1, {.workers = 9})
                .Text(*space),
            RunOnLandscape("evolution-pareto", {}, problem, 1,
                           {.workers = 9, .order = TellOrder::kReversed})
                .Text(*space));
}

TEST(FrontArchive, KeepsWhatNothingDominates) {
  FrontArchive archive(2);
  const auto add = [&](double violation, double x, double y) {
    Rating rating;
    rating.violation = violation;
    rating.objectives = {x, y};
    return archive.Add(Architecture{1}, rating);
  };
  EXPECT_TRUE(add(3, 0, 0));
  EXPECT_TRUE(add(0, 5, 5));  // feasible: the first leaves
  EXPECT_EQ(archive.Entries().size(), 1u);
  EXPECT_FALSE(add(1, 0, 0));
  EXPECT_FALSE(add(0, 6, 5));
  EXPECT_TRUE(add(0, 5, 5));  // a copy stays
  EXPECT_TRUE(add(0, 4, 9));
  EXPECT_EQ(archive.Entries().size(), 3u);
  EXPECT_TRUE(add(0, 4, 4));
  EXPECT_EQ(archive.Entries().size(), 1u);
}

}  // namespace
}  // namespace hwnas
