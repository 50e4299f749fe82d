#include "strategies/conformance/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "strategies/child_process.h"
#include "strategies/conformance/landscape.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/hypervolume.h"
#include "tabular/error.h"
#include "tabular/spaces/subset.h"

namespace hwnas {
namespace {

constexpr size_t kReason = 1500;

void Expect(bool condition, const std::string& otherwise) {
  if (!condition) throw Error(ErrorCode::kPlugin, otherwise);
}

std::shared_ptr<const SearchSpace> Toy() {
  return std::make_shared<ToySpace>(6, 5);
}

Trace RunOn(const StrategySource& source, const Problem& problem, uint64_t seed,
            const DriveOptions& drive = {}, const Oddities& odd = {},
            const OptionMap& options = {}) {
  const auto strategy = source.Make(options, MakeContext(problem, seed));
  SyntheticEvaluator evaluator(problem, odd);
  return Drive(*strategy, evaluator, drive);
}

std::string TextOf(const Trace& trace, const Problem& problem) {
  return trace.Text(*problem.space);
}

void ExpectLegal(const Trace& trace, const Problem& problem) {
  for (const Proposal& proposal : trace.proposals) {
    Expect(problem.space->IsValid(proposal.architecture),
           fmt::format("proposal {} is no architecture of the space",
                       proposal.id));
    Expect(proposal.rung >= 0 &&
               proposal.rung < static_cast<int>(problem.ladder.size()),
           fmt::format("proposal {} is on rung {} of a ladder of {}",
                       proposal.id, proposal.rung, problem.ladder.size()));
  }
}

/// A run that is about surviving: every proposal legal, some made, and fewer
/// than the budget only where the strategy is done.
void Survives(const StrategySource& source, const Problem& problem,
              const Oddities& odd,
              const DriveOptions& drive = {.evaluations = 150}) {
  const Trace trace = RunOn(source, problem, 3, drive, odd);
  Expect(!trace.proposals.empty(), "nothing was proposed");
  ExpectLegal(trace, problem);
  Expect(trace.proposals.size() == drive.evaluations ||
             trace.last == AskState::kDone,
         "it stopped within its budget without saying that it is done");
}

void SameSeedSameTrace(const StrategySource& source) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(Toy(), objectives);
    const Trace a = RunOn(source, problem, 11);
    const Trace b = RunOn(source, problem, 11);
    Expect(!a.proposals.empty(), "nothing was proposed");
    Expect(
        TextOf(a, problem) == TextOf(b, problem),
        fmt::format("two runs of one seed differ ({} objectives)", objectives));
  }
}

void TwoSeedsDifferIfItIsStochastic(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy());
  const std::string a = TextOf(RunOn(source, problem, 1), problem);
  const std::string b = TextOf(RunOn(source, problem, 2), problem);
  const bool stochastic = source.Info().stochastic;
  Expect((a != b) == stochastic,
         stochastic ? "two seeds give the same trace of what says that it is "
                      "stochastic"
                    : "two seeds differ for what says that it is not "
                      "stochastic");
}

void ProposesLegalArchitecturesOnTheLadder(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy(), 1, 3);
  const Trace trace = RunOn(source, problem, 5, {.evaluations = 300});
  ExpectLegal(trace, problem);
  Expect(std::any_of(trace.proposals.begin(), trace.proposals.end(),
                     [](const Proposal& p) { return p.rung == 2; }),
         "the highest rung was never reached in 300 evaluations (in C++ a "
         "proposal's rung is 0, the lowest, unless it is set)");
}

void ResumesOnlyTrialsOfTheSameArchitectureBelow(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy(), 1, 3);
  const Trace trace = RunOn(source, problem, 6, {.evaluations = 300});
  for (const Proposal& proposal : trace.proposals) {
    if (proposal.resumed_from == kNoProposal) continue;
    const auto origin = std::find_if(
        trace.proposals.begin(), trace.proposals.end(),
        [&](const Proposal& p) { return p.id == proposal.resumed_from; });
    Expect(origin != trace.proposals.end() &&
               origin->architecture == proposal.architecture &&
               origin->rung < proposal.rung,
           fmt::format("proposal {} resumes from {}, which is no trial of its "
                       "architecture on a lower rung",
                       proposal.id, proposal.resumed_from));
  }
}

