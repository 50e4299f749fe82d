#include <gtest/gtest.h>

#include <algorithm>

#include "strategies/population.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

size_t Differences(const Architecture& a, const Architecture& b) {
  size_t differences = 0;
  for (size_t i = 0; i < a.size(); ++i) differences += a[i] != b[i];
  return differences;
}

TEST(RegularizedEvolution, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  EXPECT_EQ(
      RunOnLandscape("regularized-evolution", {}, problem, 1).Text(*space),
      RunOnLandscape("regularized-evolution", {}, problem, 1).Text(*space));
}

TEST(RegularizedEvolution, ChildrenAreOneMoveFromAYoungMember) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("regularized-evolution", {}, problem, 1);
  for (size_t i = 10; i < trace.proposals.size(); ++i) {
    bool found = false;
    for (size_t parent = i - 10; parent < i; ++parent) {
      found |= Differences(trace.proposals[i].architecture,
                           trace.proposals[parent].architecture) == 1;
    }
    EXPECT_TRUE(found) << i;
  }
}

TEST(RegularizedEvolution, AWholeTournamentFollowsTheBest) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("regularized-evolution",
                                     {{"population_size", "8"},
                                      {"sample_size", "8"},
                                      {"tournament_replacement", "false"}},
                                     problem, 1);
  for (size_t i = 8; i < trace.trials.size(); ++i) {
    double best = 0;
    for (size_t k = i - 8; k < i; ++k) {
      best = std::max(best, trace.trials[k].values[0]);
    }
    bool found = false;
    for (size_t k = i - 8; k < i; ++k) {
      found |= trace.trials[k].values[0] == best &&
               Differences(trace.proposals[i].architecture,
                           trace.trials[k].architecture) == 1;
    }
    EXPECT_TRUE(found) << i;
  }
}

TEST(RegularizedEvolution, SampleAboveThePopulationIsRefused) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5));
  const OptionMap options = {{"sample_size", "11"},
                             {"tournament_replacement", "false"}};
  EXPECT_THROW(RunOnLandscape("regularized-evolution", options, problem, 1),
               Error);
}

TEST(AgingPopulation, TheOldestIsReplaced) {
  AgingPopulation population(2);
  for (uint16_t i = 0; i < 5; ++i) population.Add(Architecture{i}, {0, 1.0});
  EXPECT_EQ(population.size(), 2u);
  EXPECT_EQ(population[0].architecture, Architecture{4});
  EXPECT_EQ(population[1].architecture, Architecture{3});
}

TEST(Tournament, ChanceOfTheBestIsThatOfTheDraws) {
  AgingPopulation population(10);
  for (uint16_t i = 0; i < 10; ++i) {
    population.Add(Architecture{i}, {0, static_cast<double>(i)});
  }
  Rng rng(1);
  for (const bool replacement : {true, false}) {
    Tournament tournament(3, replacement);
    int best = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
      best += tournament.Select(population, rng) == 0;
    }
    // 1 - 0.9^3 with replacement, 3/10 without.
    EXPECT_NEAR(best / double{kDraws}, replacement ? 0.271 : 0.3, 0.012);
  }
}

}  // namespace
}  // namespace hwnas
