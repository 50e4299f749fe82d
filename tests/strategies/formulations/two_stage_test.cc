#include <gtest/gtest.h>

#include "tabular/spaces/product.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(TwoStage, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("two-stage", {}, problem, 1).Text(*space),
            RunOnLandscape("two-stage", {}, problem, 1).Text(*space));
}

std::shared_ptr<const SearchSpace> Compressed() {
  return MakeProductSpace("compression", std::make_shared<ToySpace>(4, 4),
                          {{"compression",
                            FactorBinding::kQualifiers,
                            {"bits=32", "bits=8", "bits=4"}}});
}

TEST(TwoStage, CompressesTheBestNetworkOfTheFirstStage) {
  Problem problem = MakeProblem(Compressed(), 2);
  problem.budget.evaluations = 60;
  const Trace trace =
      RunOnLandscape("two-stage", {}, problem, 1, {.evaluations = 60});
  ASSERT_EQ(trace.proposals.size(), 32u);
  EXPECT_EQ(trace.last, AskState::kDone);
  size_t best = 0;
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(trace.proposals[i].architecture[4], 0);
    if (trace.trials[i].values[0] > trace.trials[best].values[0]) best = i;
  }
  for (size_t i = 30; i < 32; ++i) {
    Architecture network = trace.proposals[i].architecture;
    EXPECT_EQ(network[4], i - 29);
    network[4] = 0;
    EXPECT_EQ(network, trace.trials[best].architecture);
  }
}

TEST(TwoStage, TopKIsAVariant) {
  Problem problem = MakeProblem(Compressed(), 2);
  problem.budget.evaluations = 60;
  EXPECT_EQ(RunOnLandscape("two-stage", {{"top", "5"}}, problem, 1,
                           {.evaluations = 60})
                .proposals.size(),
            40u);
}

}  // namespace
}  // namespace hwnas
