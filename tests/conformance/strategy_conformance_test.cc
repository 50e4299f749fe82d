#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "strategies/conformance/checks.h"
#include "strategies/registry.h"
#include "tabular/error.h"
#include "tests/sanitized.h"
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

/// Strategy × check: what `hwnas plugin check` asks of others' strategies is
/// asked of each built-in one.
class StrategyConformance
    : public testing::TestWithParam<std::tuple<std::string, size_t>> {};

TEST_P(StrategyConformance, Holds) {
  const auto& [name, i] = GetParam();
  const ConformanceCheck& check = ConformanceChecks()[i];
  if (kSanitized &&
      check.name == std::string_view("BeatsRandomWhereItClaimsTo")) {
    GTEST_SKIP() << "judged without sanitizers";
  }
  const ConformanceResult result =
      RunConformanceCheck(check, *OpenStrategy(name, {}));
  if (result.verdict == ConformanceVerdict::kNotAsked) {
    GTEST_SKIP() << name << " does not claim to";
  }
  EXPECT_EQ(result.verdict, ConformanceVerdict::kPassed) << result.reason;
}

INSTANTIATE_TEST_SUITE_P(
    BuiltIn, StrategyConformance,
    testing::Combine(testing::ValuesIn(Names()),
                     testing::Range(size_t{0}, ConformanceChecks().size())),
    [](const auto& param) {
      std::string name = std::get<0>(param.param);
      std::replace(name.begin(), name.end(), '-', '_');
      return name + "_" + ConformanceChecks()[std::get<1>(param.param)].name;
    });

class BuiltInStrategy : public testing::TestWithParam<std::string> {};

TEST_P(BuiltInStrategy, SaysWhatItIsAndWhereItComesFrom) {
  const StrategyInfo& info = FindStrategy(GetParam());
  EXPECT_FALSE(info.summary.empty());
  EXPECT_FALSE(info.source.empty());
  EXPECT_GE(info.version, 1);
}

TEST_P(BuiltInStrategy, RefusesOptionsAsAUsageError) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(6, 5));
  try {
    MakeStrategy(GetParam(), {{"no_such_option", "1"}},
                 MakeContext(problem, 1));
    FAIL() << "accepted an unknown option";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
  }
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, BuiltInStrategy, testing::ValuesIn(Names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// A strategy that does one thing wrong. Each check must be able to fail.
class Faulty : public Strategy {
 public:
  Faulty(std::string fault, RunContext context)
      : fault_(std::move(fault)), context_(std::move(context)) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    if (fault_ == "stops" && next_ == 20) return AskState::kDone;
    if (fault_ == "waits" && next_ == 20) return AskState::kWait;
    const size_t count = fault_ == "greedy" ? limit + 1 : 1;
    for (size_t i = 0; i < count; ++i) {
      Proposal& proposal = out->emplace_back();
      proposal.id = fault_ == "twice" ? 0 : next_;
      proposal.architecture = Next();
      const int top = static_cast<int>(context_.problem->ladder.size()) - 1;
      proposal.rung = fault_ == "low" ? 0 : top;
      if (fault_ == "resumes" && next_ > 0) proposal.resumed_from = 0;
      ++next_;
    }
    return AskState::kReady;
  }
  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      if (fault_ == "fragile" && trial.status != TrialStatus::kOk) {
        throw Error(ErrorCode::kPlugin, "unexpected status");
      }
      if (fault_ == "ordered" && trial.id != told_++) {
        throw Error(ErrorCode::kPlugin, "unexpected order");
      }
    }
  }

 private:
  Architecture Next() {
    const SearchSpace& space = *context_.problem->space;
    Architecture architecture = space.Sample(context_.rng);
    if (fault_ == "constant") architecture = Architecture(architecture.size());
    if (fault_ == "drifts") architecture[0] = runs_ % 2;
    if (fault_ == "illegal") architecture[0] = 999;
    if (fault_ == "escapes") {
      // Any combination of choices, rows or not.
      for (size_t i = 0; i < architecture.size(); ++i) {
        architecture[i] = static_cast<uint16_t>(
            context_.rng.Below(space.Decisions()[i].choices.size()));
      }
    }
    return architecture;
  }

  std::string fault_;
  RunContext context_;
  uint64_t next_ = 0;
  uint64_t told_ = 0;
  const uint64_t runs_ = ++Runs();
  static uint64_t& Runs() {
    static uint64_t runs = 0;
    return runs;
  }
};

class FaultySource : public StrategySource {
 public:
  explicit FaultySource(std::string fault) : fault_(std::move(fault)) {
    info_.name = fault_;
    info_.options = {{"speed", "1", fault_ == "silent" ? "" : "how fast"}};
  }
  const StrategyInfo& Info() const override { return info_; }
  bool AnyOption() const override { return false; }
  std::unique_ptr<Strategy> Make(const OptionMap& options,
                                 RunContext context) const override {
    if (fault_ == "stubborn" && !options.empty()) {
      throw Error(ErrorCode::kPlugin, "no options, please");
    }
    return std::make_unique<Faulty>(fault_, std::move(context));
  }

 private:
  StrategyInfo info_;
  std::string fault_;
};

std::vector<std::string> Failed(const std::string& fault) {
  const FaultySource source(fault);
  std::vector<std::string> failed;
  for (const ConformanceCheck& check : ConformanceChecks()) {
    const ConformanceResult result = RunConformanceCheck(check, source);
    if (result.verdict == ConformanceVerdict::kFailed) {
      EXPECT_FALSE(result.reason.empty());
      failed.push_back(check.name);
    }
  }
  return failed;
}

TEST(ConformanceChecks, EachFindsTheFaultThatItIsFor) {
  const std::pair<const char*, const char*> kFaults[] = {
      {"drifts", "SameSeedSameTrace"},
      {"constant", "TwoSeedsDifferIfItIsStochastic"},
      {"illegal", "ProposesLegalArchitecturesOnTheLadder"},
      {"low", "ProposesLegalArchitecturesOnTheLadder"},
      {"resumes", "ResumesOnlyTrialsOfTheSameArchitectureBelow"},
      {"greedy", "RespectsTheLimit"},
      {"stops", "RespectsTheLimit"},
      {"waits", "RespectsTheLimit"},
      {"twice", "RespectsTheLimit"},
      {"ordered", "AcceptsTrialsToldInAnotherOrder"},
      {"fragile", "SurvivesInvalidAndMissingTrials"},
      {"fragile", "SurvivesInfeasibleTrials"},
      {"waits", "SurvivesConstantAndNoisyValues"},
      {"illegal", "SurvivesASpaceOfOneArchitecture"},
      {"waits", "SurvivesAnUnlimitedBudget"},
      {"escapes", "ProposesOnlyRowsOfASubset"},
      {"stubborn", "AcceptsItsOwnDefaultsAsGiven"},
      {"silent", "AcceptsItsOwnDefaultsAsGiven"},
      {"none", "BeatsRandomWhereItClaimsTo"}};
  for (const auto& [fault, check] : kFaults) {
    const std::vector<std::string> failed = Failed(fault);
    EXPECT_NE(std::find(failed.begin(), failed.end(), check), failed.end())
        << fault << " passes " << check;
  }
  // A claim to beat random search is all that is wrong with it.
  EXPECT_EQ(Failed("none"),
            std::vector<std::string>{"BeatsRandomWhereItClaimsTo"});
}

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
