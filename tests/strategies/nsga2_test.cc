#include <gtest/gtest.h>

#include <set>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

const OptionMap kSmall = {{"population_size", "20"}};

TEST(Nsga2, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  EXPECT_EQ(RunOnLandscape("nsga2", kSmall, problem, 1).Text(*space),
            RunOnLandscape("nsga2", kSmall, problem, 1).Text(*space));
}

TEST(Nsga2, OrderOfTellingDoesNotMatter) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  const std::string in_order =
      RunOnLandscape("nsga2", kSmall, problem, 1, {.workers = 7}).Text(*space);
  for (const TellOrder order : {TellOrder::kReversed, TellOrder::kShuffled}) {
    EXPECT_EQ(RunOnLandscape("nsga2", kSmall, problem, 1,
                             {.workers = 7, .order = order})
                  .Text(*space),
              in_order);
  }
}

TEST(Nsga2, WaitsForTheWholeGeneration) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5), 2);
  const auto strategy = MakeStrategy("nsga2", kSmall, MakeContext(problem, 1));
  std::vector<Proposal> out;
  EXPECT_EQ(strategy->Ask(100, &out), AskState::kReady);
  EXPECT_EQ(out.size(), 20u);
  EXPECT_EQ(strategy->Ask(1, &out), AskState::kWait);
  EXPECT_EQ(out.size(), 20u);
}

TEST(Nsga2, RefusesDuplicatesUnlessAllowed) {
  const auto space = std::make_shared<ToySpace>(4, 4);
  const Problem problem = MakeProblem(space, 2);
  const auto distinct = [&](OptionMap options) {
    options["population_size"] = "20";
    std::set<Architecture> seen;
    for (const Proposal& p :
         RunOnLandscape("nsga2", options, problem, 1, {.evaluations = 160})
             .proposals) {
      seen.insert(p.architecture);
    }
    return seen.size();
  };
  EXPECT_GT(distinct({}), 130u);
  EXPECT_LT(distinct({{"duplicates", "allow"}}), 120u);
}

TEST(Nsga2, ConstraintsPullThePopulationToTheFeasible) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space, 2);
  problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 14});
  const Trace trace =
      RunOnLandscape("nsga2", kSmall, problem, 1, {.evaluations = 400});
  const auto feasible = [&](size_t begin, size_t end) {
    size_t count = 0;
    for (size_t i = begin; i < end; ++i) {
      count += trace.trials[i].status == TrialStatus::kOk;
    }
    return count;
  };
  EXPECT_GT(feasible(300, 400), 2 * feasible(0, 100));
}

}  // namespace
}  // namespace hwnas
