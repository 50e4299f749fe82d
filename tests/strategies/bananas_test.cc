#include <gtest/gtest.h>

#include <set>

#include "tabular/spaces/nb201.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

TEST(Bananas, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 1);
  EXPECT_EQ(RunOnLandscape("bananas", {}, problem, 1).Text(*space),
            RunOnLandscape("bananas", {}, problem, 1).Text(*space));
}

TEST(BananasMo, SameSeedSameLog) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  const DriveOptions drive = {.evaluations = 60};
  EXPECT_EQ(RunOnLandscape("bananas-mo", {}, problem, 1, drive).Text(*space),
            RunOnLandscape("bananas-mo", {}, problem, 1, drive).Text(*space));
}

TEST(Bananas, ProposesNothingTwiceWhileThereIsSomethingNew) {
  const auto space = std::make_shared<ToySpace>(3, 4);
  const Problem problem = MakeProblem(space);
  const Trace trace = RunOnLandscape("bananas", {{"initial", "2"}}, problem, 1,
                                     {.evaluations = 80});
  std::set<Architecture> seen;
  for (size_t i = 0; i < trace.proposals.size(); ++i) {
    const bool fresh = seen.insert(trace.proposals[i].architecture).second;
    if (i >= 2 && i < 50) {
      EXPECT_TRUE(fresh) << i;
    }
  }
  EXPECT_EQ(trace.proposals.size(), 80u);
}

TEST(Bananas, PathsAreRefusedWhereThereAreNoCells) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5));
  EXPECT_THROW(RunOnLandscape("bananas", {{"encoding", "paths"}}, problem, 1),
               Error);
}

TEST(Bananas, EveryModelAndEncodingBeatsRandomOnCells) {
  const Problem problem = MakeProblem(std::make_shared<Nb201Space>());
  const DriveOptions drive = {.evaluations = 60};
  double random = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    random += BestAccuracy(RunOnLandscape("random", {}, problem, seed, drive),
                           problem);
  }
  for (const OptionMap& options :
       {OptionMap{{"encoding", "paths"}},
        OptionMap{{"model", "gaussian-process"}, {"encoding", "paths"}},
        OptionMap{{"model", "xgboost"}, {"ensemble", "1"}, {"trees", "30"}}}) {
    double best = 0;
    for (uint64_t seed = 0; seed < 5; ++seed) {
      best += BestAccuracy(
          RunOnLandscape("bananas", options, problem, seed, drive), problem);
    }
    EXPECT_GT(best, random) << options.begin()->second;
  }
}

TEST(Bananas, RepeatsOnlyWhereItMay) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  const auto distinct = [&](const char* repeats) {
    const Trace trace =
        RunOnLandscape("bananas", {{"repeats", repeats}, {"move_share", "0"}},
                       problem, 1, {.evaluations = 50});
    std::set<Architecture> seen;
    for (const Proposal& proposal : trace.proposals) {
      seen.insert(proposal.architecture);
    }
    return seen.size();
  };
  EXPECT_LT(distinct("true"), 30u);
  EXPECT_GT(distinct("false"), 45u);
}

/// The accuracy itself as a feature: what a perfect proxy would be.
class PerfectProxy : public FeatureSource {
 public:
  Value Read(size_t, const Architecture& architecture) const override {
    if (architecture[0] == 0) return {0, Missing::kNotMeasured};
    return {SyntheticEvaluator::Accuracy(architecture), Missing::kNone};
  }
};

TEST(Bananas, FeaturesAreRefusedWhereThereAreNoneAndHelpWhereThereAre) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  Problem problem = MakeProblem(space);
  const OptionMap features = {{"encoding", "features"}};
  EXPECT_THROW(RunOnLandscape("bananas", features, problem, 1), Error);
  problem.features.push_back({"score", Metric::Parse("score;proxy=naswot")});
  problem.feature_source = std::make_shared<PerfectProxy>();
  const DriveOptions drive = {.evaluations = 60};
  double with = 0;
  double random = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    with += BestAccuracy(
        RunOnLandscape("bananas", features, problem, seed, drive), problem);
    random += BestAccuracy(RunOnLandscape("random", {}, problem, seed, drive),
                           problem);
  }
  EXPECT_GT(with, random);
}

}  // namespace
}  // namespace hwnas