void RespectsTheLimit(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy());
  for (const size_t workers : {1, 3, 64}) {
    // The driver checks every answer of Ask.
    const Trace trace =
        RunOn(source, problem, 8, {.evaluations = 160, .workers = workers});
    Expect(trace.proposals.size() == 160,
           fmt::format("{} of 160 evaluations were used by {} workers",
                       trace.proposals.size(), workers));
  }
}

void AcceptsTrialsToldInAnotherOrder(const StrategySource& source) {
  for (const TellOrder order : {TellOrder::kReversed, TellOrder::kShuffled}) {
    for (const size_t objectives : {1, 2}) {
      Survives(source, MakeProblem(Toy(), objectives), {},
               {.evaluations = 150, .workers = 9, .order = order});
    }
  }
}

void SurvivesInvalidAndMissingTrials(const StrategySource& source) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(Toy(), objectives);
    Survives(source, problem, {.invalid = 30, .missing = 30});
    Survives(source, problem, {.invalid = 100});
    Survives(source, problem, {.missing = 100});
  }
}

void SurvivesInfeasibleTrials(const StrategySource& source) {
  for (const size_t objectives : {1, 2}) {
    Problem problem = MakeProblem(Toy(), objectives);
    problem.constraints.push_back(
        {Metric::Parse("latency@eyeriss"), true, 1000});
    Survives(source, problem, {.infeasible = 40});
    Survives(source, problem, {.infeasible = 100});
  }
}

void SurvivesConstantAndNoisyValues(const StrategySource& source) {
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(Toy(), objectives);
    Survives(source, problem, {.constant = true});
    Survives(source, problem, {.noise = 50});
  }
}

void SurvivesASpaceOfOneArchitecture(const StrategySource& source) {
  const auto one = std::make_shared<ToySpace>(4, 1);
  for (const size_t objectives : {1, 2}) {
    const Problem problem = MakeProblem(one, objectives, 2);
    Survives(source, problem, {}, {.evaluations = 60});
    Survives(source, problem, {}, {.evaluations = 60, .workers = 7});
  }
}

void SurvivesAnUnlimitedBudget(const StrategySource& source) {
  Problem problem = MakeProblem(Toy());
  problem.budget = {};
  Survives(source, problem, {});
}

void ProposesOnlyRowsOfASubset(const StrategySource& source) {
  const auto toy = Toy();
  std::vector<Architecture> rows;
  for (uint64_t rank = 5; rank < *toy->Size(); rank += 37) {
    rows.push_back(toy->Unrank(rank));
  }
  const auto subset = MakeSubsetSpace(toy, rows);
  for (const size_t objectives : {1, 2}) {
    const Trace trace = RunOn(source, MakeProblem(subset, objectives, 2), 9,
                              {.evaluations = 250, .workers = 3});
    Expect(!trace.proposals.empty(), "nothing was proposed");
    for (const Proposal& proposal : trace.proposals) {
      Expect(
          std::binary_search(rows.begin(), rows.end(), proposal.architecture),
          fmt::format("proposal {} is no row of the subset", proposal.id));
    }
  }
}

void RefusesUnknownOptions(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy());
  const OptionMap options = {{"no_such_option", "1"}};
  try {
    CheckOptionNames(source, options);
    source.Make(options, MakeContext(problem, 1));
  } catch (const Error& error) {
    Expect(
        std::string(error.what()).find("no_such_option") != std::string::npos,
        "the refusal does not name the option");
    return;
  }
  Expect(false, "the option 'no_such_option' was accepted");
}

