#include <gtest/gtest.h>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(GeneticAlgorithm, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("genetic-algorithm", {}, problem, 1).Text(*space),
            RunOnLandscape("genetic-algorithm", {}, problem, 1).Text(*space));
}

TEST(GeneticAlgorithm, OrderOfTellingDoesNotMatter) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  EXPECT_EQ(RunOnLandscape("genetic-algorithm", {}, problem, 1, {.workers = 6})
                .Text(*space),
            RunOnLandscape("genetic-algorithm", {}, problem, 1,
                           {.workers = 6, .order = TellOrder::kShuffled})
                .Text(*space));
}

TEST(GeneticAlgorithm, WithoutVariationChildrenAreCopiesOfParents) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape(
      "genetic-algorithm",
      {{"crossover_probability", "0"}, {"mutation_rate", "0"}}, problem, 1);
  std::vector<Architecture> first;
  for (size_t i = 0; i < 20; ++i) {
    first.push_back(trace.proposals[i].architecture);
  }
  for (const Proposal& proposal : trace.proposals) {
    EXPECT_NE(std::find(first.begin(), first.end(), proposal.architecture),
              first.end());
  }
}

}  // namespace
}  // namespace hwnas
