#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Scalarised, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("scalarised", {}, problem, 1).Text(*space),
            RunOnLandscape("scalarised", {}, problem, 1).Text(*space));
}

TEST(Scalarised, WeightsDecideWhatIsFound) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space, 2);
  const auto mean = [&](const char* weights, size_t value) {
    const Trace trace = RunOnLandscape(
        "scalarised", {{"inner", "local-search"}, {"weights", weights}},
        problem, 1, {.evaluations = 40});
    double sum = 0;
    for (const Trial& trial : trace.trials) sum += trial.values[value];
    return sum / 40;
  };
  EXPECT_LT(mean("0,1", 1), mean("1,0", 1));
  EXPECT_GT(mean("1,0", 0), mean("0,1", 0));
}

TEST(Scalarised, ASweepVisitsTheLattice) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space, 2);
  problem.budget.evaluations = 200;
  const Trace trace = RunOnLandscape(
      "scalarised",
      {{"inner", "regularized-evolution"}, {"sweep", "4"}, {"scale", "10,10"}},
      problem, 1);
  // The first weights are (0, 1): cheap; the last (1, 0): accurate.
  double cheap = 0;
  double accurate = 0;
  for (size_t i = 30; i < 50; ++i) cheap += trace.trials[i].values[1];
  for (size_t i = 180; i < 200; ++i) accurate += trace.trials[i].values[1];
  EXPECT_LT(cheap, accurate);
}

/// Trials as a fixed inner strategy sees them cannot be looked at; what it
/// prefers can: the best of a whole small space by each scheme.
Architecture Preferred(const OptionMap& options, const Problem& problem,
                       double (*loss)(const Trial&), double* least) {
  OptionMap given = options;
  given["inner"] = "local-search";
  const Trace trace =
      RunOnLandscape("scalarised", given, problem, 3, {.evaluations = 64});
  const auto best = std::min_element(
      trace.trials.begin(), trace.trials.end(),
      [&](const Trial& a, const Trial& b) { return loss(a) < loss(b); });
  *least = loss(*best);
  return best->architecture;
}

TEST(Scalarised, EverySchemeLeadsToItsOwnOptimum) {
  const auto space = std::make_shared<ToySpace>(5, 4);
  const Problem problem = MakeProblem(space, 2);
  const std::pair<const char*, double (*)(const Trial&)> schemes[] = {
      {"weighted-sum",
       [](const Trial& t) { return -0.5 * t.values[0] + 0.5 * t.values[1]; }},
      {"chebyshev",
       [](const Trial& t) {
         return std::max(0.5 * (100 - t.values[0]), 0.5 * t.values[1]);
       }},
      {"weighted-product", [](const Trial& t) {
         return -std::pow(t.values[0], 0.5) * std::pow(t.values[1], -0.5);
       }}};
  SyntheticEvaluator evaluator(problem);
  for (const auto& [scheme, loss] : schemes) {
    double optimum = 1e300;
    for (uint64_t rank = 0; rank < *space->Size(); ++rank) {
      Proposal proposal;
      proposal.architecture = space->Unrank(rank);
      optimum = std::min(optimum, loss(evaluator.One(proposal)));
    }
    double found = 0;
    OptionMap options = {{"scheme", scheme}};
    if (scheme == std::string("chebyshev")) options["ideal"] = "100,0";
    Preferred(options, problem, loss, &found);
    double random = 1e300;
    for (const Trial& trial :
         RunOnLandscape("random", {}, problem, 3, {.evaluations = 64}).trials) {
      random = std::min(random, loss(trial));
    }
    EXPECT_LT(found - optimum, 0.5 * (random - optimum)) << scheme;
  }
}

TEST(Scalarised, OptionsThatDoNotFitAreRefused) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  Problem two = MakeProblem(space, 2);
  for (const OptionMap& options :
       {OptionMap{{"weights", "1"}}, OptionMap{{"scale", "1,0"}},
        OptionMap{{"weights", "1,-1"}}, OptionMap{{"scheme", "sum"}}}) {
    EXPECT_THROW(RunOnLandscape("scalarised", options, two, 1), Error);
  }
  two.budget.evaluations = 0;
  EXPECT_THROW(RunOnLandscape("scalarised", {{"sweep", "3"}}, two, 1), Error);
}

}  // namespace
}  // namespace hwnas
