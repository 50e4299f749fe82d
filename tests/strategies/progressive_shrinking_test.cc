#include <gtest/gtest.h>

#include "strategies/masked_space.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(ProgressiveShrinking, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(
      RunOnLandscape("progressive-shrinking", {}, problem, 1).Text(*space),
      RunOnLandscape("progressive-shrinking", {}, problem, 1).Text(*space));
}

TEST(ProgressiveShrinking, DropsChoicesThatRankBadly) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace =
      RunOnLandscape("progressive-shrinking", {{"inner", "random"}}, problem, 1,
                     {.evaluations = 500});
  double early = 0;
  double late = 0;
  for (size_t i = 0; i < 50; ++i) early += trace.trials[i].values[0] / 50;
  for (size_t i = 450; i < 500; ++i) late += trace.trials[i].values[0] / 50;
  EXPECT_GT(late, early + 3);
}

TEST(ProgressiveShrinking, PassesOptionsOnAndRefusesWhatIsNone) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const OptionMap good = {{"inner", "local-search"},
                          {"inner_options", "improvement=best;initial=3"}};
  EXPECT_EQ(RunOnLandscape("progressive-shrinking", good, problem, 1)
                .proposals.size(),
            200u);
  for (const char* text : {"improvement", "=best", "no_such=1"}) {
    EXPECT_THROW(
        RunOnLandscape("progressive-shrinking",
                       {{"inner", "local-search"}, {"inner_options", text}},
                       problem, 1),
        Error);
  }
  EXPECT_THROW(
      RunOnLandscape("progressive-shrinking", {{"inner", "none"}}, problem, 1),
      Error);
}

TEST(MaskedSpace, StaysInside) {
  const auto base = std::make_shared<ToySpace>(4, 3);
  std::vector<std::vector<bool>> allowed(4, {true, false, true});
  const MaskedSpace space(base, allowed);
  Rng rng(1);
  Architecture moved;
  std::vector<Architecture> neighbors;
  for (int i = 0; i < 200; ++i) {
    const Architecture a = space.Sample(rng);
    const Architecture b = space.Sample(rng);
    EXPECT_TRUE(space.IsValid(a));
    ASSERT_TRUE(space.Mutate(a, 0, rng, &moved));
    EXPECT_TRUE(space.IsValid(moved));
    EXPECT_TRUE(space.IsValid(space.Crossover(a, b, rng)));
    space.Neighbors(a, &neighbors);
    EXPECT_EQ(neighbors.size(), 4u);
  }
  EXPECT_FALSE(space.IsValid(Architecture{1, 0, 0, 0}));
}

}  // namespace
}  // namespace hwnas