void AcceptsItsOwnDefaultsAsGiven(const StrategySource& source) {
  const Problem problem = MakeProblem(Toy());
  OptionMap defaults;
  for (const OptionInfo& option : source.Info().options) {
    defaults[option.name] = option.default_value;
    Expect(!option.about.empty(),
           "nothing is said about option '" + option.name + "'");
  }
  const Trace given = RunOn(source, problem, 4, {}, {}, defaults);
  Expect(TextOf(given, problem) == TextOf(RunOn(source, problem, 4), problem),
         "its defaults, when given, change the trace");
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

void BeatsRandomWhereItClaimsTo(const StrategySource& source) {
  const bool several = source.Info().multi_objective;
  // Those that fit a model, and so have an encoding for it, are slow.
  const auto& options = source.Info().options;
  const bool fits = std::any_of(
      options.begin(), options.end(),
      [](const OptionInfo& option) { return option.name == "encoding"; });
  const uint64_t seeds = fits ? 10 : 30;
  const auto random = OpenStrategy("random", {});
  Problem problem = MakeProblem(Toy(), several ? 2 : 1);
  problem.budget.evaluations = 300;
  std::vector<double> differences;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    const DriveOptions drive = {.evaluations = 300};
    const Trace own = RunOn(source, problem, seed, drive);
    const Trace other = RunOn(*random, problem, 1000 + seed, drive);
    differences.push_back(several ? Volume(own) - Volume(other)
                                  : BestAccuracy(own, problem) -
                                        BestAccuracy(other, problem));
  }
  Rng rng(1);
  const Interval interval = BootstrapMean(differences, rng);
  Expect(interval.low > 0,
         fmt::format("the mean difference to random search is {:.3f}, its 95 % "
                     "interval begins at {:.3f}",
                     interval.mean, interval.low));
}

}  // namespace

const std::vector<ConformanceCheck>& ConformanceChecks() {
  static const std::vector<ConformanceCheck> checks = {
      {"SameSeedSameTrace", SameSeedSameTrace},
      {"TwoSeedsDifferIfItIsStochastic", TwoSeedsDifferIfItIsStochastic},
      {"ProposesLegalArchitecturesOnTheLadder",
       ProposesLegalArchitecturesOnTheLadder},
      {"ResumesOnlyTrialsOfTheSameArchitectureBelow",
       ResumesOnlyTrialsOfTheSameArchitectureBelow},
      {"RespectsTheLimit", RespectsTheLimit},
      {"AcceptsTrialsToldInAnotherOrder", AcceptsTrialsToldInAnotherOrder},
      {"SurvivesInvalidAndMissingTrials", SurvivesInvalidAndMissingTrials},
      {"SurvivesInfeasibleTrials", SurvivesInfeasibleTrials},
      {"SurvivesConstantAndNoisyValues", SurvivesConstantAndNoisyValues},
      {"SurvivesASpaceOfOneArchitecture", SurvivesASpaceOfOneArchitecture},
      {"SurvivesAnUnlimitedBudget", SurvivesAnUnlimitedBudget},
      {"ProposesOnlyRowsOfASubset", ProposesOnlyRowsOfASubset},
      {"RefusesUnknownOptions", RefusesUnknownOptions,
       [](const StrategySource& source) { return !source.AnyOption(); }},
      {"AcceptsItsOwnDefaultsAsGiven", AcceptsItsOwnDefaultsAsGiven},
      {"BeatsRandomWhereItClaimsTo", BeatsRandomWhereItClaimsTo,
       [](const StrategySource& source) { return source.Info().beats_random; }},
  };
  return checks;
}

ConformanceResult RunConformanceCheck(const ConformanceCheck& check,
                                      const StrategySource& source) {
  if (check.applies != nullptr && !check.applies(source)) {
    return {ConformanceVerdict::kNotAsked, ""};
  }
  try {
    check.run(source);
    return {};
  } catch (const NoAnswer& error) {
    return {ConformanceVerdict::kFailed, Quoted(error.what(), kReason), true};
  } catch (const std::exception& error) {
    return {ConformanceVerdict::kFailed, Quoted(error.what(), kReason)};
  }
}

}  // namespace hwnas
