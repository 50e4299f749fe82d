#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "strategies/registry.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/hypervolume.h"
#include "tabular/spaces/subset.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const StrategyInfo& info : BuiltInStrategies()) {
    names.push_back(info.name);
  }
  return names;
}

class StrategyConformance : public testing::TestWithParam<std::string> {
 protected:
  const StrategyInfo& Info() const { return FindStrategy(GetParam()); }

  Trace RunOn(const Problem& problem, uint64_t seed,
              const DriveOptions& drive = {}, const Oddities& odd = {}) const {
    return RunOnLandscape(GetParam(), {}, problem, seed, drive, odd);
  }

  /// A run that is about surviving: every proposal legal, some made.
  void Survives(const Problem& problem, const Oddities& odd,
                const DriveOptions& drive = {.evaluations = 150}) const {
    const Trace trace = RunOn(problem, 3, drive, odd);
    EXPECT_GT(trace.proposals.size(), 0u);
    EXPECT_LE(trace.proposals.size(), drive.evaluations);
    for (const Proposal& proposal : trace.proposals) {
      ASSERT_TRUE(problem.space->IsValid(proposal.architecture));
    }
    if (trace.proposals.size() < drive.evaluations) {
      EXPECT_EQ(trace.last, AskState::kDone);
    }
  }

  const std::shared_ptr<const SearchSpace> toy_ =
      std::make_shared<ToySpace>(6, 5);
};

TEST_P(StrategyConformance, SameSeedSameTrace) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(toy_, objectives);
    const Trace a = RunOn(problem, 11);
    const Trace b = RunOn(problem, 11);
    EXPECT_EQ(a.Text(*toy_), b.Text(*toy_));
    EXPECT_FALSE(a.proposals.empty());
  }
}

TEST_P(StrategyConformance, TwoSeedsDifferIfItIsStochastic) {
  const Problem problem = MakeProblem(toy_);
  const std::string a = RunOn(problem, 1).Text(*toy_);
  const std::string b = RunOn(problem, 2).Text(*toy_);
  EXPECT_EQ(a != b, Info().stochastic);
}

TEST_P(StrategyConformance, ProposesLegalArchitecturesOnTheLadder) {
  const Problem problem = MakeProblem(toy_, 1, 3);
  const Trace trace = RunOn(problem, 5, {.evaluations = 300});
  bool reached_top = false;
  for (const Proposal& proposal : trace.proposals) {
    ASSERT_TRUE(toy_->IsValid(proposal.architecture));
    ASSERT_GE(proposal.rung, 0);
    ASSERT_LT(proposal.rung, 3);
    reached_top |= proposal.rung == 2;
  }
  EXPECT_TRUE(reached_top);
}

TEST_P(StrategyConformance, ResumesOnlyTrialsOfTheSameArchitectureBelow) {
  const Problem problem = MakeProblem(toy_, 1, 3);
  const Trace trace = RunOn(problem, 6, {.evaluations = 300});
  for (const Proposal& proposal : trace.proposals) {
    if (proposal.resumed_from == kNoProposal) continue;
    const auto origin = std::find_if(
        trace.proposals.begin(), trace.proposals.end(),
        [&](const Proposal& p) { return p.id == proposal.resumed_from; });
    ASSERT_NE(origin, trace.proposals.end());
    EXPECT_EQ(origin->architecture, proposal.architecture);
    EXPECT_LT(origin->rung, proposal.rung);
  }
}

TEST_P(StrategyConformance, RespectsTheLimit) {
  const Problem problem = MakeProblem(toy_);
  for (const size_t workers : {1, 3, 64}) {
    // The driver checks every answer of Ask.
    const Trace trace =
        RunOn(problem, 8, {.evaluations = 160, .workers = workers});
    EXPECT_EQ(trace.proposals.size(), 160u);
  }
}

TEST_P(StrategyConformance, AcceptsTrialsToldInAnotherOrder) {
  for (const TellOrder order : {TellOrder::kReversed, TellOrder::kShuffled}) {
    for (const size_t objectives : {1, 2}) {
      const Problem problem = MakeProblem(toy_, objectives);
      Survives(problem, {}, {.evaluations = 150, .workers = 9, .order = order});
    }
  }
}

TEST_P(StrategyConformance, SurvivesInvalidAndMissingTrials) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(toy_, objectives);
    Survives(problem, {.invalid = 30, .missing = 30});
    Survives(problem, {.invalid = 100});
    Survives(problem, {.missing = 100});
  }
}

TEST_P(StrategyConformance, SurvivesInfeasibleTrials) {
  for (const size_t objectives : {1, 2}) {
    Problem problem = MakeProblem(toy_, objectives);
    problem.constraints.push_back(
        {Metric::Parse("latency@eyeriss"), true, 1000});
    Survives(problem, {.infeasible = 40});
    Survives(problem, {.infeasible = 100});
  }
}

