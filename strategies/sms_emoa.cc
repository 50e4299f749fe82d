#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/offspring.h"
#include "strategies/options.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"
#include "tabular/analysis/hypervolume.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"population_size", "100", "mu"},
      {"crossover_probability", "0.9", "else a child copies one parent"},
      {"mutation_rate", "1", "moves expected per child"},
      {"duplicates", "refuse",
       "refuse: a child proposed before is made again, up to 20 times; allow"},
      {"move", "default", "the space's mutation"},
  };
}

class SmsEmoa : public Strategy {
 public:
  SmsEmoa(const OffspringOptions& options, RunContext context)
      : population_size_(options.population_size),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        offspring_(*context_.problem->space, options),
        sorter_(judge_.Objectives()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      proposer_.Propose(offspring_.Fresh([&] { return Draw(); }), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      Individual& newcomer = population_.emplace_back();
      newcomer.architecture = trial.architecture;
      newcomer.rating = judge_.RateAll(trial);
      if (population_.size() > population_size_) RemoveWorst();
    }
  }

 private:
  Architecture Draw() {
    const SearchSpace& space = *context_.problem->space;
    if (proposer_.Next() < population_size_ || population_.empty()) {
      return space.Sample(context_.rng);
    }
    const size_t n = population_.size();
    const Architecture& a = population_[context_.rng.Below(n)].architecture;
    const Architecture& b = population_[context_.rng.Below(n)].architecture;
    return offspring_.Cross(a, b, context_.rng);
  }

  /// Of the last front the member that adds least to its hypervolume; where
  /// the front is infeasible, its newest.
  void RemoveWorst() {
    sorter_.Sort(population_);
    const std::span<const uint32_t> front = sorter_.Front(sorter_.Fronts() - 1);
    size_t worst = front.back();
    if (front.size() > 1 && population_[front[0]].rating.violation == 0) {
      worst = front[LeastContributor(front)];
    }
    population_.erase(population_.begin() + static_cast<std::ptrdiff_t>(worst));
  }

  size_t LeastContributor(std::span<const uint32_t> front) {
    const size_t dims = judge_.Objectives();
    points_.clear();
    std::vector<double> low(dims, Fitness::kWorst);
    std::vector<double> high(dims, -Fitness::kWorst);
    for (const uint32_t i : front) {
      for (size_t d = 0; d < dims; ++d) {
        const double value = population_[i].rating.objectives[d];
        points_.push_back(value);
        low[d] = std::min(low[d], value);
        high[d] = std::max(high[d], value);
      }
    }
    // Over the front's ranges, the reference a range beyond its worst corner:
    // ends of the front keep their place.
    for (size_t i = 0; i < points_.size(); ++i) {
      const size_t d = i % dims;
      const double range = high[d] - low[d];
      points_[i] = range > 0 ? (points_[i] - low[d]) / range : 0;
    }
    const std::vector<double> reference(dims, 2.0);
    const std::vector<double> contributions =
        HypervolumeContributions(points_, reference);
    // Of equals the newest goes.
    size_t least = 0;
    for (size_t i = 1; i < contributions.size(); ++i) {
      if (contributions[i] <= contributions[least]) least = i;
    }
    return least;
  }

  size_t population_size_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  Offspring offspring_;
  ConstrainedSorter sorter_;
  std::vector<Individual> population_;
  std::vector<double> points_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("sms-emoa", known, given);
  return std::make_unique<SmsEmoa>(
      ReadOffspringOptions(reader, 100000, *context.problem->space),
      std::move(context));
}

}  // namespace

StrategyInfo SmsEmoaInfo() {
  StrategyInfo info;
  info.name = "sms-emoa";
  info.summary = "steady state; who adds least hypervolume leaves";
  info.source =
      "Beume, Naujoks, Emmerich, EJOR 2007; exact contributions over the last "
      "front's ranges with the reference one range beyond; constrained "
      "domination. On categorical decisions the space's crossover and moves";
  info.options = Options();
  info.multi_objective = true;
  info.make = Make;
  return info;
}

}  // namespace hwnas
