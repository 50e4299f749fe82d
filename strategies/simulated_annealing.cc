#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/population.h"
#include "strategies/proposer.h"
#include "strategies/variation.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"initial", "10",
       "random architectures first: the best of them is the start, the "
       "standard deviation of their values the unit of temperature"},
      {"start_temperature", "0.5", "in that unit"},
      {"end_temperature", "0.01", "reached when `steps` are told"},
      {"steps", "0",
       "length of the geometric cooling; 0: the budget's evaluations, or "
       "1,000 where that is not stated"},
      {"move", "default", "the space's mutation"},
  };
}

struct AnnealingOptions {
  size_t initial;
  double start_temperature;
  double end_temperature;
  size_t steps;
  size_t move;
};

class SimulatedAnnealing : public Strategy {
 public:
  SimulatedAnnealing(const AnnealingOptions& options, RunContext context)
      : options_(options),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem) {
    if (options_.steps == 0) {
      const uint64_t budget = context_.problem->budget.evaluations;
      options_.steps = budget > 0 ? static_cast<size_t>(budget) : 1000;
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const SearchSpace& space = *context_.problem->space;
    for (size_t i = 0; i < limit; ++i) {
      if (proposer_.Next() < options_.initial) {
        proposer_.Propose(space.Sample(context_.rng), out);
        continue;
      }
      if (!here_) return i > 0 ? AskState::kReady : AskState::kWait;
      Architecture next;
      MutateOrSample(space, here_->architecture, options_.move, context_.rng,
                     &next);
      proposer_.Propose(std::move(next), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      const Member candidate = {trial.architecture, judge_.Rate(trial)};
      ++told_;
      if (told_ <= options_.initial) {
        if (candidate.fitness.Feasible()) {
          warm_up_.push_back(candidate.fitness.value);
        }
        if (!here_ || candidate.fitness < here_->fitness) here_ = candidate;
      } else if (Accepts(candidate.fitness)) {
        here_ = candidate;
      }
    }
  }

 private:
  /// Metropolis; feasibility is not traded for value.
  bool Accepts(const Fitness& next) {
    const Fitness& here = here_->fitness;
    if (next < here || next == here) return true;
    if (next.violation > here.violation) return false;
    const double temperature = Temperature() * Unit();
    return temperature > 0 &&
           context_.rng.Uniform() <
               std::exp((here.value - next.value) / temperature);
  }

  double Temperature() const {
    const double progress = std::min(
        1.0, static_cast<double>(told_) / static_cast<double>(options_.steps));
    return options_.start_temperature *
           std::pow(options_.end_temperature / options_.start_temperature,
                    progress);
  }

  double Unit() {
    if (!unit_) unit_ = StandardDeviation(warm_up_).value_or(0);
    return *unit_;
  }

  AnnealingOptions options_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  size_t told_ = 0;
  std::vector<double> warm_up_;
  std::optional<double> unit_;
  std::optional<Member> here_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("simulated-annealing", known, given);
  AnnealingOptions options;
  options.initial = reader.Count("initial", 2, 1000000);
  options.start_temperature = reader.Real("start_temperature", 1e-9, 1e9);
  options.end_temperature = reader.Real("end_temperature", 1e-9, 1e9);
  options.steps = reader.Count("steps", 0, 1000000000);
  options.move = reader.Move("move", *context.problem->space);
  if (options.end_temperature > options.start_temperature) {
    reader.Fail("end_temperature", "it is at most start_temperature");
  }
  return std::make_unique<SimulatedAnnealing>(options, std::move(context));
}

}  // namespace

StrategyInfo SimulatedAnnealingInfo() {
  StrategyInfo info;
  info.name = "simulated-annealing";
  info.summary = "a walk that accepts worse steps, less and less";
  info.source =
      "Kirkpatrick, Gelatt, Vecchi, Science 1983; geometric cooling, the unit "
      "of temperature taken from the first samples. Violations are never "
      "accepted for value; with parallel workers steps start from where the "
      "walk is when they are proposed";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