TEST_P(StrategyConformance, SurvivesConstantAndNoisyValues) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(toy_, objectives);
    Survives(problem, {.constant = true});
    Survives(problem, {.noise = 50});
  }
}

TEST_P(StrategyConformance, SurvivesASpaceOfOneArchitecture) {
  const auto one = std::make_shared<ToySpace>(4, 1);
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(one, objectives, 2);
    Survives(problem, {}, {.evaluations = 60});
    Survives(problem, {}, {.evaluations = 60, .workers = 7});
  }
}

TEST_P(StrategyConformance, SurvivesAnUnlimitedBudget) {
  Problem problem = MakeProblem(toy_);
  problem.budget = {};
  Survives(problem, {});
}

TEST_P(StrategyConformance, ProposesOnlyRowsOfASubset) {
  std::vector<Architecture> rows;
  for (uint64_t rank = 5; rank < *toy_->Size(); rank += 37) {
    rows.push_back(toy_->Unrank(rank));
  }
  const auto subset = MakeSubsetSpace(toy_, rows);
  for (const size_t objectives : {1, 2}) {
    const Trace trace = RunOn(MakeProblem(subset, objectives, 2), 9,
                              {.evaluations = 250, .workers = 3});
    EXPECT_GT(trace.proposals.size(), 0u);
    for (const Proposal& proposal : trace.proposals) {
      ASSERT_TRUE(
          std::binary_search(rows.begin(), rows.end(), proposal.architecture))
          << toy_->Format(proposal.architecture);
    }
  }
}

TEST_P(StrategyConformance, RefusesUnknownOptions) {
  const Problem problem = MakeProblem(toy_);
  try {
    MakeStrategy(GetParam(), {{"no_such_option", "1"}},
                 MakeContext(problem, 1));
    FAIL() << "accepted an unknown option";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("no_such_option"),
              std::string::npos);
  }
}

TEST_P(StrategyConformance, AcceptsItsOwnDefaultsAsGiven) {
  const Problem problem = MakeProblem(toy_);
  OptionMap defaults;
  for (const OptionInfo& option : Info().options) {
    defaults[option.name] = option.default_value;
    EXPECT_FALSE(option.about.empty()) << option.name;
  }
  const Trace given = RunOnLandscape(GetParam(), defaults, problem, 4);
  EXPECT_EQ(given.Text(*toy_), RunOn(problem, 4).Text(*toy_));
}

TEST_P(StrategyConformance, SaysWhatItIsAndWhereItComesFrom) {
  EXPECT_FALSE(Info().summary.empty());
  EXPECT_FALSE(Info().source.empty());
  EXPECT_GE(Info().version, 1);
}

/// Hypervolume of (100 - accuracy, latency) below (60, 70).
double Volume(const Trace& trace) {
  std::vector<double> points;
  for (const Trial& trial : trace.trials) {
    if (trial.status != TrialStatus::kOk) continue;
    points.push_back(100 - trial.values[0]);
    points.push_back(trial.values[1]);
  }
  const std::vector<double> reference = {60, 70};
  return Hypervolume(points, reference);
}

TEST_P(StrategyConformance, BeatsRandomWhereItClaimsTo) {
  if (!Info().beats_random) {
    GTEST_SKIP() << GetParam() << " does not claim to";
  }
  const bool several = Info().multi_objective;
  // Those that fit a model, and so have an encoding for it, are slow.
  const auto& options = Info().options;
  const bool fits = std::any_of(
      options.begin(), options.end(),
      [](const OptionInfo& option) { return option.name == "encoding"; });
  const uint64_t seeds = fits ? 10 : 30;
  Problem problem = MakeProblem(toy_, several ? 2 : 1);
  problem.budget.evaluations = 300;
  std::vector<double> differences;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    const DriveOptions drive = {.evaluations = 300};
    const Trace own = RunOn(problem, seed, drive);
    const Trace random =
        RunOnLandscape("random", {}, problem, 1000 + seed, drive);
    differences.push_back(several ? Volume(own) - Volume(random)
                                  : BestAccuracy(own, problem) -
                                        BestAccuracy(random, problem));
  }
  Rng rng(1);
  const Interval interval = BootstrapMean(differences, rng);
  EXPECT_GT(interval.low, 0) << "mean difference " << interval.mean;
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, StrategyConformance,
                         testing::ValuesIn(Names()), [](const auto& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Registry, IsSortedByNameWithoutRepetition) {
  const std::vector<std::string> names = Names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(Registry, UnknownStrategiesListTheNearest) {
  try {
    FindStrategy("randon");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("did you mean 'random'"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace hwnas
