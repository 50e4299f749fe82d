#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/population.h"
#include "strategies/proposer.h"
#include "strategies/variation.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "10",
       "P: members kept, the oldest dies; 10 in NATS-Bench and NAS-Bench-201, "
       "100 in Real et al., whose budget was 20,000 evaluations"},
      {"sample_size", "3",
       "S: entrants of a tournament; 3 in NATS-Bench, 25 in Real et al."},
      {"tournament_replacement", "true",
       "entrants are drawn with replacement, as NATS-Bench's code does"},
      {"move", "default", "the space's mutation"},
  };
}

struct EvolutionOptions {
  size_t population_size;
  size_t sample_size;
  bool replacement;
  size_t move;
};

class RegularizedEvolution : public Strategy {
 public:
  RegularizedEvolution(const EvolutionOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        population_(options.population_size),
        tournament_(options.sample_size, options.replacement) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const SearchSpace& space = *context_.problem->space;
    for (size_t i = 0; i < limit; ++i) {
      if (proposer_.Next() < options_.population_size) {
        proposer_.Propose(space.Sample(context_.rng), out);
        continue;
      }
      // Workers wait only while nothing at all is known.
      if (population_.empty())
        return i > 0 ? AskState::kReady : AskState::kWait;
      const size_t parent = tournament_.Select(population_, context_.rng);
      MutateOrSample(space, population_[parent].architecture, options_.move,
                     context_.rng, &child_);
      proposer_.Propose(child_, out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      population_.Add(trial.architecture, judge_.Rate(trial));
    }
  }

 private:
  EvolutionOptions options_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  AgingPopulation population_;
  Tournament tournament_;
  Architecture child_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("regularized-evolution", known, given);
  EvolutionOptions options;
  options.population_size = reader.Count("population_size", 1, 1000000);
  options.sample_size = reader.Count("sample_size", 1, 1000000);
  options.replacement = reader.Flag("tournament_replacement");
  options.move = reader.Move("move", *context.problem->space);
  if (!options.replacement && options.sample_size > options.population_size) {
    reader.Fail("sample_size",
                "without replacement it is at most population_size");
  }
  return std::make_unique<RegularizedEvolution>(options, std::move(context));
}

}  // namespace

StrategyInfo RegularizedEvolutionInfo() {
  StrategyInfo info;
  info.name = "regularized-evolution";
  info.summary = "aging evolution: tournament, one mutation, the oldest dies";
  info.source =
      "Real et al., AAAI 2019, algorithm 1; defaults of NATS-Bench (Dong et "
      "al., TPAMI 2021). Judges by constraint violation, then the first "
      "objective. With parallel workers a tournament is held among the members "
      "told so far; members join in the order of telling; a mutation without "
      "result becomes a fresh sample";
  info.options = Options();
  info.make = Make;
  return info;
}

}  // namespace hwnas
